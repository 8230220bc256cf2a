import { addressPieces } from './address-pieces.ts';
import type { Dump } from './dump.ts';
import { lastAtMost } from './segmented-dump.ts';

/** From byte `at` of a row on (counted from its first byte), addresses count from this one, or there are none. */
export interface AddressTurn {
  readonly at: number;
  readonly address: number | undefined;
}

/** One row of a hexdump, before its bytes are read. */
export type RowPlace =
  | {
      readonly kind: 'bytes';
      /** File offset of its first byte. */
      readonly offset: number;
      readonly address: number | undefined;
      /** Where addresses stop counting on from the first byte's; left out where they do not. */
      readonly turns?: readonly AddressTurn[];
      /** Empty cells before the first byte. */
      readonly lead: number;
      readonly length: number;
    }
  | { readonly kind: 'gap'; readonly label: string; readonly address: number | undefined; readonly length: number };

/**
 * Where the bytes of a dump stand in a hexdump of a given width: row numbers <-> file offsets. Rows and offsets count from 0
 * and stay below 2^53; every answer takes O(log segments), whatever the size of the dump.
 */
export interface RowOrdering {
  totalRows(bytesPerRow: number): number;
  /** `row` is 0 … totalRows-1. */
  rowAt(row: number, bytesPerRow: number): RowPlace;
  /** The row that shows the byte at `offset`; for one that this order does not show, the row of the next byte that it shows, else of the last. */
  rowOf(offset: number, bytesPerRow: number): number;
  /** Offset of the first byte shown at or after `row`; behind the last bytes, that of the last byte. */
  offsetOfRow(row: number, bytesPerRow: number): number;
}

/** Every byte of the file, row 0 at offset 0. */
export function fileRows(dump: Dump): RowOrdering {
  const { size } = dump.source;
  return {
    totalRows: bytesPerRow => Math.ceil(size / bytesPerRow),
    rowAt(row, bytesPerRow) {
      const offset = row * bytesPerRow;
      const length = Math.min(bytesPerRow, size - offset);
      const turns = turnsIn(dump, offset, length);
      return {
        kind: 'bytes',
        offset,
        address: dump.addressOf(offset),
        lead: 0,
        length,
        ...(turns.length > 0 && { turns }),
      };
    },
    rowOf: (offset, bytesPerRow) => Math.floor(within(offset, size) / bytesPerRow),
    offsetOfRow: (row, bytesPerRow) => within(row * bytesPerRow, size),
  };
}

/** gcore's segments begin at any offset of the file, so at any byte of a row. */
function turnsIn(dump: Dump, offset: number, length: number): AddressTurn[] {
  const turns: AddressTurn[] = [];
  let expected = dump.addressOf(offset);
  for (let at = 1; at < length; at++) {
    if (expected !== undefined) expected++;
    const address = dump.addressOf(offset + at);
    if (address === expected) continue;
    turns.push({ at, address });
    expected = address;
  }
  return turns;
}

/** Segments by address. Rows begin at multiples of the width, by address; what is absent is one row, however long. */
export function addressRows(dump: Dump): RowOrdering {
  const pieces = addressPieces(dump);
  const held = heldByOffset(pieces.offset);
  let width = 0;
  let firstRows = new Float64Array(0);

  /** First row of each piece, and behind them the number of all rows. */
  const firstRowsFor = (bytesPerRow: number) => {
    if (width === bytesPerRow) return firstRows;
    firstRows = new Float64Array(pieces.count + 1);
    for (let piece = 0; piece < pieces.count; piece++) {
      const from = pieces.start[piece] - (pieces.start[piece] % bytesPerRow);
      const rows = pieces.offset[piece] < 0 ? 1 : Math.ceil((pieces.end[piece] - from) / bytesPerRow);
      firstRows[piece + 1] = firstRows[piece] + rows;
    }
    width = bytesPerRow;
    return firstRows;
  };

  /** Address of the first byte of row `row`, which lies in the byte piece `piece`. */
  const addressIn = (piece: number, row: number, bytesPerRow: number) => {
    const start = pieces.start[piece];
    const aligned = start - (start % bytesPerRow) + (row - firstRowsFor(bytesPerRow)[piece]) * bytesPerRow;
    return Math.max(start, aligned);
  };

  const lastOffset = () => {
    for (let piece = pieces.count - 1; piece >= 0; piece--) {
      if (pieces.offset[piece] >= 0) return pieces.offset[piece] + (pieces.end[piece] - pieces.start[piece]) - 1;
    }
    return 0;
  };

  /** Of a byte that has no address, the address of the next byte in the file that has one, else of the last one that has. */
  const nearestAddress = (offset: number) => {
    const next = lastAtMost(held.start, offset) + 1;
    if (next < held.piece.length) return pieces.start[held.piece[next]];
    return pieces.end[held.piece[held.piece.length - 1]] - 1;
  };

  return {
    totalRows: bytesPerRow => firstRowsFor(bytesPerRow)[pieces.count],
    rowAt(row, bytesPerRow) {
      const piece = lastAtMost(firstRowsFor(bytesPerRow), row);
      if (pieces.offset[piece] < 0) {
        return {
          kind: 'gap',
          label: pieces.label(piece),
          address: pieces.start[piece],
          length: pieces.end[piece] - pieces.start[piece],
        };
      }
      const address = addressIn(piece, row, bytesPerRow);
      const lead = address % bytesPerRow;
      return {
        kind: 'bytes',
        offset: pieces.offset[piece] + (address - pieces.start[piece]),
        address,
        lead,
        length: Math.min(bytesPerRow - lead, pieces.end[piece] - address),
      };
    },
    rowOf(offset, bytesPerRow) {
      const rows = firstRowsFor(bytesPerRow);
      if (held.piece.length === 0) return 0;
      const address = dump.addressOf(offset) ?? nearestAddress(offset);
      const piece = lastAtMost(pieces.start, address);
      const start = pieces.start[piece];
      return rows[piece] + Math.floor((address - (start - (start % bytesPerRow))) / bytesPerRow);
    },
    offsetOfRow(row, bytesPerRow) {
      const rows = firstRowsFor(bytesPerRow);
      const inside = Math.max(0, Math.min(row, rows[pieces.count] - 1));
      let piece = lastAtMost(rows, inside);
      if (pieces.offset[piece] >= 0) {
        return pieces.offset[piece] + (addressIn(piece, inside, bytesPerRow) - pieces.start[piece]);
      }
      while (piece < pieces.count && pieces.offset[piece] < 0) piece++;
      return piece < pieces.count ? pieces.offset[piece] : lastOffset();
    },
  };
}

/** The byte pieces by their place in the file. */
function heldByOffset(offsets: Float64Array): { start: Float64Array; piece: Uint32Array } {
  const piece = Uint32Array.from([...offsets.keys()].filter(index => offsets[index] >= 0));
  piece.sort((a, b) => offsets[a] - offsets[b]);
  return { start: Float64Array.from(piece, index => offsets[index]), piece };
}

function within(offset: number, size: number): number {
  return Math.max(0, Math.min(offset, size - 1));
}
