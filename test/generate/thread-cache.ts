/** The stack of one size class. Slots from `count` on keep what was last there, as in the real thing. */
export interface CacheBin {
  readonly max: number;
  readonly slots: number[];
  count: number;
}

/**
 * A jemalloc thread cache: one stack of addresses a size class (tcache.c). Which end of the stack is the lower
 * address differs between versions and is the business of whoever writes it down.
 */
export class ThreadCache {
  readonly bins: readonly CacheBin[];

  constructor(maxima: readonly number[]) {
    this.bins = maxima.map(max => ({ max, slots: [], count: 0 }));
  }

  /** The most recently parked address, or undefined when the stack is empty or the class is not cached. */
  pop(bin: number): number | undefined {
    const cache = this.bins[bin];
    return cache && cache.count > 0 ? cache.slots[--cache.count] : undefined;
  }

  /** Fills an empty stack from the arena so that `addresses` are handed out in their order (tcache_alloc_small_hard). */
  fill(bin: number, addresses: readonly number[]): void {
    const cache = this.bins[bin];
    addresses.forEach((address, i) => {
      cache.slots[addresses.length - 1 - i] = address;
    });
    cache.count = addresses.length;
  }

  /** Parks an address; returns those that a full stack gives back to the arena first: the oldest half (tcache_bin_flush_small). */
  push(bin: number, address: number): number[] {
    const cache = this.bins[bin];
    let flushed: number[] = [];
    if (cache.count === cache.max) {
      const keep = cache.max >>> 1;
      flushed = cache.slots.slice(0, cache.count - keep);
      cache.slots.copyWithin(0, cache.count - keep, cache.count);
      cache.count = keep;
    }
    cache.slots[cache.count++] = address;
    return flushed;
  }

  /** All addresses parked now. */
  *parked(): Generator<number> {
    for (const cache of this.bins) yield* cache.slots.slice(0, cache.count);
  }
}

/** Slots of each cached class in jemalloc 4.0.3 to 5.2.1: twice a slab's regions, within [20, 200]; 20 for large ones (tcache_boot). */
export function cacheMaxima(regionsPerSlab: readonly number[], largeClasses: number): number[] {
  const small = regionsPerSlab.map(regions => Math.min(200, Math.max(20, regions * 2)));
  return [...small, ...new Array<number>(largeClasses).fill(20)];
}
