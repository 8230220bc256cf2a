import type { AnalysisProgress } from '../analysis/api.ts';

const WIDTH = 30;

/** A bar on a terminal's standard error; nothing where that is a file or a pipe. */
export class ProgressBar {
  readonly #terminal = process.stderr.isTTY;
  #shown = false;

  show({ share, message }: AnalysisProgress): void {
    if (!this.#terminal) return;
    this.#shown = true;
    const full = Math.round(share * WIDTH);
    const percent = String(Math.floor(share * 100)).padStart(3);
    process.stderr.write(`\r\x1b[K${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent} %  ${message}`);
  }

  /** Takes the bar away, so that what is printed next starts on a clean line. */
  end(): void {
    if (this.#shown) process.stderr.write('\r\x1b[K');
    this.#shown = false;
  }
}
