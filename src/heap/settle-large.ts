import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { counts, memoryAt } from './memory-kind.ts';
import { ReadAhead } from './read-ahead.ts';
import { RegionIndex } from './region-index.ts';

/** Starts of large allocations are multiples of the cache line away from their first page (arena_malloc_large, src/arena.c at 4.0.3). */
const CACHE_LINE = 64;

/** From the start of an allocation to what points at it: its start, or the text behind an sdshdr16 or sdshdr32. */
const EXACT = [0, 5, 9];
const EXACT_WEIGHT = 8;

/**
 * jemalloc 4 spreads the starts of large allocations over their first page and writes down nowhere by how much. The words that point
 * there tell: this returns the table with the bases of large regions moved to where most of them agree, and the sizes without the page
 * that is there for the spread. Regions that nothing points at stay as they are. Other allocators' tables are returned unchanged. Throws Cancelled.
 */
export function settleLargeRegions(dump: Dump, regions: RegionTable, hooks: AnalysisHooks): RegionTable {
  const { allocator, slabs } = regions;
  if (allocator.name !== 'jemalloc' || !allocator.version.startsWith('4')) return regions;
  const { pageSize } = allocator;
  const lines = pageSize / CACHE_LINE;
  const votes = new Map<number, Uint32Array>();
  for (let slab = 0; slab < slabs.count; slab++) {
    if (slabs.regions[slab] === 1 && slabs.regionSize[slab] > 4 * pageSize && slabs.base[slab] % pageSize === 0) {
      votes.set(slabs.firstRegion[slab], new Uint32Array(lines));
    }
  }
  if (votes.size === 0) return regions;
  countVotes(dump, regions, votes, hooks);

  const base = slabs.base.slice();
  const regionSize = slabs.regionSize.slice();
  for (let slab = 0; slab < slabs.count; slab++) {
    const line = winner(votes.get(slabs.firstRegion[slab]));
    if (line === undefined || regionSize[slab] <= pageSize) continue;
    base[slab] += line * CACHE_LINE;
    regionSize[slab] -= pageSize;
  }
  return { ...regions, slabs: { ...slabs, base, regionSize } };
}

function countVotes(dump: Dump, regions: RegionTable, votes: Map<number, Uint32Array>, hooks: AnalysisHooks): void {
  const index = new RegionIndex(regions);
  const { lowWord, wordSpan } = index;
  const segments = dump.segments.filter(one => one.writable && one.present >= 8);
  const total = segments.reduce((sum, one) => sum + one.present, 1);
  let done = 0;
  const memory = new ReadAhead(dump, () => step(hooks, Math.min(1, done / total)));
  const vote = (word: number | undefined, value: number): void => {
    const id = index.find(value);
    const lines = id < 0 ? undefined : votes.get(id);
    if (lines === undefined || index.inner >= lines.length * CACHE_LINE) return;
    const line = Math.floor(index.inner / CACHE_LINE);
    const rest = index.inner % CACHE_LINE;
    if (word !== undefined && !counts(memoryAt(dump, regions, word).kind)) return;
    lines[line] += EXACT.includes(rest) ? EXACT_WEIGHT : 1;
  };
  for (const thread of dump.threads) for (const value of thread.registers) vote(undefined, Number(value));
  for (const segment of segments) {
    const end = Math.floor((segment.start + segment.present) / 8) * 8;
    for (let from = Math.ceil(segment.start / 8) * 8; from < end; ) {
      const length = Math.min(memory.capacity, end - from);
      const at = memory.at(from, length);
      const stop = (at + length) >>> 2;
      for (let half = at >>> 2; half < stop; half += 2) {
        const upper = memory.halves[half + 1];
        if (upper - lowWord > wordSpan || upper < lowWord) continue;
        vote(memory.start + half * 4, upper * 0x1_0000_0000 + memory.halves[half]);
      }
      from += length;
      done += length;
    }
  }
}

/** The line with most votes, the first of equals; undefined where nobody voted. */
function winner(lines: Uint32Array | undefined): number | undefined {
  if (lines === undefined) return undefined;
  let best = 0;
  for (let line = 1; line < lines.length; line++) if (lines[line] > lines[best]) best = line;
  return lines[best] > 0 ? best : undefined;
}
