import * as vscode from 'vscode';
import type { ViewSettings } from './protocol.ts';

const SECTION = 'hexheap';

/** What the user's settings say, within the bounds package.json states: a hand-edited settings file may say anything. */
export function viewSettings(): ViewSettings {
  const read = vscode.workspace.getConfiguration(SECTION);
  const bytesPerRow = Math.trunc(Number(read.get('bytesPerRow')));
  return {
    bytesPerRow: bytesPerRow >= 1 && bytesPerRow <= 64 ? bytesPerRow : 16,
    order: read.get('order') === 'address' ? 'address' : 'file',
    addressColumn: read.get('addressColumn') === 'offset' ? 'offset' : 'address',
    uppercase: read.get('uppercase') === true,
  };
}

export function analysesOnOpen(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get('analyseOnOpen') !== false;
}

export function onSettingsChange(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration(SECTION) && listener());
}
