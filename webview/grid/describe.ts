import type { AnnotationView } from '../../src/editor/protocol.ts';
import { hex } from '../text.ts';
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
    address: row.address === undefined ? undefined : row.address + index,
    value: bytes[index],
    lines: [
      ...fields.map(({ field, label, verdict }) => {
        // Many labels say the verdict in words of their own.
        const unsaid = verdict && !label.includes(verdict) ? ` (${verdict})` : '';
        return `${field}: ${label}${unsaid}`;
      }),
      ...annotations.map(({ label, note }) => `Annotation: ${[label, note].filter(Boolean).join(' – ')}`),
    ],
  };
}

/** "0x51 'Q'", or only "0x00" where it is no character. */
export function spellByte(value: number): string {
  const character = printable(value);
  return `0x${hexByte(value, false)}${character === undefined ? '' : ` '${character}'`}`;
}

/** One line for the eye and the screen reader: "0x1f40, 0x51 'Q', sds.flags: …". */
export function describe({ offset, address, value, lines }: ByteView): string {
  const place = address === undefined ? `offset ${hex(offset)}` : hex(address);
  return [place, spellByte(value), ...lines.slice(0, 2)].join(', ');
}
