import { Latest } from '../latest.ts';

const PAGE = 100;
/** In one question. */
const MOST = 400;

/** A list that lies with the host and is fetched in pages as it is looked at. */
export class Paged<T> {
  readonly #items = new Map<number, T>();
  readonly #latest: Latest<{ first: number; count: number }, { total: number; items: readonly T[] }>;
  readonly #changed: () => void;
  #total: number | undefined;
  #error: string | undefined;

  constructor(
    ask: (first: number, count: number) => Promise<{ total: number; items: readonly T[] }>,
    changed: () => void,
  ) {
    this.#changed = changed;
    this.#latest = new Latest(
      ({ first, count }) => ask(first, count),
      ({ total, items }, { first }) => {
        this.#total = total;
        this.#error = undefined;
        items.forEach((item, index) => {
          this.#items.set(first + index, item);
        });
        this.#changed();
      },
      error => {
        this.#error = error.message;
        this.#changed();
      },
    );
  }

  /** Undefined before the first answer. */
  get total(): number | undefined {
    return this.#total;
  }

  /** Why the last question failed. */
  get error(): string | undefined {
    return this.#error;
  }

  get(index: number): T | undefined {
    return this.#items.get(index);
  }

  /** Forgets everything and asks anew from the beginning. */
  reset(): void {
    this.#latest.drop();
    this.#items.clear();
    this.#total = undefined;
    this.#error = undefined;
    this.#latest.submit({ first: 0, count: PAGE });
  }

  /** Items [first, end) are looked at: asks for what is missing of them. */
  want(first: number, end: number): void {
    if (this.#total === undefined || this.#error !== undefined) return;
    const last = Math.min(end, this.#total);
    for (let index = first; index < last; index++) {
      if (this.#items.has(index)) continue;
      const start = Math.floor(index / PAGE) * PAGE;
      const count = Math.min(MOST, Math.ceil((last - start) / PAGE) * PAGE);
      this.#latest.submit({ first: start, count });
      return;
    }
  }
}
