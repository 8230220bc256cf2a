import { element, setText } from '../dom.ts';
import { type Cell, type Columns, columnsOf, hexBox, textBox } from './columns.ts';
import { formatRuler } from './format.ts';
import type { Pane } from './keyboard.ts';
import { measureCell } from './metrics.ts';
import { GridRow } from './rows.ts';

export const CARET_ID = 'hexheap-caret';
const GRID_ID = 'hexheap-grid';

/** The grid's elements: ruler, pool of rows, the caret's two boxes. It draws what it is told and decides nothing. */
export class GridView {
  static readonly id = GRID_ID;
  readonly element: HTMLElement;
  /** What is as tall as the rows on the screen; scrolls sideways where the pane is narrow. */
  readonly viewport: HTMLElement;
  readonly sheet: HTMLElement;
  readonly rows: GridRow[] = [];
  readonly #ruler: HTMLElement;
  readonly #rulerHex = new Text();
  readonly #rulerAddress = new Text();
  readonly #rulerMark: HTMLElement;
  readonly #carets: Readonly<Record<Pane, HTMLElement>>;
  cell: Cell = { width: 8, height: 20 };
  columns: Columns = columnsOf(this.cell, 8, 16);
  #bytesPerRow = 16;
  #pane: Pane | undefined;
  #scrollLeft = 0;
  /** Width of the viewport in pixels, as its owner last saw it: so that no frame has to ask for it. */
  width = 0;

  constructor() {
    this.#rulerMark = element('span', { class: 'ruler-mark', hidden: true });
    this.#ruler = element(
      'div',
      { class: 'ruler', 'aria-hidden': 'true' },
      this.#rulerMark,
      element('span', { class: 'address' }, this.#rulerAddress),
      element('span', { class: 'hex' }, this.#rulerHex),
      element('span', { class: 'text' }, 'Text'),
    );
    this.sheet = element('div', { class: 'sheet', role: 'rowgroup' });
    this.viewport = element('div', { class: 'viewport', role: 'presentation' }, this.sheet);
    this.#carets = { hex: element('span', { class: 'caret' }), text: element('span', { class: 'caret' }) };
    this.element = element(
      'div',
      {
        id: GRID_ID,
        class: 'grid',
        role: 'grid',
        tabindex: 0,
        'aria-label': 'Hexdump',
        'aria-multiselectable': 'true',
        'aria-readonly': 'true',
      },
      element('div', { class: 'ruler-clip', role: 'presentation' }, this.#ruler),
      this.viewport,
    );
    this.viewport.addEventListener('scroll', () => {
      this.#scrollLeft = this.viewport.scrollLeft;
      this.#ruler.style.transform = `translateX(${-this.#scrollLeft}px)`;
    });
  }

  get bytesPerRow(): number {
    return this.#bytesPerRow;
  }

  /** Measures the font anew and lays the columns out. */
  layout(addressDigits: number, bytesPerRow: number, addressColumn: 'address' | 'offset', uppercase: boolean): void {
    this.#bytesPerRow = bytesPerRow;
    this.cell = measureCell(this.element);
    this.columns = columnsOf(this.cell, addressDigits, bytesPerRow);
    const { style } = this.element;
    style.setProperty('--row-height', `${this.cell.height}px`);
    style.setProperty('--address-left', `${this.columns.addressLeft}px`);
    style.setProperty('--hex-left', `${this.columns.hexLeft}px`);
    style.setProperty('--text-left', `${this.columns.textLeft}px`);
    style.setProperty('--sheet-width', `${this.columns.width}px`);
    setText(this.#rulerAddress, addressColumn === 'address' ? 'Address' : 'Offset');
    setText(this.#rulerHex, formatRuler(bytesPerRow, uppercase));
    this.element.setAttribute('aria-colcount', String(1 + 2 * bytesPerRow));
    for (const row of this.rows) row.spans(bytesPerRow);
  }

  /** Makes the pool as large as the screen; rows are never taken away again. */
  fill(rowCount: number): void {
    while (this.rows.length < rowCount) {
      const row = new GridRow();
      row.spans(this.#bytesPerRow);
      this.rows.push(row);
      this.sheet.append(row.element);
    }
  }

  /** Shifts the rows up by a part of a row, 0…1. */
  shift(fraction: number): void {
    this.sheet.style.transform = fraction === 0 ? '' : `translateY(${-fraction * this.cell.height}px)`;
  }

  showCaret(row: GridRow, column: number, pane: Pane, label: string): void {
    for (const side of ['hex', 'text'] as const) {
      const caret = this.#carets[side];
      const { left, width } = (side === 'hex' ? hexBox : textBox)(this.columns, this.cell, column, column + 1);
      caret.style.left = `${left - 1}px`;
      caret.style.width = `${width + 2}px`;
      if (caret.parentElement !== row.element) row.element.append(caret);
      if (side === pane) this.#name(caret, side, column, label);
    }
    if (pane !== this.#pane) this.#setPane(pane);
    const { left, width } = hexBox(this.columns, this.cell, column, column + 1);
    this.#rulerMark.style.left = `${left - 2}px`;
    this.#rulerMark.style.width = `${width + 4}px`;
    this.#rulerMark.hidden = false;
    this.element.setAttribute('aria-activedescendant', CARET_ID);
  }

  /** Scrolls sideways where the pane is too narrow for the caret's column. */
  followCaret(column: number, pane: Pane): void {
    const box = (pane === 'hex' ? hexBox : textBox)(this.columns, this.cell, column, column + 1);
    const left = box.left - this.cell.width;
    const right = box.left + box.width + this.cell.width;
    if (this.width >= this.columns.width) return;
    if (right > this.#scrollLeft + this.width) this.viewport.scrollLeft = right - this.width;
    else if (left < this.#scrollLeft) this.viewport.scrollLeft = column === 0 && pane === 'hex' ? 0 : left;
  }

  hideCaret(): void {
    this.#carets.hex.remove();
    this.#carets.text.remove();
    this.#rulerMark.hidden = true;
    this.element.removeAttribute('aria-activedescendant');
  }

  #name(caret: HTMLElement, pane: Pane, column: number, label: string): void {
    caret.setAttribute('aria-label', label);
    caret.setAttribute('aria-colindex', String(2 + column + (pane === 'text' ? this.#bytesPerRow : 0)));
  }

  /** The box in the pane that has the caret is the grid's active cell, the other one its mirror. */
  #setPane(pane: Pane): void {
    this.#pane = pane;
    const active = this.#carets[pane];
    const mirror = this.#carets[pane === 'hex' ? 'text' : 'hex'];
    mirror.className = 'caret mirror';
    for (const name of ['id', 'role', 'aria-selected', 'aria-label', 'aria-colindex']) mirror.removeAttribute(name);
    mirror.setAttribute('aria-hidden', 'true');
    active.className = 'caret';
    active.id = CARET_ID;
    active.setAttribute('role', 'gridcell');
    active.setAttribute('aria-selected', 'true');
    active.removeAttribute('aria-hidden');
  }
}
