import type { Row } from '../../src/analysis/api.ts';
import type { Move } from './keyboard.ts';

/** Where the caret is on the screen's grid: a row number and a column in it. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** What a move can look at; a row that is not loaded yet is `undefined`. */
export interface Rows {
  readonly total: number;
  /** Whole rows on the screen: how far a page goes. */
  readonly page: number;
  row(number: number): Row | undefined;
}

export type Moved =
  | { readonly offset: number; readonly place: Place }
  /** This row has to be loaded before the move can be made. */
  | { readonly need: number };

/**
 * Where a move leads from `place`. The caret stands on bytes only: it steps over gap rows to the next row that has bytes,
 * and keeps its column where that row has it. Undefined where it leads nowhere (no row with bytes that way).
 */
export function moved(place: Place, move: Move, rows: Rows): Moved | undefined {
  const { row, column } = place;
  const last = rows.total - 1;
  switch (move) {
    case 'left':
    case 'right':
      return sideways(place, move === 'left' ? -1 : 1, rows);
    case 'rowStart':
      return land(row, 1, 0, rows);
    case 'rowEnd':
      return land(row, 1, Number.POSITIVE_INFINITY, rows);
    case 'dumpStart':
      return land(0, 1, 0, rows);
    case 'dumpEnd':
      return land(last, -1, Number.POSITIVE_INFINITY, rows);
    case 'up':
    case 'pageUp': {
      const target = Math.max(0, row - (move === 'up' ? 1 : rows.page));
      return row === 0 ? land(0, 1, 0, rows) : (land(target, -1, column, rows) ?? land(target, 1, column, rows));
    }
    case 'down':
    case 'pageDown': {
      const target = Math.min(last, row + (move === 'down' ? 1 : rows.page));
      if (row === last) return land(last, -1, Number.POSITIVE_INFINITY, rows);
      return land(target, 1, column, rows) ?? land(target, -1, column, rows);
    }
  }
}

function sideways({ row, column }: Place, step: -1 | 1, rows: Rows): Moved | undefined {
  const here = rows.row(row);
  if (!here) return { need: row };
  const next = column + step;
  if (here.kind === 'bytes' && next >= here.lead && next < here.lead + here.length) return at(row, here, next);
  return land(row + step, step, step < 0 ? Number.POSITIVE_INFINITY : 0, rows);
}

/** The first row with bytes from `row` on in direction `step`, in the column nearest to `column`. */
function land(row: number, step: -1 | 1, column: number, rows: Rows): Moved | undefined {
  for (let number = row; number >= 0 && number < rows.total; number += step) {
    const found = rows.row(number);
    if (!found) return { need: number };
    if (found.kind === 'bytes') return at(number, found, column);
  }
  return undefined;
}

function at(number: number, row: Extract<Row, { kind: 'bytes' }>, column: number): Moved {
  const inside = Math.min(row.lead + row.length - 1, Math.max(row.lead, column));
  return { offset: row.offset + inside - row.lead, place: { row: number, column: inside } };
}

/** The column of the byte at `offset` in `row`; undefined where it is not in it. */
export function columnOf(row: Row, offset: number): number | undefined {
  if (row.kind !== 'bytes' || offset < row.offset || offset >= row.offset + row.length) return undefined;
  return row.lead + offset - row.offset;
}
