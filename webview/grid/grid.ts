import type { DumpSummary, RowOrder } from '../../src/analysis/api.ts';
import type { AnnotationView, ViewSettings } from '../../src/editor/protocol.ts';
import { element, setText } from '../dom.ts';
import type { Host } from '../host.ts';
import type { ViewState } from '../state.ts';
import { count } from '../text.ts';
import { Caret } from './caret.ts';
import { byteAt, describe } from './describe.ts';
import { hexDigits } from './format.ts';
import { GridInput } from './input.ts';
import { Intervals } from './intervals.ts';
import type { Move, Pane } from './keyboard.ts';
import { Marks } from './marks.ts';
import { columnOf } from './moves.ts';
import type { Painter } from './painter.ts';
import type { RowStyle } from './rows.ts';
import { clampTop, type Extent, lastTop, topToFollow, topToShow, wheelRows } from './scroll.ts';
import { Scrollbar } from './scrollbar.ts';
import { caretAt, type Range, rangeOf, type Selection, selectRange, within } from './selection.ts';
import { RowStore } from './store.ts';
import { GridView } from './view.ts';

/** How long old rows stay while new ones are awaited, in milliseconds. */
const PATIENCE = 100;
/** Where on the screen a revealed row comes to lie. */
const REVEAL_SHARE = 0.3;
const SCROLLBAR_WIDTH = 14;

export interface GridEvents {
  /** The caret or the selection changed; at most once a frame. */
  cursor(offset: number, range: Range, order: RowOrder): void;
  /** Something worth remembering changed. */
  remember(): void;
  /** Rows could not be had; undefined when they can again. */
  trouble(message: string | undefined): void;
}

export type GridState = Pick<ViewState, 'offset' | 'anchor' | 'order' | 'top' | 'bytesPerRow' | 'pane'>;

/** The hexdump: decides what its view shows. One frame handles whatever came since the last one. */
export class Grid {
  readonly element: HTMLElement;
  readonly #view = new GridView();
  readonly #scrollbar: Scrollbar;
  readonly #input: GridInput;
  readonly #live = new Text();
  readonly #store: RowStore;
  readonly #caret: Caret;
  readonly #marks: Marks;
  readonly #events: GridEvents;
  #dump: DumpSummary | undefined;
  #settings: ViewSettings = { bytesPerRow: 16, order: 'file', addressColumn: 'address', uppercase: false };
  #annotations = new Intervals<AnnotationView>([]);
  #pane: Pane = 'hex';
  #height = 0;
  #top = 0;
  #shownTop = 0;
  #direction = 0;
  /** Counts scrolls by wheel, keys and scrollbar, those that a person made. */
  #scrollsByHand = 0;
  #waitingSince: number | undefined;
  #framed = false;
  /** Byte and pane that the view last went along with sideways. */
  #followed = '';
  #posted: { selection: Selection; order: RowOrder } | undefined;

