import * as vscode from 'vscode';

export interface SlowTask<T> {
  readonly title: string;
  /** Milliseconds without a notification: what ends sooner needs none. */
  readonly patience: number;
  /** Aborted by the notification's cancel button; the task watches its signal. */
  readonly abort: AbortController;
  /** @param report how far it is, 0…1 (undefined: unknown), and with what. */
  run(report: (share: number | undefined, message: string) => void): Promise<T>;
}

/** Runs a task and, once it has taken a while, shows its progress with a way to cancel it. Ends and fails as the task does. */
export async function withSlowProgress<T>({ title, patience, abort, run }: SlowTask<T>): Promise<T> {
  let show: (() => void) | undefined;
  let now: { share: number | undefined; message: string } | undefined;
  const result = run((share, message) => {
    now = { share, message };
    show?.();
  });
  const notify = () => {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, async (notification, token) => {
      token.onCancellationRequested(() => abort.abort());
      let shown = 0;
      show = () => {
        const share = Math.max(shown, now?.share ?? 0);
        notification.report({ message: now?.message ?? '', increment: 100 * (share - shown) });
        shown = share;
      };
      if (now !== undefined) show();
      await result.catch(() => undefined);
    });
  };
  const timer = setTimeout(notify, patience);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
  }
}
