import * as vscode from 'vscode';
import type { DumpSummary } from '../../analysis/api.ts';
import { parseBase } from '../base-address.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { findPanel } from './target.ts';

/** "Set Base Address…": where a raw range began in the process. `{base: "0x7f…"}` sets it without asking. */
export async function setBase(editors: DumpEditors, argument: unknown): Promise<DumpSummary | undefined> {
  const { document } = await findPanel(editors, argument);
  const { summary } = await document.open();
  if (summary.format !== 'raw') {
    throw new Error(vscode.l10n.t('{0} is a core and knows its own addresses.', document.name));
  }
  const given: unknown = (argument as { base?: unknown } | undefined)?.base;
  const base = typeof given === 'string' ? given : await ask();
  return base === undefined ? undefined : document.setBase(base);
}

function ask(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Set Base Address'),
    prompt: vscode.l10n.t(
      "Address of the file's first byte in the process (START of gdb's dump memory FILE START STOP)",
    ),
    placeHolder: '0x7f0000000000',
    validateInput: text => {
      try {
        parseBase(text);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
}
