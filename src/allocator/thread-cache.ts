import type { Dump } from '../dump/dump.ts';
import type { RecoverHooks } from './hooks.ts';
import { gapsIn, RangeList } from './ranges.ts';
import { type RegionTable, setBit, slabAt, testBit } from './regions.ts';
import { readWords, scanRange, wordAt } from './scan.ts';
import { countText } from './sentences.ts';

/**
 * A thread's stack of freed regions of one size class. Its slots lie at [from, to), 8 bytes each:
 * the allocator still counts what they point at as allocated.
 */
export interface CacheBin {
  readonly sizeIndex: number;
  readonly from: number;
  readonly to: number;
}

/** The bins of one thread's cache, and the region that its slots lie in. */
export interface ThreadCache {
  /** Address of the first bin's head. */
  readonly at: number;
  readonly bins: readonly CacheBin[];
  /** The region the slots lie in: [start, end). */
  readonly home: readonly [number, number];
  /** Bytes of the heads: nothing before `at + bytes` begins another cache. */
  readonly bytes: number;
}

/** What one version's heads look like. */
export interface HeadsDecoder {
  /** Where in the first head (in 32-bit words) its pointer into the slots is: only where that points into the heap is `decode` asked. */
  readonly pointerWord: number;
  /** Decodes the heads of a thread cache that begin at `words[at]` (at `address` in the process), or returns undefined. */
  decode(words: Uint32Array, at: number, address: number): ThreadCache | undefined;
}

/** Longest array of heads: 73 bins of 32 bytes are the most that jemalloc's limit on cached sizes allows, with what lies between. */
export const MOST_HEAD_BYTES = 8192;

/** Half of a full bin (TCACHE_NSLOTS_SMALL_MAX): what one flush gives back. */
const MOST_REFUSED = 100;

/**
 * Looks for thread caches whose heads lie in `ranges`: memory that the allocator does not own where they are thread-local,
 * the allocations that may be one where heads and slots lie together. Throws Cancelled.
 */
export function findThreadCaches(
  dump: Dump,
  table: RegionTable,
  ranges: Iterable<readonly [number, number]>,
  heads: HeadsDecoder,
  hooks: RecoverHooks,
): ThreadCache[] {
  const found: ThreadCache[] = [];
  const { slabs } = table;
  if (slabs.count === 0) return found;
  const lowest = slabs.base[0];
  const highest = slabs.base[slabs.count - 1] + slabs.regionSize[slabs.count - 1] * slabs.regions[slabs.count - 1];
  let behind = 0;
  const visit = (address: number, words: Uint32Array, starts: number) => {
    const last = Math.min(starts, words.length - heads.pointerWord - 1);
    for (let i = 0; i < last; i += 2) {
      const pointer = i + heads.pointerWord;
      const high = words[pointer + 1];
      if (high === 0 || high > 0xffff) continue;
      const word = words[pointer] + high * 0x1_0000_0000;
      if (word < lowest || word > highest || address + i * 4 < behind) continue;
      const cache = heads.decode(words, i, address + i * 4);
      if (cache === undefined) continue;
      found.push(cache);
      behind = cache.at + cache.bytes;
    }
  };
  for (const [start, end] of ranges) {
    behind = 0;
    scanRange(dump, Math.ceil(start / 8) * 8, end, MOST_HEAD_BYTES, hooks, visit);
  }
  return found;
}

/** Writable memory of which the dump has bytes and the allocator owns none. */
export function unownedRanges(dump: Dump, table: RegionTable): [number, number][] {
  return dump.segments
    .filter(segment => segment.writable && segment.present > 0)
    .flatMap(segment => gapsIn(table.owned, segment.start, segment.start + segment.present));
}

/**
 * The table with `cached` set for every region whose start a slot of the caches holds, the slots themselves as metadata,
 * and sentences on both. `marked` are regions known to be a cache's slots, whose heads should be among the caches: where they
 * are not, every allocated region they name is set in `perhapsCached`.
 */
