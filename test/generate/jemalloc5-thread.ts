import type { AddressSpace } from './address-space.ts';
import type { Jemalloc5Version } from './jemalloc5-layout.ts';
import type { ThreadCache } from './thread-cache.ts';

/** What a thread's tsd_t needs: its cache, the cache's stacks, and how many classes there are. */
export interface ThreadStorage {
  readonly cache: ThreadCache;
  /** Address of the stacks' allocation. */
  readonly stacks: number;
  /** Classes served from slabs (NBINS). */
  readonly small: number;
  readonly arena: number;
}

/** Bytes before each bin's stack slots within the stacks' allocation: 5.3 begins with a word of junk. */
const PRECEDING: Readonly<Record<Jemalloc5Version, number>> = { '5.1.0': 0, '5.2.1': 0, '5.3.0': 8 };

/** Words around the stacks at 5.3 (cache_bin.h). */
const PRECEDING_JUNK = 0x7a7a_7a7a_7a7a_7a7an;
const TRAILING_JUNK = 0xa7a7_a7a7_a7a7_a7a7n;

/** Bytes of a thread's stacks (tcache_boot). */
export function stackBytes(version: Jemalloc5Version, words: number): number {
  return 8 * words + 2 * PRECEDING[version];
}

/** Writes tsd_t's parts that lead to the thread cache, and the stacks themselves. `tsd` is the struct's address. */
export function writeThread(space: AddressSpace, version: Jemalloc5Version, tsd: number, thread: ThreadStorage): void {
  if (version === '5.3.0') writeThread53(space, tsd, thread);
  else writeThread51(space, version, tsd, thread);
  let empty = thread.stacks + PRECEDING[version];
  for (const bin of thread.cache.bins) {
    empty += 8 * bin.max;
    // The stack grows down from its empty position; what lies below the head is stale.
    bin.slots.forEach((address, i) => {
      space.write64(empty - 8 * (i + 1), address);
    });
  }
}

function align8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/**
 * tsd_t at 5.1.0 and 5.2.1 (tsd.h): state byte, then fields up to tcache_t; tcache_t (tcache_structs.h): 16 bytes,
 * bins_small, links, arena, next_gc_bin, lg_fill_div, bins_large. A cache_bin_t is { low_water, ncached, tstats, avail }.
 */
function writeThread51(space: AddressSpace, version: Jemalloc5Version, tsd: number, thread: ThreadStorage): void {
  const { small, cache } = thread;
  const second = version === '5.2.1';
  space.write8(tsd + 1, 1); // tcache_enabled
  space.write64(tsd + (second ? 440 : 432), thread.arena);
  const tcache = second ? tsd + align8(456 + small) : tsd + 448;
  const links = tcache + 16 + 24 * small;
  const descriptor = links + (second ? 40 : 16);
  const arena = descriptor + 32;
  const largeBins = arena + 12 + small;
  const large = Math.ceil(largeBins / 8) * 8;
  space.write64(descriptor + 16, tcache + 16);
  space.write64(descriptor + 24, large);
  space.write64(arena, thread.arena);
  space.fill(arena + 12, small, 1); // lg_fill_div
  let empty = thread.stacks;
  cache.bins.forEach((bin, i) => {
    empty += 8 * bin.max;
    const at = i < small ? tcache + 16 + 24 * i : large + 24 * (i - small);
    space.write32(at, Math.min(bin.count, 1));
    space.write32(at + 4, bin.count);
    space.write64(at + 8, bin.slots.length);
    space.write64(at + 16, empty);
  });
}

/**
 * tsd_t at 5.3.0: the slow fields end with tcache_slow_t (dyn_alloc, tcache) and rtree_ctx (384 bytes), then the state
 * byte and four counters, then tcache_t: a pointer to tcache_slow, and all bins as
 * { stack_head, tstats, u16 low_bits_low_water, u16 low_bits_full, u16 low_bits_empty }.
 */
function writeThread53(space: AddressSpace, tsd: number, thread: ThreadStorage): void {
  const { small, cache, stacks } = thread;
  const slow = tsd + 0x100;
  const dynamic = slow + align8(52 + 3 * small);
  const tcache = dynamic + 16 + 384 + 8 + 32;
  space.write64(slow + 32, tcache + 8);
  space.write64(slow + 40, thread.arena);
  space.fill(slow + 52, small, 1);
  space.write64(dynamic, stacks);
  space.write64(dynamic + 8, tcache);
  space.write64(tcache, slow);
  space.write64(stacks, PRECEDING_JUNK);
  let empty = stacks + 8;
  cache.bins.forEach((bin, i) => {
    const full = empty;
    empty += 8 * bin.max;
    const at = tcache + 8 + 24 * i;
    const head = empty - 8 * bin.count;
    space.write64(at, head);
    space.write64(at + 8, bin.slots.length);
    space.write16(at + 16, head % 0x10000);
    space.write16(at + 18, full % 0x10000);
    space.write16(at + 20, empty % 0x10000);
  });
  space.write64(empty, TRAILING_JUNK);
  // Small classes above tcache_max, as large pages have them, get stacks of no slots, at the beginning of them all.
  for (let i = cache.bins.length; i < small; i++) {
    const at = tcache + 8 + 24 * i;
    space.write64(at, stacks);
    for (const field of [16, 18, 20]) space.write16(at + field, stacks % 0x10000);
  }
}
