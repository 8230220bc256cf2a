import type { Overlay, Row, RowOrder, RowWindow, WindowRequest } from '../../src/analysis/api.ts';

const PAGE = 64;
/** In one question: 512 rows of 16 bytes are 8 KiB, which cost hardly more than one row. */
const MOST_PAGES = 8;
const KEPT_PAGES = 96;
const RETRY_AFTER = 1000;

/** One row with its bytes. */
export interface StoredRow {
  readonly row: Row;
  readonly bytes: Uint8Array;
  /** Those of its whole window, outer before inner. */
  readonly overlays: readonly Overlay[];
}

interface Page {
  readonly rows: readonly StoredRow[];
  /** False once something may have changed: shown until the new one is here. */
  fresh: boolean;
}

export interface StoreEvents {
  /** New rows, or another number of them. */
  changed(): void;
  failed(message: string): void;
}

type Wanted = { first: number; end: number; direction: number };

/**
 * The rows that are on the screen and around it, in pages. One question is under way at a time; when its answer comes,
 * what is wanted by then decides the next one, so a drag leaves no queue behind.
 */
export class RowStore {
  readonly #ask: (request: WindowRequest) => Promise<RowWindow>;
  readonly #events: StoreEvents;
  readonly #pages = new Map<number, Page>();
  readonly #waiting = new Map<number, (() => void)[]>();
  #order: RowOrder = 'file';
  #bytesPerRow = 16;
  #totalRows = 0;
  #known = false;
  #wanted: Wanted | undefined;
  #busy = false;
  /** Counts resets: an answer to a question from before the last one is dropped. */
  #epoch = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: (request: WindowRequest) => Promise<RowWindow>, events: StoreEvents) {
    this.#ask = ask;
    this.#events = events;
  }

  /** Rows of the whole dump in this order; 0 before the first answer. */
  get totalRows(): number {
    return this.#totalRows;
  }

  /** An answer has come since the last reset. */
  get known(): boolean {
    return this.#known;
  }

  /** Grows with every reset; rows kept from before belong to another layout. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Other rows altogether: another order, width or file. */
  reset(order: RowOrder, bytesPerRow: number): void {
    this.#order = order;
    this.#bytesPerRow = bytesPerRow;
    this.#pages.clear();
    this.#epoch++;
    this.#busy = false;
    this.#known = false;
    this.#wanted = undefined;
    this.#releaseAll();
    this.#stopRetry();
  }

  /** The same rows may say something else now (the file changed, more is decoded): they are asked for anew. */
  refresh(): void {
    for (const page of this.#pages.values()) page.fresh = false;
    this.#stopRetry();
    this.#pump();
  }

  get(row: number): StoredRow | undefined {
    return this.#pages.get(Math.floor(row / PAGE))?.rows[row % PAGE];
  }

  /** These rows [first, end) are on the screen, which moves towards `direction` (-1, 0, 1): fetches them and a screen around. */
  want(first: number, end: number, direction: number): void {
    this.#wanted = { first, end, direction };
    this.#pump();
  }

  /** Resolves when the row is there, or when it is known that it cannot be had. */
  load(row: number): Promise<void> {
    if (this.get(row)) return Promise.resolve();
    return new Promise(resolve => {
      const page = Math.floor(row / PAGE);
      this.#waiting.set(page, [...(this.#waiting.get(page) ?? []), resolve]);
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#busy || this.#retryTimer !== undefined) return;
    const pages = this.#nextPages();
    if (pages) void this.#fetch(pages.first, pages.last);
  }

  /** The pages to ask for next, first and last, those on the screen before those around it. */
  #nextPages(): { first: number; last: number } | undefined {
    const [waiting] = this.#waiting.keys();
    if (waiting !== undefined) return { first: waiting, last: waiting };
    if (!this.#wanted) return undefined;
    const { first, end, direction } = this.#wanted;
    const screen = Math.max(PAGE, end - first);
    const around = {
      first: this.#pageAt(first - (direction < 0 ? 2 * screen : screen)),
      last: this.#pageAt(end - 1 + (direction > 0 ? 2 * screen : screen)),
    };
    const missing = (from: number, to: number) => {
      let low = from;
      let high = to;
      while (low <= high && this.#pages.get(low)?.fresh) low++;
      while (high >= low && this.#pages.get(high)?.fresh) high--;
      return low <= high ? { low, high } : undefined;
    };
    const onScreen = missing(this.#pageAt(first), this.#pageAt(end - 1));
    const wider = missing(around.first, around.last);
    if (!wider) return undefined;
    const start = onScreen ? Math.max(wider.low, onScreen.low - 1) : wider.low;
    return { first: start, last: Math.min(wider.high, start + MOST_PAGES - 1) };
  }

  #pageAt(row: number): number {
    const last = this.#known ? Math.max(0, this.#totalRows - 1) : Number.MAX_SAFE_INTEGER;
    return Math.floor(Math.min(Math.max(0, row), last) / PAGE);
  }

  async #fetch(firstPage: number, lastPage: number): Promise<void> {
    this.#busy = true;
    const epoch = this.#epoch;
    const firstRow = firstPage * PAGE;
    const request = {
      order: this.#order,
      firstRow,
      rowCount: (lastPage - firstPage + 1) * PAGE,
      bytesPerRow: this.#bytesPerRow,
    };
    try {
      const window = await this.#ask(request);
      if (epoch !== this.#epoch) return;
      this.#busy = false;
      this.#take(firstPage, window);
    } catch (error) {
      if (epoch !== this.#epoch) return;
      this.#busy = false;
      this.#retryTimer = setTimeout(() => this.#retry(), RETRY_AFTER);
      this.#releaseAll();
      this.#events.failed((error as Error).message);
      return;
    }
    this.#pump();
  }

  #take(firstPage: number, window: RowWindow): void {
    this.#totalRows = window.totalRows;
    this.#known = true;
    const bytes = new Uint8Array(window.bytes);
    let at = 0;
    const rows = window.rows.map(row => {
      const length = row.kind === 'bytes' ? row.length : 0;
      const stored = { row, bytes: bytes.subarray(at, at + length), overlays: window.overlays };
      at += length;
      return stored;
    });
    const end = firstPage * PAGE + rows.length;
    for (let page = firstPage; page * PAGE < end; page++) {
      const from = (page - firstPage) * PAGE;
      const inPage = rows.slice(from, from + PAGE);
      this.#pages.delete(page);
      this.#pages.set(page, {
        rows: inPage,
        fresh: inPage.length === PAGE || page * PAGE + inPage.length >= this.#totalRows,
      });
    }
    // A row past the end is not to be had: who waits for it is told.
    for (const [page, resolves] of [...this.#waiting]) {
      if (this.#pages.has(page) || page * PAGE >= this.#totalRows || rows.length === 0) {
        this.#waiting.delete(page);
        for (const resolve of resolves) resolve();
      }
    }
    if (rows.length === 0 && this.#totalRows > firstPage * PAGE) throw new Error('The host sent no rows.');
    this.#forgetFarPages();
    this.#events.changed();
  }

  /** The oldest go first, but never those on the screen. */
  #forgetFarPages(): void {
    const keepFirst = this.#wanted ? this.#pageAt(this.#wanted.first) : 0;
    const keepLast = this.#wanted ? this.#pageAt(this.#wanted.end) : 0;
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= KEPT_PAGES) return;
      if (page < keepFirst || page > keepLast) this.#pages.delete(page);
    }
  }

  #retry(): void {
    this.#retryTimer = undefined;
    this.#pump();
  }

  #stopRetry(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
  }

  #releaseAll(): void {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
