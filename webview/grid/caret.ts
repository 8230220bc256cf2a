import type { RowOrder } from '../../src/analysis/api.ts';
import type { Move } from './keyboard.ts';
import { columnOf, moved, type Place } from './moves.ts';
import { caretAt, extendTo, type Selection } from './selection.ts';
import type { RowStore } from './store.ts';

/** Keys pressed while a row or the caret's place is on its way; more than this were held down, and are let go. */
const MOST_QUEUED = 4;

export interface CaretEvents {
  /** The caret moved by a key from row `from` to row `to`. */
  moved(move: Move, from: number, to: number): void;
  /** Caret or selection changed, or the caret's row became known. */
  changed(): void;
}

/** The caret and the selection: where they are in the file, and on which row in the order shown. */
export class Caret {
  readonly #store: RowStore;
  readonly #rowOf: (order: RowOrder, offset: number, bytesPerRow: number) => Promise<number>;
  readonly #page: () => number;
  readonly #events: CaretEvents;
  selection: Selection = caretAt(0);
  /** Row of the caret; undefined until the host has said it. */
  row: number | undefined;
  order: RowOrder = 'file';
  bytesPerRow = 16;
  /** The column that up and down aim for. */
  #column: number | undefined;
  #moving = false;
  #queue: { move: Move; extend: boolean }[] = [];
  /** Counts changes from outside: a move or a lookup that began before one is dropped. */
  #turn = 0;

  constructor(
    store: RowStore,
    rowOf: (order: RowOrder, offset: number, bytesPerRow: number) => Promise<number>,
    page: () => number,
    events: CaretEvents,
  ) {
    this.#store = store;
    this.#rowOf = rowOf;
    this.#page = page;
    this.#events = events;
  }

  /** Sets the selection; `row` is the caret's where it is known. */
  set(selection: Selection, row: number): void {
    this.#turn++;
    this.#queue = [];
    this.#column = undefined;
    this.selection = selection;
    this.row = row;
    this.#events.changed();
  }

  /** Sets the selection anywhere in the dump and finds its caret's row; undefined where another change came in between. */
  async place(selection: Selection): Promise<number | undefined> {
    const turn = ++this.#turn;
    this.#queue = [];
    this.#column = undefined;
    this.selection = selection;
    this.row = undefined;
    this.#events.changed();
    const row = await this.#rowOf(this.order, selection.caret, this.bytesPerRow);
    if (turn !== this.#turn) return undefined;
    this.row = row;
    this.#events.changed();
    this.#next();
    return row;
  }

  move(move: Move, extend: boolean): void {
    if (this.#moving || this.row === undefined) {
      if (this.#queue.length < MOST_QUEUED) this.#queue.push({ move, extend });
      return;
    }
    void this.#run(move, extend);
  }

  #next(): void {
    if (this.#moving || this.row === undefined) return;
    const next = this.#queue.shift();
    if (next) void this.#run(next.move, next.extend);
  }

  async #run(move: Move, extend: boolean): Promise<void> {
    if (this.row === undefined) return;
    const turn = this.#turn;
    const from = this.row;
    // How many rows there are is known with the first of them.
    let need = this.#store.known ? undefined : from;
    for (;;) {
      if (need !== undefined) {
        this.#moving = true;
        await this.#store.load(need);
        this.#moving = false;
        // What is in the queue now came after that change.
        if (turn !== this.#turn) return this.#next();
        if (!this.#store.get(need)) {
          this.#queue = [];
          return;
        }
      }
      const result = moved(this.#place(from), move, {
        total: this.#store.totalRows,
        page: this.#page(),
        row: number => this.#store.get(number)?.row,
      });
      if (result && 'need' in result) {
        need = result.need;
        continue;
      }
      if (result) this.#apply(result, move, extend, from);
      return this.#next();
    }
  }

  #place(row: number): Place {
    const stored = this.#store.get(row);
    const column = stored && columnOf(stored.row, this.selection.caret);
    return { row, column: this.#column ?? column ?? 0 };
  }

  #apply(result: { offset: number; place: Place }, move: Move, extend: boolean, from: number): void {
    const vertical = move === 'up' || move === 'down' || move === 'pageUp' || move === 'pageDown';
    const edge = result.place.row === from && vertical;
    this.#column = vertical && !edge ? this.#place(from).column : undefined;
    this.selection = extend ? extendTo(this.selection, result.offset) : caretAt(result.offset);
    this.row = result.place.row;
    this.#events.moved(move, from, this.row);
    this.#events.changed();
  }
}
