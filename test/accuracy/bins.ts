import type { Bin } from '../../src/allocator/regions.ts';

/** How many of an allocator's size classes are exactly as it counts them itself. */
export interface BinAgreement {
  readonly total: number;
  readonly exact: number;
  /** "64: 120 live, the allocator says 121" */
  readonly different: readonly string[];
}

/** Compares live counts with the allocator's own (size class -> live). A class that neither has in use does not count. */
export function compareBins(bins: readonly Bin[], truth: ReadonlyMap<number, number>): BinAgreement {
  const classes = [...truth.keys()].sort((a, b) => a - b);
  const found = new Map<number, number>();
  for (const { size, live } of bins) {
    // jemalloc 5.3.1 gives large allocations whole pages, and counts them in the class above (sz_large_size_classes_disabled).
    const of = classes.find(each => each >= size) ?? size;
    found.set(of, (found.get(of) ?? 0) + live);
  }
  const sizes = [...new Set([...found.keys(), ...truth.keys()])]
    .filter(size => (found.get(size) ?? 0) > 0 || (truth.get(size) ?? 0) > 0)
    .sort((a, b) => a - b);
  const different = sizes
    .filter(size => (found.get(size) ?? 0) !== (truth.get(size) ?? 0))
    .map(size => `${size}: ${found.get(size) ?? 0} live, the allocator says ${truth.get(size) ?? 0}`);
  return { total: sizes.length, exact: sizes.length - different.length, different };
}
