import type { Overlay, Row } from '../../src/analysis/api.ts';
import { type Kind, kindOf } from './kinds.ts';

/** Columns [from, to) of one row that look alike. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
}

/**
 * What each byte of a row is drawn as: the innermost overlay wins. A new run begins where another overlay does, also of
 * the same kind, so that two strings side by side stay two.
 */
export function runsOf(row: Row, overlays: readonly Overlay[]): Run[] {
  if (row.kind !== 'bytes') return [];
  const { offset, lead, length } = row;
  const owner = new Int32Array(length).fill(-1);
  overlays.forEach(({ start, end }, index) => {
    if (start >= offset + length || end <= offset) return;
    owner.fill(index, Math.max(0, start - offset), Math.min(length, end - offset));
  });
  const runs: Run[] = [];
  let from = 0;
  for (let at = 1; at <= length; at++) {
    if (at < length && owner[at] === owner[from]) continue;
    if (owner[from] >= 0) runs.push({ from: lead + from, to: lead + at, kind: kindOf(overlays[owner[from]]) });
    from = at;
  }
  return runs;
}

/** The overlays that the byte at `offset` lies in, innermost last. */
export function overlaysAt(overlays: readonly Overlay[], offset: number): Overlay[] {
  return overlays.filter(({ start, end }) => start <= offset && offset < end);
}

/** Columns of the row that the file range [start, end) covers; undefined where it misses the row. */
export function columnsIn(row: Row, start: number, end: number): { from: number; to: number } | undefined {
  if (row.kind !== 'bytes' || start >= row.offset + row.length || end <= row.offset) return undefined;
  const first = Math.max(0, start - row.offset);
  const last = Math.min(row.length, end - row.offset);
  return { from: row.lead + first, to: row.lead + last };
}
