/**
 * What allocators round a request up to. jemalloc's classes (include/jemalloc/internal/size_classes.sh at 4.0.3,
 * sc.c at 5.x): 8, multiples of the quantum up to 64, then four classes to each doubling. The quantum is 8 where
 * Redis bundles it (--with-lg-quantum=3 from 3.2 on), 16 where the system's library is linked. glibc: malloc/malloc.c, 64-bit.
 */

/** Where jemalloc's small classes end (14 KiB with 4-KiB pages): larger requests get whole pages of their own. */
export const JEMALLOC_SMALL_MAX = 14_336;

/** Bytes of the smallest jemalloc size class that holds `request` bytes. `quantum` is 8 or 16; 0 counts as 1. */
export function jemallocClass(request: number, quantum: number): number {
  if (request <= 8) return 8;
  if (request <= 64) return roundUp(request, quantum);
  // Four classes to each doubling: those in (top / 2, top] are top / 8 apart.
  let top = 128;
  while (top < request) top *= 2;
  return roundUp(request, top / 8);
}

/** The next smaller size class than `size` (itself a class), or 0 below the smallest. */
export function jemallocSmallerClass(size: number, quantum: number): number {
  if (size <= 8) return 0;
  let low = size / 2;
  if (jemallocClass(low + 1, quantum) === size) return low;
  // At most four classes lie in the doubling below.
  for (;;) {
    const next = jemallocClass(low + 1, quantum);
    if (next >= size) return low;
    low = next;
  }
}

/** All small classes in ascending order, 8 … 14,336 bytes. */
export function jemallocSmallClasses(quantum: number): number[] {
  const classes: number[] = [];
  for (let size = 8; size <= JEMALLOC_SMALL_MAX; size = jemallocClass(size + 1, quantum)) classes.push(size);
  return classes;
}

/** Whether `size` is a jemalloc size class. */
export function isJemallocClass(size: number, quantum: number): boolean {
  return size > 0 && jemallocClass(size, quantum) === size;
}

/** Bytes of the slab (run) that holds regions of a small class: the smallest whole number of pages that regions fill exactly. */
export function slabBytes(size: number, pageSize = 4096): number {
  return (size / greatestCommonDivisor(size, pageSize)) * pageSize;
}

/** What every region start of the class is a multiple of, slabs being page-aligned: 16 for 80-byte regions, 32 for 96. */
export function regionAlignment(size: number, pageSize = 4096): number {
  return size > JEMALLOC_SMALL_MAX ? 64 : greatestCommonDivisor(size, pageSize);
}

/** Bytes of the glibc chunk (64-bit) for a request: 8 of size word, rounded up to 16, at least 32. */
export function glibcChunk(request: number): number {
  return Math.max(32, roundUp(request + 8, 16));
}

/** Bytes a program may use of a glibc chunk (malloc_usable_size): all but the size word. */
export function glibcUsable(chunk: number): number {
  return chunk - 8;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
