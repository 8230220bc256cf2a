import * as vscode from 'vscode';
import type { Annotation } from '../../annotations/annotation.ts';
import { byteRange } from '../byte-range.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { findTarget } from './target.ts';

/** "Annotate Selection…": asks for a label and a note, unless `{label, note}` are given; undefined when the user gives up. */
export async function annotateSelection(editors: DumpEditors, argument: unknown): Promise<Annotation | undefined> {
  const { panel, start, end } = await findTarget(editors, argument);
  const { document } = panel;
  const { places } = await document.open();
  const place = places.placeOf(start, end);
  const range = byteRange(place);

  const label = given(argument, 'label') ?? (await ask(vscode.l10n.t('Label for {0}', range), range));
  if (label === undefined) return undefined;
  const note = given(argument, 'label') === undefined ? await askNote(range) : (given(argument, 'note') ?? '');
  if (note === undefined) return undefined;
  return document.annotations.add({ place, kind: 'selection', label: label.trim() || range, note });
}

function ask(prompt: string, value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({ title: vscode.l10n.t('Annotate Selection (1 of 2)'), prompt, value });
}

function askNote(range: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Annotate Selection (2 of 2)'),
    prompt: vscode.l10n.t('A note on {0}; may stay empty', range),
  });
}

function given(argument: unknown, key: 'label' | 'note'): string | undefined {
  const value: unknown = (argument as Record<string, unknown> | undefined)?.[key];
  return typeof value === 'string' ? value : undefined;
}
