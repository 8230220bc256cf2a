import type { Overlay, Row } from '../../src/analysis/api.ts';
import type { AnnotationView } from '../../src/editor/protocol.ts';
import { count, hex } from '../text.ts';
import { hexByte, printable } from './format.ts';
import { overlaysAt } from './overlays.ts';
import type { StoredRow } from './store.ts';

/** What is known about one byte on the screen without asking anybody. */
export interface ByteView {
  readonly offset: number;
  readonly address: number | undefined;
  readonly value: number;
  /** One line for each overlay it lies in and each note on it, innermost first. */
  readonly lines: readonly string[];
  /** The same in one line, as much as fits: "text of an sdshdr8 of 72 bytes, leaked; in an 80-byte region". */
  readonly inShort: string;
}

/** The byte in column `column` of a row; undefined where that row has none there. */
export function byteAt(
  { row, bytes, overlays }: StoredRow,
  column: number,
  annotations: readonly AnnotationView[],
): ByteView | undefined {
  if (row.kind !== 'bytes' || column < row.lead || column >= row.lead + row.length) return undefined;
  const index = column - row.lead;
  const offset = row.offset + index;
  const fields = overlaysAt(overlays, offset).reverse();
  return {
    offset,
    address: addressAt(row, index),
    value: bytes[index],
    lines: [...fields.map(lineOf), ...annotations.map(noteOf)],
    inShort: [placeOf(fields), ...annotations.slice(0, 1).map(noteOf)].filter(Boolean).join('; '),
  };
}

/** Address of the byte at `index` of the row: one segment may end and another begin between it and the row's first. */
function addressAt({ address, turns }: Extract<Row, { kind: 'bytes' }>, index: number): number | undefined {
  const turn = turns?.findLast(({ at }) => at <= index) ?? { at: 0, address };
  return turn.address === undefined ? undefined : turn.address + index - turn.at;
}

function lineOf({ field, label, verdict }: Overlay): string {
  // Many labels say the verdict, or the name of the field, in words of their own.
  const unsaid = verdict && !label.includes(verdict) ? ` (${verdict})` : '';
  return label.startsWith(field) ? `${label}${unsaid}` : `${field}: ${label}${unsaid}`;
}

function noteOf({ label, note }: AnnotationView): string {
  return `Annotation: ${[label, note].filter(Boolean).join(' – ')}`;
}

/** The innermost field and the region around it; each verdict once. */
function placeOf(fields: readonly Overlay[]): string {
  const [inner] = fields;
  if (inner === undefined) return '';
  const region = fields.find(({ field }) => field === 'region');
  if (inner === region || inner.field === 'slab') {
    return `${inner.label}${inner.verdict && !inner.label.includes(inner.verdict) ? `, ${inner.verdict}` : ''}`;
  }
  const string = inner.field.startsWith('sds.');
  const [struct] = inner.field.split('.');
  const what = string ? inner.label : `${struct}: ${inner.label}`;
  const said = string || region === undefined ? inner.verdict : undefined;
  if (region === undefined) return said ? `${what}, ${said}` : what;
  const size = `${count(region.end - region.start)}-byte region`;
  const adjective = region.verdict && region.verdict !== said ? `${region.verdict} ${size}` : size;
  return `${what}${said ? `, ${said}` : ''}; in ${/^([aeiou8]|un|11-|18-)/.test(adjective) ? 'an' : 'a'} ${adjective}`;
}

/** "0x51 'Q'", or only "0x00" where it is no character. */
export function spellByte(value: number): string {
  const character = printable(value);
  return `0x${hexByte(value, false)}${character === undefined ? '' : ` '${character}'`}`;
}

/** One line for the eye and the screen reader: "0x7f…, 0x74 't', text of an sdshdr8 of 72 bytes, leaked; in an 80-byte region". */
export function describe({ offset, address, value, inShort }: ByteView): string {
  const place = address === undefined ? `offset ${hex(offset)}` : hex(address);
  return [place, spellByte(value), inShort].filter(Boolean).join(', ');
}
