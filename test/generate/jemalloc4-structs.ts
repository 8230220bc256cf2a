import type { AddressSpace } from './address-space.ts';
import type { BinState } from './jemalloc-heap.ts';
import type { Run } from './jemalloc-run.ts';
import type { Jemalloc4Pages } from './jemalloc4-pages.ts';
import type { ThreadCache } from './thread-cache.ts';

/** sizeof(arena_bin_t): mutex 40, runcur 40, run tree 48 (root and an embedded nil), statistics 152. */
const BIN = 224;
const BINS = 1104;

interface ArenaState {
  readonly index: number;
  readonly cache: number;
  readonly pages: Jemalloc4Pages;
  readonly bins: readonly BinState[];
  readonly runAddress: (run: Run) => number;
  readonly largeBytes: number;
}

/** arena_t (include/jemalloc/internal/arena.h at 4.0.3), with stats on, profiling off, pthread mutexes of 40 bytes. */
export function writeArena(space: AddressSpace, at: number, arena: ArenaState): void {
  const { pages } = arena;
  space.write32(at, arena.index);
  space.write32(at + 4, 1);
  space.write64(at + 48, pages.chunks * 2 * 1024 * 1024 + pages.hugeBytes); // stats.mapped
  space.write64(at + 96, arena.largeBytes); // stats.allocated_large
  space.write64(at + 128, pages.hugeBytes); // stats.allocated_huge
  space.write64(at + 168, arena.cache); // tcache_ql
  space.write64(at + 184, at); // offset_state
  space.write64(at + 208, 3); // lg_dirty_mult
  space.write64(at + 224, pages.activePages);
  const dirty = pages.dirtySpans.reduce((sum, span) => sum + span.pages, 0);
  space.write64(at + 232, dirty);
  space.write64(at + 344, at + 344); // runs_dirty
  space.write64(at + 352, at + 344);
  space.write64(at + 464, pages.hugeNodes[0] ?? 0); // huge.qlh_first
  arena.bins.forEach((bin, i) => {
    writeBin(space, at + BINS + BIN * i, bin, arena.runAddress);
  });
}

/** malloc_bin_stats_t: nmalloc, ndalloc, nrequests, curregs, nfills, nflushes, nruns, reruns, curruns. */
function writeBin(space: AddressSpace, at: number, bin: BinState, runAddress: (run: Run) => number): void {
  let live = 0;
  for (const run of bin.runs) live += run.regions - run.nfree;
  if (bin.current) space.write64(at + 40, runAddress(bin.current));
  const statistics = [live, 0, live, live, 0, 0, bin.runs.size, 0, bin.runs.size];
  statistics.forEach((word, i) => {
    space.write64(at + 152 + 8 * i, word);
  });
}

/**
 * tcache_t at 4.0.3: link 16, prof_accumbytes, ev_cnt, next_gc_bin, then tbins of 32 bytes { tstats, low_water,
 * lg_fill_div, ncached, avail }, then the stacks. avail[0 … ncached-1] are parked; what lies beyond is stale.
 */
export function writeThreadCache(space: AddressSpace, at: number, cache: ThreadCache): void {
  space.write64(at, at);
  space.write64(at + 8, at);
  let stack = at + 32 + 32 * cache.bins.length;
  cache.bins.forEach((bin, i) => {
    const head = at + 32 + 32 * i;
    space.write64(head, bin.slots.length);
    space.write32(head + 8, Math.min(bin.count, 1));
    space.write32(head + 12, 1);
    space.write32(head + 16, bin.count);
    space.write64(head + 24, stack);
    bin.slots.forEach((address, slot) => {
      space.write64(stack + 8 * slot, address);
    });
    stack += 8 * bin.max;
  });
}
