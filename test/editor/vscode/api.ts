/** What of VS Code's API the modules under test use, doing as little as it can. */

export class EventEmitter<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class Uri {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  static file(path: string): Uri {
    return new Uri(path);
  }
  static parse(text: string): Uri {
    return new Uri(new URL(text).pathname);
  }
  toString(): string {
    return `file://${this.path}`;
  }
}

export const l10n = {
  t: (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_, at) => String(values[Number(at)])),
};

export const ProgressLocation = { Notification: 15 };

/** The notifications shown so far; a test presses their cancel button. */
export const notifications: { title: string; reports: { message: string; increment: number }[]; cancel(): void }[] = [];

export const window = {
  async withProgress(
    { title }: { title: string },
    task: (
      progress: { report(value: { message: string; increment: number }): void },
      token: { onCancellationRequested(listener: () => void): void },
    ) => Promise<unknown>,
  ) {
    let cancel = () => {};
    const shown = { title, reports: [] as { message: string; increment: number }[], cancel: () => cancel() };
    notifications.push(shown);
    return task(
      { report: value => shown.reports.push(value) },
      {
        onCancellationRequested: listener => {
          cancel = listener;
        },
      },
    );
  },
};

export const opened: string[] = [];
export const commands = {
  executeCommand: async (_command: string, uri: Uri) => void opened.push(uri.path),
};
