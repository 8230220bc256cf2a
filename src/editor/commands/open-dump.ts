import * as vscode from 'vscode';
import type { DumpEditors } from '../dump-editors.ts';

/** "Open Dump…": any file, whatever its name; the one given (from the explorer), else one the user picks. */
export async function openDump(editors: DumpEditors, argument: unknown): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : await pick();
  if (uri === undefined) return;
  const open = editors.of(uri);
  if (open === undefined) await vscode.commands.executeCommand('vscode.openWith', uri, 'hexheap.dump');
  else open.focus();
}

async function pick(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Open Redis Dump'),
    openLabel: vscode.l10n.t('Open Dump'),
    canSelectMany: false,
  });
  return picked?.[0];
}
