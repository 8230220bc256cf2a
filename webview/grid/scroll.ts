/**
 * Scrolling over row numbers. A browser's own scrollbar ends at 33,554,428 px, that is 25 MiB of hexdump, so the
 * position is a row number with a fraction: exact for any dump, since 2^40 rows leave 13 bits below the point.
 */
export interface Extent {
  /** Rows of the whole dump. */
  readonly totalRows: number;
  /** Rows that fit on the screen, with a fraction. */
  readonly visibleRows: number;
}

export interface Thumb {
  /** Pixels from the track's start. */
  readonly start: number;
  /** Pixels. */
  readonly length: number;
}

const SMALLEST_THUMB = 24;

/** The position at which the last row ends at the screen's bottom; 0 where everything fits. */
export function lastTop({ totalRows, visibleRows }: Extent): number {
  return Math.max(0, totalRows - visibleRows);
}

export function clampTop(top: number, extent: Extent): number {
  return Math.min(lastTop(extent), Math.max(0, top));
}

/** Where the thumb lies in a track of `track` pixels; undefined where everything fits. */
export function thumbOf(top: number, extent: Extent, track: number): Thumb | undefined {
  const last = lastTop(extent);
  if (last === 0 || track <= 0) return undefined;
  const length = Math.min(track, Math.max(SMALLEST_THUMB, (track * extent.visibleRows) / extent.totalRows));
  return { start: (clampTop(top, extent) / last) * (track - length), length };
}

/** The position at which the thumb starts `start` pixels down the track: at its very end the last row shows. */
export function topOfThumb(start: number, extent: Extent, track: number): number {
  const thumb = thumbOf(0, extent, track);
  if (!thumb) return 0;
  const room = track - thumb.length;
  if (room <= 0) return 0;
  return Math.min(1, Math.max(0, start / room)) * lastTop(extent);
}

/** Rows that a wheel event moves: by its pixels, lines or pages, never by the size of the dump. */
export function wheelRows(delta: number, mode: number, rowHeight: number, visibleRows: number): number {
  const LINES = 1;
  const PAGES = 2;
  if (mode === LINES) return delta;
  if (mode === PAGES) return delta * Math.max(1, visibleRows - 1);
  return delta / rowHeight;
}

/** The nearest position that shows the whole of `row`; where it is off the screen, with `share` of the screen above it. */
export function topToShow(row: number, top: number, extent: Extent, share: number): number {
  const { visibleRows } = extent;
  if (row >= top && row + 1 <= top + visibleRows) return top;
  return clampTop(Math.floor(row - Math.max(0, visibleRows - 1) * share), extent);
}

/** The smallest move that brings `row` wholly onto the screen: how a moving caret drags the view along. */
export function topToFollow(row: number, top: number, extent: Extent): number {
  if (row < top) return clampTop(row, extent);
  if (row + 1 > top + extent.visibleRows) return clampTop(row + 1 - extent.visibleRows, extent);
  return top;
}
