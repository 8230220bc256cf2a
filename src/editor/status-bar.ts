import * as vscode from 'vscode';
import { hex } from './byte-range.ts';
import { Owner } from './dispose.ts';
import type { DumpEditors } from './dump-editors.ts';
import type { DumpPanel } from './panel.ts';

/** One item while a dump editor is active: where the caret is, how much is selected, how far the analysis is. A click asks where to go. */
export class StatusBar extends Owner {
  readonly #item = this.own(
    vscode.window.createStatusBarItem('hexheap.position', vscode.StatusBarAlignment.Right, 100),
  );
  #latest = 0;

  constructor(editors: DumpEditors) {
    super();
    this.#item.name = vscode.l10n.t('Hexheap: Position in the Dump');
    this.#item.command = 'hexheap.goTo';
    this.own(editors.onDidChange(() => void this.#show(editors.active)));
  }

  async #show(panel: DumpPanel | undefined): Promise<void> {
    const mine = ++this.#latest;
    const text = panel && (await positionText(panel).catch(() => undefined));
    if (mine !== this.#latest || this.disposed) return;
    if (text === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = text;
    this.#item.tooltip = vscode.l10n.t('Go to Address or Offset…');
    this.#item.show();
  }
}

async function positionText({ document, cursor }: DumpPanel): Promise<string> {
  const { places } = await document.open();
  const address = places.addressOf(cursor.offset);
  const offset = vscode.l10n.t('offset {0}', hex(cursor.offset));
  const parts = [address === undefined ? offset : `${hex(address)} (${offset})`];
  const selected = cursor.end - cursor.start;
  if (selected > 1) parts.push(vscode.l10n.t('{0} bytes selected', selected.toLocaleString(vscode.env.language)));
  const { analysis } = document;
  if (analysis.state === 'running') parts.push(`$(sync~spin) ${Math.floor(analysis.progress.share * 100)} %`);
  return parts.join(' · ');
}