  constructor(host: Host, events: GridEvents) {
    this.#events = events;
    this.#store = new RowStore(request => host.ask('window', request), {
      changed: () => {
        events.trouble(undefined);
        this.#schedule();
      },
      failed: message => events.trouble(message),
    });
    this.#caret = new Caret(
      this.#store,
      (order, offset, bytesPerRow) => host.ask('rowOf', { order, offset, bytesPerRow }),
      () => Math.max(1, Math.floor(this.#extent.visibleRows) - 1),
      { moved: (move, from, to) => this.#follow(move, from, to), changed: () => this.#caretChanged() },
    );
    this.#marks = new Marks(() => this.#view);
    this.#scrollbar = new Scrollbar(GridView.id, top =>
      this.#scrollByHand(top < lastTop(this.#extent) ? Math.floor(top) : top),
    );
    this.#input = this.#listen();
    this.element = element(
      'section',
      { class: 'grid-pane' },
      element('div', { class: 'grid-frame' }, this.#view.element, this.#scrollbar.element),
      element('div', { class: 'live', 'aria-live': 'polite' }, this.#live),
      this.#input.hover.element,
    );
    this.#watchSize();
  }

  /** Pixels that show a whole row, scrollbar included. */
  get wantedWidth(): number {
    return this.#view.columns.width + SCROLLBAR_WIDTH;
  }

  get painter(): Painter {
    return this.#marks.painter;
  }

  get order(): RowOrder {
    return this.#caret.order;
  }

  get selection(): Selection {
    return this.#caret.selection;
  }

  state(): GridState {
    const { anchor, caret } = this.#caret.selection;
    const { order, bytesPerRow } = this.#caret;
    return { offset: caret, anchor, order, top: this.#top, bytesPerRow, pane: this.#pane };
  }

  /** Shows a dump from its beginning, or where `state` left it. */
  open(dump: DumpSummary, settings: ViewSettings, state?: GridState): void {
    this.#dump = dump;
    this.#settings = settings;
    this.#pane = state?.pane ?? this.#pane;
    this.#caret.order = state?.order ?? settings.order;
    this.#caret.selection = within(state ? { anchor: state.anchor, caret: state.offset } : caretAt(0), dump.size);
    this.#top = state && state.bytesPerRow === settings.bytesPerRow ? state.top : 0;
    this.#restart();
    const moved = state !== undefined && state.bytesPerRow !== settings.bytesPerRow;
    void this.#placeCaret(this.#caret.selection, moved);
  }

  /** Takes new settings, live. */
  set(settings: ViewSettings): void {
    const rowsChange = settings.bytesPerRow !== this.#settings.bytesPerRow;
    this.#settings = settings;
    if (!this.#dump) return;
    if (rowsChange) this.#restart();
    else this.layout();
    if (rowsChange) void this.#placeCaret(this.#caret.selection, true);
  }

  setOrder(order: RowOrder): void {
    if (order === this.#caret.order || !this.#dump) return;
    this.#caret.order = order;
    this.#restart();
    void this.#placeCaret(this.#caret.selection, true);
  }

  setAnnotations(annotations: readonly AnnotationView[]): void {
    this.#annotations = new Intervals(annotations);
    this.#marks.soil();
    this.#schedule();
  }

  /** Whether the fields are marked in the rows. */
  drawMarks(shown: boolean): void {
    this.#marks.fields = shown;
    this.#schedule();
  }

  /** What the rows say may have changed. */
  refresh(): void {
    this.#store.refresh();
  }

  /** Selects [start, end) and brings its first byte onto the screen. */
  reveal({ start, end }: Range): void {
    if (!this.#dump) return;
    void this.#placeCaret(within(selectRange({ start, end }), this.#dump.size), true);
  }

  focus(): void {
    this.#view.element.focus({ preventScroll: true });
  }

  /** Font, theme, width of the columns: measures and lays out anew. */
  layout(): void {
    if (!this.#dump) return;
    const { bytesPerRow, addressColumn, uppercase } = this.#settings;
    this.#view.layout(this.#addressDigits(), bytesPerRow, addressColumn, uppercase);
    this.#view.fill(Math.ceil(this.#extent.visibleRows) + 1);
    for (const row of this.#view.rows) row.stored = undefined;
    this.#marks.soil();
    this.#schedule();
  }

  scrollTo(top: number): void {
    const next = clampTop(top, this.#extent);
    if (next === this.#top) return;
    this.#direction = Math.sign(next - this.#top);
    this.#top = next;
    this.#input.hover.hide();
    this.#schedule();
    this.#events.remember();
  }

  #scrollByHand(top: number): void {
    this.#scrollsByHand++;
    this.scrollTo(top);
  }

  /** Other rows: what is on the screen stays until the first of them are here. */
  #restart(): void {
    this.#store.reset(this.#caret.order, this.#settings.bytesPerRow);
    this.#caret.bytesPerRow = this.#settings.bytesPerRow;
    this.layout();
  }

  async #placeCaret(selection: Selection, show: boolean): Promise<void> {
    const scrolls = this.#scrollsByHand;
    try {
      const row = await this.#caret.place(selection);
      if (row === undefined || !show) return;
      // After a restart the number of rows is known only with the first of them.
      if (!this.#store.known) await this.#store.load(row);
      // Whoever went elsewhere meanwhile stays there.
      if (this.#caret.selection !== selection || this.#scrollsByHand !== scrolls) return;
      this.scrollTo(topToShow(row, this.#top, this.#extent, REVEAL_SHARE));
    } catch (error) {
      this.#events.trouble((error as Error).message);
    }
  }

  get #extent(): Extent {
    return { totalRows: this.#store.totalRows, visibleRows: this.#height / this.#view.cell.height };
  }

  #addressDigits(): number {
    const { size, segments } = this.#dump!;
    const offset = hexDigits(Math.max(0, size - 1));
    if (this.#settings.addressColumn === 'offset') return offset;
    const highest = segments.reduce((most, { end }) => Math.max(most, end - 1), 0);
    // One more for the plus sign of an offset among addresses.
    return Math.max(hexDigits(highest), size.toString(16).length + 1);
  }

  #schedule(): void {
    if (this.#framed) return;
    this.#framed = true;
    requestAnimationFrame(() => this.#frame());
  }

  #frame(): void {
    this.#framed = false;
    if (!this.#dump) return;
    const extent = this.#extent;
    if (this.#store.known) this.#top = clampTop(this.#top, extent);
    const first = Math.floor(this.#top);
    const end = Math.min(
      first + this.#view.rows.length,
      this.#store.known ? extent.totalRows : Number.MAX_SAFE_INTEGER,
    );
    this.#store.want(first, Math.max(first + 1, end), this.#direction);
    this.#scrollbar.update(this.#top, extent);
    if (this.#ready(first, end)) this.#drawRows(first, end);
    if (this.#marks.dirty) this.#marks.draw(this.#annotations, rangeOf(this.#caret.selection));
    this.#drawCaret();
    this.#postCursor();
  }

  /** Every row is here, or has been awaited long enough for a placeholder to stand in. */
  #ready(first: number, end: number): boolean {
    let complete = this.#store.known;
    for (let row = first; complete && row < end; row++) complete = this.#store.get(row) !== undefined;
    if (complete) {
      this.#waitingSince = undefined;
      return true;
    }
    this.#waitingSince ??= performance.now();
    const left = this.#waitingSince + PATIENCE - performance.now();
    if (left <= 0) return this.#store.known;
    setTimeout(() => this.#schedule(), left);
    return false;
  }

  #drawRows(first: number, end: number): void {
    const style: RowStyle = {
      addressColumn: this.#settings.addressColumn,
      addressDigits: this.#addressDigits(),
      uppercase: this.#settings.uppercase,
    };
    this.#shownTop = this.#top;
    this.#view.shift(this.#top - first);
    this.#view.rows.forEach((row, slot) => {
      const number = first + slot;
      const stored = this.#store.get(number);
      const changed =
        number >= end
          ? row.hide()
          : stored
            ? row.show(number, stored, style)
            : row.showPlaceholder(number, this.#settings.bytesPerRow);
      if (changed) this.#marks.soil();
    });
    const { totalRows } = this.#extent;
    this.#view.element.setAttribute('aria-rowcount', totalRows < 2 ** 31 ? String(totalRows) : '-1');
    this.#view.element.setAttribute('aria-busy', String(this.#waitingSince !== undefined));
  }

  #drawCaret(): void {
    const { caret } = this.#caret.selection;
    const row = this.#view.rows.find(({ stored }) => stored && columnOf(stored.row, caret) !== undefined);
    if (!row?.stored) {
      this.#view.hideCaret();
      return;
    }
    const column = columnOf(row.stored.row, caret)!;
    const byte = byteAt(row.stored, column, this.#annotations.touching(caret, caret + 1))!;
    const { start, end } = rangeOf(this.#caret.selection);
    const line = describe(byte);
    this.#view.showCaret(row, column, this.#pane, line);
    const place = `${caret} ${this.#pane}`;
    if (place !== this.#followed) this.#view.followCaret(column, this.#pane);
    this.#followed = place;
    setText(this.#live, end - start > 1 ? `${line} · ${count(end - start)} bytes selected` : line);
  }

  #postCursor(): void {
    const { selection, order } = this.#caret;
    if (this.#posted?.selection === selection && this.#posted.order === order) return;
    this.#posted = { selection, order };
    this.#events.cursor(selection.caret, rangeOf(selection), order);
    this.#events.remember();
  }

  #caretChanged(): void {
    this.#marks.soil();
    this.#schedule();
  }

  /** The view goes along with the caret: by whole pages where it moved by pages. */
  #follow(move: Move, from: number, to: number): void {
    const paged = move === 'pageUp' || move === 'pageDown';
    const top = paged ? clampTop(this.#top + to - from, this.#extent) : this.#top;
    this.scrollTo(topToFollow(to, top, this.#extent));
  }

  #listen(): GridInput {
    this.#scrollbar.element.addEventListener('wheel', event => this.#wheel(event), { passive: false });
    const grid = this;
    return new GridInput({
      view: this.#view,
      store: this.#store,
      caret: this.#caret,
      get bytesPerRow() {
        return grid.#settings.bytesPerRow;
      },
      get annotations() {
        return grid.#annotations;
      },
      get shownTop() {
        return grid.#shownTop;
      },
      get pane() {
        return grid.#pane;
      },
      set pane(pane) {
        grid.#pane = pane;
        grid.#schedule();
        grid.#events.remember();
      },
      scrollBy: rows => this.#scrollByHand(this.#top + rows),
      wheel: event => this.#wheel(event),
      drawNow: () => this.#frame(),
      announce: text => setText(this.#live, text),
    });
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    const { visibleRows } = this.#extent;
    this.#scrollByHand(this.#top + wheelRows(event.deltaY, event.deltaMode, this.#view.cell.height, visibleRows));
  }

  #watchSize(): void {
    new ResizeObserver(([entry]) => {
      if (entry.contentRect.height === 0) return;
      this.#height = entry.contentRect.height;
      this.#view.width = entry.contentRect.width;
      this.#view.fill(Math.ceil(this.#extent.visibleRows) + 1);
      this.#schedule();
    }).observe(this.#view.viewport);
  }
}
