import type { RegionTable } from '../allocator/regions.ts';
import { jemallocSmallerClass } from '../layout/size-classes.ts';

/**
 * Tells for a region's size the largest one that the allocator would not have picked for a request of so many bytes:
 * a request lies above it. For glibc, whose free remainders are sometimes too small to be split off, two steps of 16 are allowed.
 */
export function smallerClasses(regions: RegionTable): (size: number) => number {
  const { name, quantum, prefix } = regions.allocator;
  if (name === 'glibc') return size => Math.max(0, size - 32 - prefix);
  let lastSize = -1;
  let lastBelow = 0;
  return size => {
    if (size !== lastSize) {
      lastSize = size;
      lastBelow = jemallocSmallerClass(size, quantum);
    }
    return lastBelow;
  };
}
