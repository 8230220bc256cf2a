/**
 * One size class as the allocator's own statistics count it: `live` includes the regions parked in thread caches.
 * For glibc each chunk is a slab of one region, its tcache_perthread_structs included; what thread caches and fast
 * bins hold is `cached`.
 */
export interface BinTruth {
  readonly size: number;
  readonly slabs: number;
  readonly regions: number;
  readonly live: number;
  readonly cached: number;
  readonly free: number;
}

/** One allocation that is not in a slab. */
export interface LargeTruth {
  /** What malloc returned, hexadecimal. */
  readonly address: string;
  /** Usable bytes. */
  readonly size: number;
  readonly cached: boolean;
  /** True for the allocator's own (thread caches). */
  readonly metadata: boolean;
}

export interface HeapTruth {
  readonly name: 'jemalloc' | 'glibc';
  readonly version: string;
  readonly quantum: number;
  readonly pageSize: number;
  /** Bytes of zmalloc's size prefix inside each allocation. */
  readonly prefix: number;
  readonly bins: readonly BinTruth[];
  readonly large: readonly LargeTruth[];
}

/** An allocator that lays out its own state beside what it hands out. `thread` counts from 0. */
export interface Heap {
  /** Bytes at the start of this freed region that the allocator has overwritten with its own links: none by jemalloc. */
  clobbered(region: number): number;
  /** Address of at least `size` bytes, as zmalloc returns it. The bytes are what the last owner left there. */
  malloc(size: number, thread?: number): number;
  /** Gives memory back as free() does: to the thread cache first, whose overflow goes back to the arena. */
  free(address: number, thread?: number): void;
  /** Bytes usable at an address that malloc returned (zmalloc_usable_size). */
  usable(address: number): number;
  /** Address of the region's first byte, and its bytes, for the truth: what an allocator's carver calls the region. */
  region(address: number): { readonly start: number; readonly size: number };
  /** Whether a region, live or free, still begins at this address, which malloc once returned. */
  isRegion(address: number): boolean;
  /** Whether a thread cache holds this address. */
  cached(address: number): boolean;
  /** Writes all that is still pending (bitmaps, thread caches, statistics) and counts. Call once, last. */
  finish(): HeapTruth;
}

export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
