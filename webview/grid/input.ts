import type { AnnotationView } from '../../src/editor/protocol.ts';
import { hex } from '../text.ts';
import type { Caret } from './caret.ts';
import { openMenuAt, setMenuContext } from './context-menu.ts';
import { selectedText } from './copy.ts';
import { byteAt, spellByte } from './describe.ts';
import { hexColumnAt } from './format.ts';
import { Hover, type Tip } from './hover.ts';
import type { Intervals } from './intervals.ts';
import { actionOf, type KeyAction, type Pane } from './keyboard.ts';
import { overlaysAt } from './overlays.ts';
import { type Hit, watchPointer } from './pointer.ts';
import { caretAt, extendTo, rangeOf } from './selection.ts';
import type { RowStore } from './store.ts';
import { CARET_ID, type GridView } from './view.ts';

/** What a person's input can see and move of the grid. */
export interface InputTarget {
  readonly view: GridView;
  readonly store: RowStore;
  readonly caret: Caret;
  readonly bytesPerRow: number;
  readonly annotations: Intervals<AnnotationView>;
  /** Position of the rows that are drawn, which may not yet be the one scrolled to. */
  readonly shownTop: number;
  pane: Pane;
  scrollBy(rows: number): void;
  wheel(event: WheelEvent): void;
  /** Draws what has changed at once instead of in the next frame. */
  drawNow(): void;
  announce(text: string): void;
}

/** Keyboard, mouse, clipboard and context menu over the grid. */
export class GridInput {
  readonly hover = new Hover();
  readonly #target: InputTarget;

  constructor(target: InputTarget) {
    this.#target = target;
    const { element: grid, viewport } = target.view;
    setMenuContext(grid, undefined);
    grid.addEventListener('wheel', event => target.wheel(event), { passive: false });
    grid.addEventListener('keydown', event => this.#key(event));
    // On Windows the menu opens when the key is let go.
    grid.addEventListener('keyup', event => {
      if (actionOf(event, target.pane)?.do === 'menu') event.preventDefault();
    });
    grid.addEventListener('copy', event => this.#copy(event));
    grid.addEventListener('blur', () => this.hover.hide());
    watchPointer(viewport, {
      hit: (x, y) => this.#hit(x, y),
      press: (hit, extend) => this.#press(hit, extend),
      drag: hit => this.#press(hit, true),
      doublePress: hit => this.#selectField(hit),
      menu: hit => this.#menu(hit),
      hover: (hit, x, y) => this.hover.over(hit && `${hit.row} ${hit.column}`, () => hit && this.#tip(hit), x, y),
      scrollBy: rows => target.scrollBy(rows),
    });
  }

  #key(event: KeyboardEvent): void {
    const action = actionOf(event, this.#target.pane);
    if (!action) return;
    const hid = this.hover.hide();
    if (action.do === 'unselect') {
      if (!hid) this.#unselect();
      return;
    }
    event.preventDefault();
    this.#act(action);
  }

  #act(action: KeyAction): void {
    switch (action.do) {
      case 'move':
        this.#target.caret.move(action.move, action.extend);
        break;
      case 'scroll':
        this.#target.scrollBy(action.rows);
        break;
      case 'pane':
        this.#target.pane = action.pane;
        break;
      case 'menu':
        this.#openMenu();
        break;
    }
  }

  #unselect(): void {
    const { selection, row } = this.#target.caret;
    if (selection.anchor !== selection.caret && row !== undefined)
      this.#target.caret.set(caretAt(selection.caret), row);
  }

  #hit(clientX: number, clientY: number): Hit | undefined {
    const { view, shownTop, bytesPerRow } = this.#target;
    const { viewport, columns, cell, rows } = view;
    const box = viewport.getBoundingClientRect();
    const first = Math.floor(shownTop);
    const y = Math.min(Math.max(clientY - box.top, 0), viewport.clientHeight - 1);
    const slot = Math.floor(y / cell.height + shownTop - first);
    if (!rows[slot]?.stored) return undefined;
    const x = clientX - box.left + viewport.scrollLeft;
    const pane = x < columns.textLeft - cell.width ? 'hex' : 'text';
    const column =
      pane === 'hex'
        ? hexColumnAt((x - columns.hexLeft) / cell.width, bytesPerRow)
        : Math.min(bytesPerRow - 1, Math.max(0, Math.floor((x - columns.textLeft) / cell.width)));
    const exact = x > columns.hexLeft - cell.width && x < columns.width && y === clientY - box.top;
    return { row: first + slot, column, pane, exact };
  }

  /** The byte at a hit, or the nearest one of its row. */
  #byte(hit: Hit | undefined): number | undefined {
    const row = hit && this.#target.store.get(hit.row)?.row;
    if (row?.kind !== 'bytes') return undefined;
    return row.offset + Math.min(row.length - 1, Math.max(0, hit!.column - row.lead));
  }

  #press(hit: Hit, extend: boolean): void {
    const offset = this.#byte(hit);
    if (offset === undefined) return;
    const { caret, view } = this.#target;
    this.#target.pane = hit.pane;
    if (extend && caret.selection.caret === offset) return;
    caret.set(extend ? extendTo(caret.selection, offset) : caretAt(offset), hit.row);
    setMenuContext(view.element, offset);
  }

  /** A double click selects the innermost field. */
  #selectField(hit: Hit): void {
    const offset = this.#byte(hit);
    if (offset === undefined) return;
    const { caret, store } = this.#target;
    const field = overlaysAt(store.get(hit.row)?.overlays ?? [], offset).at(-1);
    if (field) void caret.place({ anchor: field.end - 1, caret: field.start });
  }

  /** A right click outside the selection moves the caret there first, as everywhere. */
  #menu(hit: Hit | undefined): void {
    const offset = this.#byte(hit);
    setMenuContext(this.#target.view.element, offset);
    if (offset === undefined) return;
    const { start, end } = rangeOf(this.#target.caret.selection);
    if (offset < start || offset >= end) this.#press(hit!, false);
  }

  #openMenu(): void {
    this.#target.drawNow();
    const caret = document.getElementById(CARET_ID);
    if (!caret) return;
    setMenuContext(this.#target.view.element, this.#target.caret.selection.caret);
    const { left, bottom } = caret.getBoundingClientRect();
    openMenuAt(caret, left, bottom);
  }

  #tip(hit: Hit): Tip | undefined {
    const { store, annotations } = this.#target;
    const stored = store.get(hit.row);
    if (!stored) return undefined;
    const { row } = stored;
    if (row.kind === 'gap') return { heading: row.label, lines: [] };
    const offset = row.offset + hit.column - row.lead;
    const byte = byteAt(stored, hit.column, annotations.touching(offset, offset + 1));
    if (!byte) return undefined;
    const place = byte.address === undefined ? 'In no segment' : `Address ${hex(byte.address)}`;
    return {
      heading: `${place}, offset ${hex(byte.offset)}: ${spellByte(byte.value)} = ${byte.value}`,
      lines: byte.lines,
    };
  }

  #copy(event: ClipboardEvent): void {
    event.preventDefault();
    const { store, caret, pane } = this.#target;
    const text = selectedText(store, caret.row, rangeOf(caret.selection), pane);
    if (text !== undefined) event.clipboardData?.setData('text/plain', text);
    else this.#target.announce('Not copied: the selection reaches beyond what is loaded around the caret.');
  }
}
