import { element } from '../dom.ts';
import { type Cell, type Columns, hexBox, textBox } from './columns.ts';
import { hexIndex } from './format.ts';
import type { Pane } from './keyboard.ts';
import type { GridRow } from './rows.ts';

/** Draws marks by name (a kind, `annotation`, `selection`) over columns [from, to) of rows; style.css says how a name looks. */
export interface Painter {
  /** Takes all marks of a frame away, but the pinned ones. */
  clear(): void;
  mark(name: string, row: GridRow, pane: Pane, from: number, to: number): void;
  /** Marks a text outside the grid for good: a sample in the legend. */
  pin(name: string, node: Text): void;
}

/** Later names are drawn over earlier ones. */
const OVER = ['annotation', 'selection'];

/** Marks as CSS custom highlights: ranges in the rows' own text nodes, no element for a mark. */
export class HighlightPainter implements Painter {
  readonly #highlights = new Map<string, Highlight>();
  readonly #pinned: { highlight: Highlight; range: AbstractRange }[] = [];

  static supported(): boolean {
    return typeof Highlight === 'function' && 'highlights' in CSS;
  }

  clear(): void {
    for (const highlight of this.#highlights.values()) highlight.clear();
    for (const { highlight, range } of this.#pinned) highlight.add(range);
  }

  mark(name: string, row: GridRow, pane: Pane, from: number, to: number): void {
    const node = pane === 'hex' ? row.hex : row.text;
    const start = pane === 'hex' ? hexIndex(from) : from;
    const end = Math.min(node.length, pane === 'hex' ? hexIndex(to - 1) + 2 : to);
    this.#named(name).add(rangeIn(node, start, end));
  }

  pin(name: string, node: Text): void {
    const highlight = this.#named(name);
    const range = rangeIn(node, 0, node.length);
    this.#pinned.push({ highlight, range });
    highlight.add(range);
  }

  #named(name: string): Highlight {
    let highlight = this.#highlights.get(name);
    if (!highlight) {
      highlight = new Highlight();
      highlight.priority = OVER.indexOf(name) + 1;
      this.#highlights.set(name, highlight);
      CSS.highlights.set(`hexheap-${name}`, highlight);
    }
    return highlight;
  }
}

function rangeIn(node: Text, start: number, end: number): StaticRange {
  return new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: end });
}

/** Marks as rectangles from a pool, for engines without custom highlights. */
export class RectanglePainter implements Painter {
  readonly #layout: () => { cell: Cell; columns: Columns };
  readonly #pool: HTMLElement[] = [];
  #used = 0;

  constructor(layout: () => { cell: Cell; columns: Columns }) {
    this.#layout = layout;
  }

  clear(): void {
    for (const mark of this.#pool.slice(0, this.#used)) mark.hidden = true;
    this.#used = 0;
  }

  mark(name: string, row: GridRow, pane: Pane, from: number, to: number): void {
    const { cell, columns } = this.#layout();
    const { left, width } = (pane === 'hex' ? hexBox : textBox)(columns, cell, from, to);
    const mark = this.#take();
    mark.className = `mark mark-${name}`;
    mark.style.left = `${left}px`;
    mark.style.width = `${width}px`;
    mark.hidden = false;
    if (mark.parentElement !== row.element) row.element.prepend(mark);
  }

  pin(name: string, node: Text): void {
    node.parentElement?.classList.add(`mark-${name}`);
  }

  #take(): HTMLElement {
    if (this.#used === this.#pool.length) this.#pool.push(element('div', { 'aria-hidden': 'true' }));
    return this.#pool[this.#used++];
  }
}
