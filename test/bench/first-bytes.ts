import { Workbench } from '../workbench/workbench.ts';
import type { BenchDump } from './dumps.ts';

const MARK = 'hexheap-bench-first-bytes';

/** Runs in every frame: says when a row of the hexdump first shows bytes, by the clock that all processes share. */
function watchForBytes(mark: string): void {
  let announced = false;
  // A timer, since VS Code writes the webview's page into a frame that is there already, which ends its animation frames.
  setInterval(() => {
    const cell = document.querySelector('[role=grid] [role=row] [role=gridcell]');
    const shown = /^[0-9a-f]{2} [0-9a-f]{2}/i.test(cell?.textContent ?? '');
    if (shown && !announced) requestAnimationFrame(() => console.log(`${mark} ${Date.now()}`));
    announced = shown;
  }, 2);
}

/** A VS Code in which dumps are opened against the clock. */
export class OpeningBench {
  readonly #workbench: Workbench;
  #shown: (at: number) => void = () => {};

  private constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  static async start(): Promise<OpeningBench> {
    const bench = new OpeningBench(await Workbench.open());
    const { page, host } = bench.#workbench;
    await page.addInitScript(watchForBytes, MARK);
    page.on('console', message => {
      const [mark, at] = message.text().split(' ');
      if (mark === MARK) bench.#shown(Number(at));
    });
    // The analysis starts after the first rows and would only disturb the next round.
    await host.run(async vscode => {
      const settings = vscode.workspace.getConfiguration('hexheap');
      await settings.update('analyseOnOpen', false, vscode.ConfigurationTarget.Global);
    });
    return bench;
  }

  /** Milliseconds from VS Code's open command, given in the extension host, to the frame in which the first bytes are shown. */
  async open({ path }: BenchDump): Promise<number> {
    const { host } = this.#workbench;
    const shown = new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${path} does not show within 30 s`)), 30_000);
      this.#shown = at => {
        clearTimeout(late);
        resolve(at);
      };
    });
    const started = await host.run((vscode, path) => {
      const now = Date.now();
      void vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), 'hexheap.dump');
      return now;
    }, path);
    const taken = (await shown) - started;
    await this.#workbench.closeEditors();
    return taken;
  }

  async close(): Promise<void> {
    await this.#workbench.close();
  }
}
