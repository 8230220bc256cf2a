import { type ByteSource, DumpError } from '../dump/dump.ts';
import type { RowOrdering, RowPlace } from '../dump/rows.ts';
import { sizeText } from '../dump/size-text.ts';
import type { Row, RowWindow, WindowRequest } from './api.ts';

const WIDEST_ROW = 64;
/** Rows in one answer: a very tall screen shows some 200. */
export const MOST_ROWS = 4096;

/**
 * Reads the rows of one window; overlays are added by the caller. Bytes come from the file as it is now: where it has become
 * shorter or cannot be read, the rows are gaps that say so. Throws RangeError for a request that no hexdump makes.
 */
export function readWindow(
  source: ByteSource,
  ordering: RowOrdering,
  request: WindowRequest,
): Omit<RowWindow, 'overlays'> {
  const { firstRow, rowCount, bytesPerRow } = request;
  checkWidth(bytesPerRow);
  if (!Number.isSafeInteger(firstRow) || firstRow < 0) throw new RangeError(`${firstRow} is no row`);
  if (!Number.isSafeInteger(rowCount) || rowCount < 0 || rowCount > MOST_ROWS) {
    throw new RangeError(`${rowCount} rows cannot be asked for at once (at most ${MOST_ROWS})`);
  }
  const totalRows = ordering.totalRows(bytesPerRow);
  const places: RowPlace[] = [];
  const end = Math.min(firstRow + rowCount, totalRows);
  for (let row = firstRow; row < end; row++) places.push(ordering.rowAt(row, bytesPerRow));

  const bytes = new Uint8Array(places.reduce((sum, place) => sum + (place.kind === 'bytes' ? place.length : 0), 0));
  const rows: Row[] = [];
  let filled = 0;
  for (let first = 0; first < places.length; ) {
    const run = adjoining(places, first);
    filled += readRun(source, places.slice(first, run), bytes, filled, rows);
    first = run;
  }
  const exact = filled === bytes.length ? bytes.buffer : bytes.buffer.slice(0, filled);
  return { totalRows, rows, bytes: exact };
}

/** Throws RangeError unless `bytesPerRow` is 1…64. */
export function checkWidth(bytesPerRow: number): void {
  if (!Number.isInteger(bytesPerRow) || bytesPerRow < 1 || bytesPerRow > WIDEST_ROW) {
    throw new RangeError(`${bytesPerRow} bytes per row: it must be 1 to ${WIDEST_ROW}`);
  }
}

/** End of the run of rows from `first` on whose bytes follow each other in the file (or of one gap). */
function adjoining(places: readonly RowPlace[], first: number): number {
  let end = first + 1;
  for (; end < places.length; end++) {
    const before = places[end - 1];
    const next = places[end];
    if (before.kind !== 'bytes' || next.kind !== 'bytes' || next.offset !== before.offset + before.length) break;
  }
  return end;
}

/** Ranges of the file that the byte rows show, each as long as they follow each other. */
export function fileRanges(rows: readonly Row[]): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const row of rows) {
    if (row.kind === 'gap') continue;
    const last = ranges.at(-1);
    if (last !== undefined && last.end === row.offset) last.end += row.length;
    else ranges.push({ start: row.offset, end: row.offset + row.length });
  }
  return ranges;
}

/** Reads one run in one go; returns how many bytes it put into `bytes` at `at`. */
function readRun(
  source: ByteSource,
  places: readonly RowPlace[],
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  rows: Row[],
): number {
  const [first] = places;
  if (first.kind === 'gap') {
    rows.push(first);
    return 0;
  }
  const wanted = places.reduce((sum, place) => sum + place.length, 0);
  const { count, failure } = tryRead(source, first.offset, bytes.subarray(at, at + wanted));
  let taken = 0;
  for (const place of places) {
    if (place.kind === 'gap') continue;
    const length = Math.min(place.length, count - taken);
    if (length > 0) {
      rows.push(length === place.length ? place : { ...place, length });
      taken += length;
    } else {
      rows.push({ kind: 'gap', label: failure ?? shorter(source.size), address: place.address, length: place.length });
    }
  }
  return taken;
}

function tryRead(source: ByteSource, offset: number, into: Uint8Array): { count: number; failure: string | undefined } {
  try {
    return { count: source.read(offset, into), failure: undefined };
  } catch (error) {
    if (!(error instanceof DumpError)) throw error;
    return { count: 0, failure: `cannot be read: ${error.message}` };
  }
}

function shorter(size: number): string {
  return `cut off: the file became shorter (it was ${sizeText(size)} when it was opened)`;
}
