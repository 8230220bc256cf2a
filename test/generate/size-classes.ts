/**
 * Size classes of jemalloc 3.6 to 5.3 (size_classes.sh at 4.0.3, src/sc.c at 5.2.1 and 5.3.0):
 * powers of two below the quantum, then the quantum's first four multiples, then four classes a doubling.
 */
export function sizeClasses(quantum: number, largest = 2 ** 32): number[] {
  const classes: number[] = [];
  for (let size = 8; size < quantum; size *= 2) classes.push(size);
  for (let i = 1; i <= 4; i++) classes.push(quantum * i);
  for (let base = quantum * 4; base < largest; base *= 2) {
    for (let i = 1; i <= 4; i++) classes.push(base + (base / 4) * i);
  }
  return classes;
}

/** The largest class that is still served from slabs: 3.5 pages (SMALL_MAXCLASS / SC_SMALL_MAXCLASS). */
export function largestSmall(pageSize: number): number {
  return (pageSize * 7) / 2;
}

/** Bytes of a slab (run) of regions of `size`: the smallest number of pages without waste (bin_info_run_size_calc at 4.0.3, slab_size in sc.c at 5.x). */
export function slabBytes(size: number, pageSize: number): number {
  let bytes = pageSize;
  while (bytes % size !== 0) bytes += pageSize;
  return bytes;
}

/** Index of the smallest class that holds `size` bytes. */
export function classIndex(classes: readonly number[], size: number): number {
  let low = 0;
  let high = classes.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (classes[middle] >= size) high = middle;
    else low = middle + 1;
  }
  if (classes[low] < size) throw new RangeError(`no size class holds ${size} bytes`);
  return low;
}
