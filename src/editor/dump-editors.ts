import * as vscode from 'vscode';
import { Owner } from './dispose.ts';
import type { DumpPanel } from './panel.ts';

/** The dump editors that are open, and which of them the user is in: what a command without arguments acts on. */
export class DumpEditors extends Owner {
  readonly #panels = new Set<DumpPanel>();
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  /** The active editor is another one, or what the status bar shows of it changed. */
  readonly onDidChange = this.#changed.event;
  #last: DumpPanel | undefined;

  add(panel: DumpPanel): void {
    this.#panels.add(panel);
    this.#last = panel;
    panel.onDidChange(() => {
      if (panel.active) this.#last = panel;
      this.#changed.fire();
    });
    panel.onDidDispose(() => {
      this.#panels.delete(panel);
      if (this.#last === panel) this.#last = undefined;
      this.#changed.fire();
    });
    this.#changed.fire();
  }

  /** The dump editor that has the focus. */
  get active(): DumpPanel | undefined {
    return [...this.#panels].find(panel => panel.active);
  }

  /** The active one, else the last that was, else any: for commands called by code while the focus is elsewhere. */
  get current(): DumpPanel | undefined {
    return this.active ?? this.#last ?? [...this.#panels].at(-1);
  }

  /** An editor on this file, the current one if it is. */
  of(uri: vscode.Uri): DumpPanel | undefined {
    const same = (panel: DumpPanel | undefined) => panel?.document.uri.toString() === uri.toString();
    return same(this.current) ? this.current : [...this.#panels].find(same);
  }
}
