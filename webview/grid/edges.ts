import { type Cell, type Columns, hexBox, textBox } from './columns.ts';
import type { StoredRow } from './store.ts';

/** A line along the top of columns [from, to) of a row, and before column `from` where the region begins there. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly begins: boolean;
  /** Of a whole slab: drawn thicker. */
  readonly slab: boolean;
}

/**
 * Where regions and slabs begin in a row: above every byte of theirs that has none of theirs in the row above it. So the lines of
 * neighbouring rows join into the outline of each region.
 */
export function edgesOf({ row, overlays }: StoredRow, bytesPerRow: number): Edge[] {
  if (row.kind !== 'bytes') return [];
  const { offset, lead, length } = row;
  const edges: Edge[] = [];
  for (const { field, start, end } of overlays) {
    if (field !== 'region' && field !== 'slab') continue;
    const from = Math.max(offset, start);
    const to = Math.min(offset + length, end, start + bytesPerRow);
    if (from >= to) continue;
    const column = lead - offset;
    edges.push({ from: column + from, to: column + to, begins: from === start, slab: field === 'slab' });
  }
  return edges;
}

const COLOR = 'var(--vscode-hexheap-regionEdge)';

/** Values of CSS background-image, -size and -position; empty for none. */
export interface EdgeBackground {
  readonly image: string;
  readonly size: string;
  readonly position: string;
}

/** The edges as the background of their row: no element for a line. */
export function edgeBackground(edges: readonly Edge[], columns: Columns, cell: Cell): EdgeBackground {
  const sizes: string[] = [];
  const positions: string[] = [];
  for (const { from, to, begins, slab } of edges) {
    const thick = slab ? 2 : 1;
    for (const boxOf of [hexBox, textBox]) {
      const { left, width } = boxOf(columns, cell, from, to);
      // In the hex pane in the middle of the blank between two bytes.
      const before = boxOf === hexBox ? cell.width / 2 : 0;
      const x = Math.round(left - before);
      sizes.push(`${Math.round(width + 2 * before)}px ${thick}px`);
      positions.push(`${x}px 0`);
      if (!begins) continue;
      sizes.push(`${thick}px 100%`);
      positions.push(`${x}px 0`);
    }
  }
  if (sizes.length === 0) return { image: '', size: '', position: '' };
  return { image: `linear-gradient(${COLOR}, ${COLOR})`, size: sizes.join(', '), position: positions.join(', ') };
}
