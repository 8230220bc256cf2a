import { hexIndex, hexWidth } from './format.ts';

/** Sizes in pixels of one character cell, measured once per font. */
export interface Cell {
  readonly width: number;
  readonly height: number;
}

/** Where a row's three columns begin, in pixels from the row's left edge. */
export interface Columns {
  readonly addressLeft: number;
  readonly hexLeft: number;
  readonly textLeft: number;
  readonly width: number;
}

const PADDING = 10;

/** Lays out a row of `addressDigits` characters, `bytesPerRow` bytes and as many characters of text. */
export function columnsOf(cell: Cell, addressDigits: number, bytesPerRow: number): Columns {
  const hexLeft = PADDING + (addressDigits + 2) * cell.width;
  const textLeft = hexLeft + (hexWidth(bytesPerRow) + 2) * cell.width;
  return { addressLeft: PADDING, hexLeft, textLeft, width: textLeft + bytesPerRow * cell.width + PADDING };
}

/** The box of a byte's digits, with half a blank's room around them. */
export function hexBox(columns: Columns, cell: Cell, from: number, to: number): { left: number; width: number } {
  const start = hexIndex(from);
  return { left: columns.hexLeft + start * cell.width, width: (hexIndex(to - 1) + 2 - start) * cell.width };
}

export function textBox(columns: Columns, cell: Cell, from: number, to: number): { left: number; width: number } {
  return { left: columns.textLeft + from * cell.width, width: (to - from) * cell.width };
}
