import { element, setAttribute, setText } from '../dom.ts';
import type { EdgeBackground } from './edges.ts';
import { formatAddress, formatHex, formatText } from './format.ts';
import type { StoredRow } from './store.ts';

/** How rows are written. */
export interface RowStyle {
  readonly addressColumn: 'address' | 'offset';
  readonly addressDigits: number;
  readonly uppercase: boolean;
}

/** The largest row number that browsers can carry in an ARIA attribute. */
const LARGEST_ARIA = 2 ** 31 - 1;

/** One recycled row: an element with three text nodes that never change but in their text. */
export class GridRow {
  readonly element: HTMLElement;
  readonly hex = new Text();
  readonly text = new Text();
  readonly #address = new Text();
  readonly #hexCell: HTMLElement;
  readonly #textCell: HTMLElement;
  #edges: EdgeBackground | undefined;
  /** What it shows; undefined for a placeholder or nothing. */
  stored: StoredRow | undefined;

  constructor() {
    this.#hexCell = element('span', { class: 'hex', role: 'gridcell', 'aria-colindex': 2 }, this.hex);
    this.#textCell = element('span', { class: 'text', role: 'gridcell' }, this.text);
    this.element = element(
      'div',
      { class: 'row', role: 'row' },
      element('span', { class: 'address', role: 'rowheader', 'aria-colindex': 1 }, this.#address),
      this.#hexCell,
      this.#textCell,
    );
  }

  /** Shows row `number`; false where it showed just this already. */
  show(number: number, stored: StoredRow, style: RowStyle): boolean {
    setAttribute(this.element, 'aria-rowindex', number < LARGEST_ARIA ? String(number + 1) : undefined);
    if (this.stored === stored) return false;
    this.stored = stored;
    const { row, bytes } = stored;
    if (row.kind === 'gap') {
      this.element.className = 'row gap';
      setText(this.#address, row.address === undefined ? '' : this.#written(row.address, style));
      setText(this.hex, row.label);
      setText(this.text, '');
      return true;
    }
    const mapped = row.address !== undefined && style.addressColumn === 'address';
    this.element.className = mapped || style.addressColumn === 'offset' ? 'row' : 'row unmapped';
    // In address order the row begins at its grid line, also where its first bytes are in no segment.
    const value = (mapped ? row.address! : row.offset) - (mapped ? row.lead : 0);
    setText(this.#address, this.#written(Math.max(0, value), style, !mapped && style.addressColumn === 'address'));
    setText(this.hex, formatHex(bytes, row.lead, style.uppercase));
    setText(this.text, formatText(bytes, row.lead));
    return true;
  }

  /** A row whose bytes are on their way. */
  showPlaceholder(number: number, bytesPerRow: number): boolean {
    setAttribute(this.element, 'aria-rowindex', number < LARGEST_ARIA ? String(number + 1) : undefined);
    const had = this.stored !== undefined || this.element.className !== 'row placeholder';
    this.stored = undefined;
    this.element.className = 'row placeholder';
    setText(this.#address, '');
    setText(this.hex, placeholder(bytesPerRow));
    setText(this.text, '');
    return had;
  }

  hide(): boolean {
    const had = this.stored !== undefined || this.element.className !== 'row empty';
    this.stored = undefined;
    this.element.className = 'row empty';
    this.element.removeAttribute('aria-rowindex');
    for (const node of [this.#address, this.hex, this.text]) setText(node, '');
    return had;
  }

  /** Draws the edges of regions; undefined takes them away. */
  drawEdges(edges: EdgeBackground | undefined): void {
    if (edges === this.#edges) return;
    this.#edges = edges;
    const { style } = this.element;
    style.backgroundImage = edges?.image ?? '';
    style.backgroundSize = edges?.size ?? '';
    style.backgroundPosition = edges?.position ?? '';
  }

  /** The hex and the text cell each stand for as many grid columns as there are bytes in a row. */
  spans(bytesPerRow: number): void {
    this.#hexCell.setAttribute('aria-colspan', String(bytesPerRow));
    this.#textCell.setAttribute('aria-colindex', String(2 + bytesPerRow));
    this.#textCell.setAttribute('aria-colspan', String(bytesPerRow));
  }

  /** An offset among addresses is marked by a plus sign: that byte is in no segment. */
  #written(value: number, { addressDigits, uppercase }: RowStyle, asOffset = false): string {
    if (!asOffset) return formatAddress(value, addressDigits, uppercase);
    return `+${formatAddress(value, 0, uppercase)}`.padStart(addressDigits);
  }
}

/** Dots where the digits will be. */
function placeholder(bytesPerRow: number): string {
  return formatHex(new Uint8Array(bytesPerRow), 0, false).replaceAll('0', '·');
}
