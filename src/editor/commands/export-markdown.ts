import * as v from 'valibot';
import * as vscode from 'vscode';
import { writeAtomically } from '../../annotations/atomic-file.ts';
import { markdownReport } from '../../report/markdown.ts';
import { collectReport } from '../collect-report.ts';
import type { DumpDocument } from '../dump-document.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { withSlowProgress } from '../slow-progress.ts';
import { findPanel } from './target.ts';

/** Thousands of regions take longer. */
const PATIENCE_MS = 1000;

export interface Exported {
  readonly file: string;
  readonly masked: boolean;
  readonly regions: number;
}

/** What code may name: the file to write, and whether text is masked, which it is unless that is denied. */
const named = v.looseObject({ file: v.pipe(v.string(), v.minLength(1)), mask: v.optional(v.boolean(), true) });

/**
 * "Export Annotated Regions to Markdown": asks whether text is included or masked and where to write, then shows the preview.
 * With `{file, mask}` it writes without asking. Undefined when the user gives up.
 */
export async function exportMarkdown(editors: DumpEditors, argument: unknown): Promise<Exported | undefined> {
  const { document } = await findPanel(editors, argument);
  if (typeof argument === 'object' && argument !== null && 'file' in argument) {
    const { file, mask } = v.parse(named, argument);
    return write(document, file, mask);
  }

  const masked = await askMask();
  if (masked === undefined) return undefined;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Annotated Regions to Markdown'),
    defaultUri: vscode.Uri.file(`${document.uri.fsPath}.md`),
    filters: { Markdown: ['md'] },
  });
  if (uri === undefined) return undefined;
  const exported = await write(document, uri.fsPath, masked);
  if (exported !== undefined) await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  return exported;
}

async function askMask(): Promise<boolean | undefined> {
  // The first entry is the one that Enter takes.
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('Mask text'),
        detail: vscode.l10n.t('Keeps lengths and shapes, such as {0}, and no data', '{word7}:{n}'),
        masked: true,
      },
      {
        label: vscode.l10n.t('Include text'),
        detail: vscode.l10n.t("The report then holds people's data, as the dump does"),
        masked: false,
      },
    ],
    { title: vscode.l10n.t('Export Annotated Regions to Markdown'), ignoreFocusOut: true },
  );
  return picked?.masked;
}

/** The report may hold what the dump holds, so it gets the dump's permissions. Undefined when the user cancels. */
async function write(document: DumpDocument, file: string, masked: boolean): Promise<Exported | undefined> {
  const { list } = document.annotations;
  const dump = await document.open();
  const abort = new AbortController();
  try {
    const report = await withSlowProgress({
      title: vscode.l10n.t('Collecting annotated regions'),
      patience: PATIENCE_MS,
      abort,
      run: tell =>
        collectReport(dump, list, document.analysis, { progress: share => tell(share, ''), cancelled: abort.signal }),
    });
    await writeAtomically(file, markdownReport(report, { masked }), document.uri.fsPath);
    return { file, masked, regions: list.length };
  } catch (error) {
    if (abort.signal.aborted) return undefined;
    throw error;
  }
}