export function addThreadCaches(
  dump: Dump,
  table: RegionTable,
  classSize: Float64Array,
  caches: readonly ThreadCache[],
  marked: readonly (readonly [number, number])[],
): RegionTable {
  const evidence = [...table.allocator.evidence];
  const missing = [...table.allocator.missing];
  const metadata = new RangeList();
  metadata.addAll(table.metadata);
  let cached = 0;
  let refused = 0;
  for (const cache of caches) {
    metadata.add(...cache.home);
    for (const bin of cache.bins) {
      const words = readWords(dump, bin.from, bin.to - bin.from);
      if (words === undefined) refused += (bin.to - bin.from) / 8;
      else
        for (let i = 0; i < words.length; i += 2) {
          const id = startedRegion(table, wordAt(words, i), classSize[bin.sizeIndex]);
          if (id < 0 || !testBit(table.allocated, id)) refused++;
          else if (!testBit(table.cached, id)) {
            setBit(table.cached, id);
            cached++;
          }
        }
    }
  }
  if (caches.length > 0) {
    evidence.push(
      `${countText(caches.length)} thread caches hold ${countText(cached)} freed regions, their slots the starts of regions of their class`,
    );
  } else if (marked.length === 0)
    missing.push('No thread cache was found: a string freed a moment before the dump may still count as allocated');
  if (refused > 0) {
    // A cache that was being emptied names a few regions that are free already; more than that is not understood.
    const sentence = `${countText(refused)} slots of thread caches hold something other than an allocated region of their class`;
    (refused > Math.max(MOST_REFUSED, cached / 10) ? missing : evidence).push(sentence);
  }
  const headless = marked.filter(([start]) => !caches.some(cache => cache.home[0] === start));
  const perhapsCached = headless.length === 0 ? undefined : namedRegions(dump, table, headless);
  const perhapsCachedNote = `The heads of ${countText(headless.length)} of ${countText(marked.length)} thread caches were not found: the regions named in their slots are freed or in use, nobody can say which`;
  if (perhapsCached !== undefined) {
    for (const [start, end] of headless) metadata.add(start, end);
    missing.push(perhapsCachedNote);
  }
  return {
    ...table,
    allocator: { ...table.allocator, evidence, missing },
    metadata: metadata.merged(),
    ...(perhapsCached === undefined ? {} : { perhapsCached, perhapsCachedNote }),
  };
}

/** Bit per region id: an allocated region whose start lies somewhere in the ranges. */
function namedRegions(dump: Dump, table: RegionTable, ranges: readonly (readonly [number, number])[]): Uint32Array {
  const named = new Uint32Array(new SharedArrayBuffer(table.allocated.byteLength));
  for (const [start, end] of ranges) {
    const words = readWords(dump, start, end - start);
    if (words === undefined) continue;
    for (let i = 0; i < words.length; i += 2) {
      const id = startedRegion(table, wordAt(words, i));
      if (id >= 0 && testBit(table.allocated, id)) setBit(named, id);
    }
  }
  return named;
}

/** Id of the region (of class `size`, if given) that begins at `address`, or -1. */
function startedRegion(table: RegionTable, address: number, size?: number): number {
  const { slabs } = table;
  const slab = slabAt(slabs, address);
  if (slab < 0) return -1;
  const regionSize = slabs.regionSize[slab];
  const { pageSize } = table.allocator;
  if (table.startSpread !== undefined && slabs.regions[slab] === 1 && regionSize > 4 * pageSize) {
    const fits = size === undefined || regionSize === size + pageSize;
    return fits && address - slabs.base[slab] <= table.startSpread ? slabs.firstRegion[slab] : -1;
  }
  if (size !== undefined && regionSize !== size) return -1;
  const index = (address - slabs.base[slab]) / regionSize;
  return Number.isInteger(index) ? slabs.firstRegion[slab] + index : -1;
}
