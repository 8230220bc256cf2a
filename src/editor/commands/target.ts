import * as v from 'valibot';
import * as vscode from 'vscode';
import type { DumpSummary } from '../../analysis/api.ts';
import type { PlaceMap } from '../../annotations/place-map.ts';
import { hex } from '../byte-range.ts';
import type { DumpEditors } from '../dump-editors.ts';
import type { DumpPanel } from '../panel.ts';

/** The byte or selection a command is for. */
export interface Target {
  readonly panel: DumpPanel;
  /** File offset of the byte: the one that was clicked, named, or holds the caret. */
  readonly offset: number;
  /** Selected bytes [start, end) of the file; at least the one byte. */
  readonly start: number;
  readonly end: number;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A number, or digits as people write them: "0x7f…" or decimal. */
const position = v.union([
  count,
  v.pipe(
    v.string(),
    v.regex(/^(0x[0-9a-f]{1,14}|[0-9]{1,16})$/i),
    v.transform(digits => Number(digits)),
    v.safeInteger(),
  ),
]);
const uri = v.union([
  v.custom<vscode.Uri>(value => value instanceof vscode.Uri),
  v.pipe(
    v.string(),
    v.transform(text => vscode.Uri.parse(text, true)),
  ),
]);

/** What a command may be given: the object of a webview's menu, or what code that calls it names. */
const named = v.looseObject({
  hexheapOffset: v.optional(count),
  address: v.optional(position),
  offset: v.optional(position),
  uri: v.optional(uri),
});

/**
 * Finds what a command is for, however it was called: from the context menu (one object with hexheapOffset), by code
 * ({address}, {offset}, {uri}, or a Uri), or by key and palette, which give nothing and mean the active editor's caret.
 * Throws a sentence where there is no such byte or no dump is open.
 */
export async function findTarget(editors: DumpEditors, argument: unknown): Promise<Target> {
  const given = read(argument);
  const panel = await panelOf(editors, given.uri);
  const { places, summary } = await panel.document.open();
  const offset = given.hexheapOffset ?? given.offset ?? offsetOf(given.address, summary, places);
  const { cursor } = panel;
  const at = offset ?? cursor.offset;
  const inSelection = at >= cursor.start && at < cursor.end;
  return { panel, offset: at, ...(inSelection ? range(cursor) : { start: at, end: at + 1 }) };
}

function offsetOf(address: number | undefined, { baseKnown, size }: DumpSummary, places: PlaceMap): number | undefined {
  if (address === undefined) return undefined;
  // Without a base, addresses count from the file's first byte.
  const offset = baseKnown ? places.offsetOf(address) : address < size ? address : undefined;
  if (offset === undefined) throw new Error(vscode.l10n.t('The dump holds no byte at address {0}.', hex(address)));
  return offset;
}

/** The editor that a command without a byte is for. */
export function findPanel(editors: DumpEditors, argument: unknown): Promise<DumpPanel> {
  return panelOf(editors, read(argument).uri);
}

function read(argument: unknown): v.InferOutput<typeof named> {
  if (argument === undefined || argument === null) return {};
  if (argument instanceof vscode.Uri) return { uri: argument };
  const result = v.safeParse(named, argument);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(vscode.l10n.t('{0} is not what this command can use: {1}', v.getDotPath(issue) ?? '', issue.message));
}

async function panelOf(editors: DumpEditors, uri: vscode.Uri | undefined): Promise<DumpPanel> {
  if (uri !== undefined && editors.of(uri) === undefined) {
    await vscode.commands.executeCommand('vscode.openWith', uri, 'hexheap.dump');
  }
  const panel = uri === undefined ? editors.current : editors.of(uri);
  if (panel === undefined) throw new Error(vscode.l10n.t('No dump is open. Open one with "Hexheap: Open Dump…".'));
  return panel;
}

function range({ start, end }: { start: number; end: number }) {
  return { start, end };
}
