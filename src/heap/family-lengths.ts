import type { LengthCount } from './families.ts';

/** Lengths counted one by one; longer ones by powers of two. */
const DENSE = 1024;
/** More ranges than these are joined. */
const MOST_RANGES = 32;

/** How many strings have which length. */
export class LengthCounts {
  readonly #short = new Uint32Array(DENSE);
  readonly #shortLeaked = new Uint32Array(DENSE);
  readonly #long = new Map<number, { from: number; to: number; count: number; leaked: number }>();

  add(length: number, leaked: boolean): void {
    if (length < DENSE) {
      this.#short[length]++;
      if (leaked) this.#shortLeaked[length]++;
      return;
    }
    const power = 31 - Math.clz32(length);
    let range = this.#long.get(power);
    if (range === undefined) {
      range = { from: length, to: length, count: 0, leaked: 0 };
      this.#long.set(power, range);
    }
    range.from = Math.min(range.from, length);
    range.to = Math.max(range.to, length);
    range.count++;
    if (leaked) range.leaked++;
  }

  /** Ascending ranges, each with the shortest and longest length in it; lengths by themselves where they are few. */
  ranges(): LengthCount[] {
    const single: LengthCount[] = [];
    for (let length = 0; length < DENSE; length++) {
      const [count, leaked] = [this.#short[length], this.#shortLeaked[length]];
      if (count > 0) single.push({ from: length, to: length, count, leaked });
    }
    const long = [...this.#long.values()].sort((a, b) => a.from - b.from);
    if (single.length <= MOST_RANGES) return [...single, ...long];
    const [low, high] = [single[0].from, single[single.length - 1].to];
    const width = Math.ceil((high - low + 1) / MOST_RANGES);
    const joined = new Map<number, LengthCount>();
    for (const { from: length, count, leaked } of single) {
      const range = Math.floor((length - low) / width);
      const { from, count: before, leaked: leakedBefore } = joined.get(range) ?? { from: length, count: 0, leaked: 0 };
      joined.set(range, { from, to: length, count: before + count, leaked: leakedBefore + leaked });
    }
    return [...joined.values(), ...long];
  }
}
