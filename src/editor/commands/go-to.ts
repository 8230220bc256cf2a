import * as vscode from 'vscode';
import type { GoToTarget } from '../../analysis/api.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { findPanel } from './target.ts';

/** "Go to Address or Offset…": says while typing where it leads. `{to: "0x7f…"}` goes there without asking. */
export async function goTo(editors: DumpEditors, argument: unknown): Promise<GoToTarget | undefined> {
  const panel = await findPanel(editors, argument);
  const { session } = await panel.document.open();
  const from = panel.cursor.offset;
  const find = (text: string) => session.goTo(text.trim(), from);

  const given: unknown = (argument as { to?: unknown } | undefined)?.to;
  const text = typeof given === 'string' ? given : await ask(find);
  if (text === undefined) return undefined;
  const target = await find(text);
  panel.reveal(target.offset, target.offset + 1);
  return target;
}

function ask(find: (text: string) => Promise<GoToTarget>): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Go to Address or Offset'),
    placeHolder: '0x7f0000001000, 4096, +16, -0x20',
    prompt: vscode.l10n.t('An address or offset (0x… or decimal), or a distance from the caret (+ or -)'),
    validateInput: async text => {
      if (text.trim() === '') return undefined;
      try {
        const { label } = await find(text);
        return { message: label, severity: vscode.InputBoxValidationSeverity.Info };
      } catch (error) {
        return { message: (error as Error).message, severity: vscode.InputBoxValidationSeverity.Error };
      }
    },
  });
}
