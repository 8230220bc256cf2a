import * as vscode from 'vscode';
import type { DumpSummary } from '../../analysis/api.ts';
import { serverFromOption } from '../../heap/server-identity.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { findPanel } from './target.ts';

/**
 * "Set Server Version…": whose layouts the analysis takes, where the dump does not say or says it wrong. `{server: "redis 3.2.8"}` sets it
 * without asking; an empty text leaves it to the dump again. The analysis is done anew.
 */
export async function setServer(editors: DumpEditors, argument: unknown): Promise<DumpSummary | undefined> {
  const { document } = await findPanel(editors, argument);
  const given: unknown = (argument as { server?: unknown } | undefined)?.server;
  const server = typeof given === 'string' ? given : await ask();
  if (server === undefined) return undefined;
  const refusal = whyNot(server);
  if (refusal !== undefined) throw new Error(refusal);
  return document.setServer(server.trim());
}

function ask(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Set Server Version'),
    prompt: vscode.l10n.t('Name and version of the server that wrote this memory; empty: as the dump says'),
    placeHolder: 'redis 3.2.8',
    validateInput: whyNot,
  });
}

function whyNot(server: string): string | undefined {
  if (server.trim() === '' || serverFromOption(server) !== undefined) return undefined;
  return vscode.l10n.t(
    'Write a name and a version, such as {0}, {1}, {2} or {3}.',
    'redis 3.2.8',
    'valkey 8.0.1',
    'keydb 6.3.4',
    'redict 7.3.0',
  );
}
