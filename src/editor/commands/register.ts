import * as vscode from 'vscode';
import type { DumpEditors } from '../dump-editors.ts';
import { annotateSelection } from './annotate-selection.ts';
import { cancelAnalysis } from './cancel-analysis.ts';
import { decodeSdsHere } from './decode-sds-here.ts';
import { exportMarkdown } from './export-markdown.ts';
import { goTo } from './go-to.ts';
import { openDump } from './open-dump.ts';
import { setBase } from './set-base.ts';
import { setServer } from './set-server.ts';
import { showReferences } from './show-references.ts';
import { startAnalysis } from './start-analysis.ts';
import { switchOrder } from './switch-order.ts';
import { whyAlive } from './why-alive.ts';

const COMMANDS: Readonly<Record<string, (editors: DumpEditors, argument: unknown) => Promise<unknown>>> = {
  openDump,
  decodeSdsHere,
  whyAlive,
  showReferences,
  annotateSelection,
  exportMarkdown,
  goTo,
  setBase,
  setServer,
  switchOrder,
  startAnalysis,
  cancelAnalysis,
};

/**
 * A command called by code fails to its caller; one called by a person says why in a message. VS Code gives both the same
 * call, but only shows an error's own sentence, without a stack, when it is thrown: so it is logged and thrown on.
 */
export function registerCommands(editors: DumpEditors, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([name, run]) =>
      vscode.commands.registerCommand(`hexheap.${name}`, async (argument: unknown) => {
        try {
          return await run(editors, argument);
        } catch (error) {
          log.error(`hexheap.${name}`, error as Error);
          throw error;
        }
      }),
    ),
  );
}
