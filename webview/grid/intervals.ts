/** Something at the file range [start, end). */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Looks up, among many intervals, those that touch a range: quick enough for every frame with tens of thousands of them. */
export class Intervals<T extends Interval> {
  readonly sorted: readonly T[];
  /** The largest end among the first n + 1. */
  readonly #reach: Float64Array;

  constructor(items: readonly T[]) {
    this.sorted = [...items].sort((a, b) => a.start - b.start || b.end - a.end);
    this.#reach = new Float64Array(this.sorted.length);
    let reach = 0;
    this.sorted.forEach(({ end }, index) => {
      reach = Math.max(reach, end);
      this.#reach[index] = reach;
    });
  }

  /** Those that share a byte with [start, end), by their start. */
  touching(start: number, end: number): T[] {
    const found: T[] = [];
    for (let index = this.#before(end) - 1; index >= 0 && this.#reach[index] > start; index--) {
      if (this.sorted[index].end > start) found.push(this.sorted[index]);
    }
    return found.reverse();
  }

  /** How many start before `offset`. */
  #before(offset: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle].start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
