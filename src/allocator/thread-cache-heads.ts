import type { Dump } from '../dump/dump.ts';
import { type RegionTable, slabAt, testBit } from './regions.ts';
import { readWords, wordAt } from './scan.ts';
import type { CacheBin, HeadsDecoder, ThreadCache } from './thread-cache.ts';

/** Fewer heads in a row than this are no thread cache: every build has 36 small classes or more. */
const LEAST_BINS = 20;
/** More than any build has: 73 in 5.3.1. */
const MOST_BINS = 96;
/** Slots of one bin at most: what 5.3's 16-bit positions allow. */
const MOST_SLOTS = 8192;

/** Words that jemalloc 5.3 writes before the first bin's slots and behind the last one's (cache_bin.h: the second differs in 5.3.1). */
const BEFORE_SLOTS = 0x7a7a_7a7a;
const BEHIND_SLOTS = [
  [0xa7a7_a7a7, 0xa7a7_a7a7],
  [0x7a7a_7a7b, 0x7a7a_7a7a],
] as const;

/**
 * jemalloc 5.3 (cache_bin.h): heads of 24 bytes, { stack_head, nrequests, u16 low_water, u16 full, u16 empty }, the last three
 * the low bits of addresses near stack_head. Slots in use are [stack_head, empty). Every bin's slots begin where those of the
 * bin before end, so one wrong head breaks the chain. Slots between there and `full` are stashed: freed too.
 */
export function headsOf53(dump: Dump, table: RegionTable): HeadsDecoder {
  const decode = (words: Uint32Array, at: number, address: number): ThreadCache | undefined => {
    const home = homeOf(table, wordAt(words, at));
    if (home === undefined || !startsWithMark(dump, home.start)) return undefined;
    const bins: CacheBin[] = [];
    let bound = home.start + 8;
    let i = at;
    for (let sizeIndex = 0; sizeIndex < MOST_BINS && i + 6 <= words.length; sizeIndex++, i += 6) {
      const head = wordAt(words, i);
      if (head % 8 !== 0 || head < bound || head >= home.end) break;
      const low = head % 0x1_0000;
      const full = head - ((low - (words[i + 4] >>> 16)) & 0xffff);
      const empty = head + (((words[i + 5] & 0xffff) - low) & 0xffff);
      if (full % 8 !== 0 || full < bound || empty % 8 !== 0 || empty + 8 > home.end) break;
      bins.push({ sizeIndex, from: head, to: empty });
      if (full > bound) bins.push({ sizeIndex, from: bound, to: full });
      bound = empty;
    }
    const heads = (i - at) / 6;
    if (heads < LEAST_BINS || !endsWithMark(dump, bound)) return undefined;
    return { at: address, bins, home: [home.start, home.end], bytes: heads * 24 };
  };
  return { pointerWord: 0, decode };
}

/**
 * jemalloc 5.1 and 5.2 (cache_bin.h): heads of 24 bytes, { i32 low_water, i32 ncached, nrequests, avail }; slots in use are
 * avail[-ncached … -1], those of one bin begin where those of the bin before end. The large classes' heads lie some way
 * behind the small ones' (struct tcache_s, tcache_structs.h).
 */
export function headsOf51(table: RegionTable, smallClasses: number): HeadsDecoder {
  const decode = (words: Uint32Array, at: number, address: number): ThreadCache | undefined => {
    const first = wordAt(words, at + 4);
    const home = homeOf(table, first - 8);
    if (home === undefined) return undefined;
    const bins: CacheBin[] = [];
    let bound = home.start;
    let i = at;
    const take = (): boolean => {
      if (i + 6 > words.length || bins.length >= MOST_BINS) return false;
      const avail = wordAt(words, i + 4);
      const slots = (avail - bound) / 8;
      const cached = words[i + 1];
      if (!Number.isInteger(slots) || slots < 1 || slots > MOST_SLOTS || avail > home.end) return false;
      if (cached > slots || (words[i] | 0) < -1 || (words[i] | 0) > cached || words[i + 3] > 0xffff) return false;
      bins.push({ sizeIndex: bins.length, from: avail - cached * 8, to: avail });
      bound = avail;
      i += 6;
      return true;
    };
    while (bins.length < smallClasses && take());
    if (bins.length < smallClasses) return undefined;
    // Between the two arrays lie the list link, the arena, and a byte for each small class.
    const latest = i + 64;
    while (i < latest && !take()) i += 2;
    while (take());
    return { at: address, bins, home: [home.start, home.end], bytes: (i - at) * 4 };
  };
  return { pointerWord: 4, decode };
}

/**
 * jemalloc 4.0 (tcache.h at 4.0.3): heads of 32 bytes, { nrequests, i32 low_water, u32 lg_fill_div, u32 ncached, avail };
 * slots in use are avail[0 … ncached-1]. Heads and slots lie in one allocation, the slots behind the heads.
 */
export function headsOf40(table: RegionTable): HeadsDecoder {
  const decode = (words: Uint32Array, at: number, address: number): ThreadCache | undefined => {
    const home = homeOf(table, wordAt(words, at + 6));
    if (home === undefined || address < home.start || address >= home.end) return undefined;
    const bins: CacheBin[] = [];
    let bound = address;
    let i = at;
    for (; bins.length < MOST_BINS && i + 8 <= words.length; i += 8) {
      const avail = wordAt(words, i + 6);
      const cached = words[i + 4];
      const slots = (avail - bound) / 8;
      if (!Number.isInteger(slots) || slots < 1 || slots > MOST_SLOTS || avail + cached * 8 > home.end) break;
      if (cached > MOST_SLOTS || (words[i + 2] | 0) < -1 || (words[i + 2] | 0) > cached || words[i + 1] > 0xffff) break;
      const before = bins[bins.length - 1];
      if (before !== undefined && before.to > avail) break;
      bins.push({ sizeIndex: bins.length, from: avail, to: avail + cached * 8 });
      bound = avail;
    }
    if (bins.length < LEAST_BINS || bins[0].from < address + bins.length * 32) return undefined;
    return { at: address, bins, home: [home.start, home.end], bytes: bins.length * 32 };
  };
  return { pointerWord: 6, decode };
}

/** Whether the memory at `start` begins with the word that jemalloc 5.3 puts before a thread cache's slots. */
export function startsWithMark(dump: Dump, start: number): boolean {
  const words = readWords(dump, start, 8);
  return words !== undefined && words[0] === BEFORE_SLOTS && words[1] === BEFORE_SLOTS;
}

function endsWithMark(dump: Dump, address: number): boolean {
  const words = readWords(dump, address, 8);
  return words !== undefined && BEHIND_SLOTS.some(([low, high]) => words[0] === low && words[1] === high);
}

interface Home {
  readonly start: number;
  readonly end: number;
}

/** The allocated region around `address`. */
function homeOf(table: RegionTable, address: number): Home | undefined {
  const { slabs } = table;
  const slab = slabAt(slabs, address);
  if (slab < 0) return undefined;
  const size = slabs.regionSize[slab];
  const index = Math.floor((address - slabs.base[slab]) / size);
  if (!testBit(table.allocated, slabs.firstRegion[slab] + index)) return undefined;
  const start = slabs.base[slab] + index * size;
  return { start, end: start + size };
}
