import type { RegionTable } from '../allocator/regions.ts';
import { testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { DICT_BYTES, type DictForm, LARGEST_DICT_REGION, readDict } from '../layout/dict.ts';
import { HASHTABLE_BYTES, readHashtable } from '../layout/hashtable.ts';
import { u32, u64 } from '../layout/memory.ts';
import {
  ENCODING_HT,
  ENCODING_INTSET,
  ENCODING_LINKEDLIST,
  ENCODING_SKIPLIST,
  ENCODING_ZIPLIST,
  ENCODING_ZIPMAP,
  OBJECT_BYTES,
  OBJECT_POINTER_AT,
  unspreadObject,
} from '../layout/robj.ts';
import { SDS_8, sdsAlloc, sdsLength } from '../layout/sds.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { ReadAhead } from './read-ahead.ts';
import { RegionIndex } from './region-index.ts';
import { plausibleText } from './text.ts';

/** How many regions in use read as each layout would have them. */
export interface LayoutVotes {
  readonly dictht: number;
  readonly dict7: number;
  readonly hashtable: number;
  /** sdshdr8 whose alloc fills the region, and whose alloc is the length though it does not. */
  readonly allocUsable: number;
  readonly allocExact: number;
  /** Texts behind the header of Redis <= 3.0. */
  readonly sdsOld: number;
  /** Objects whose type and encoding only go together where the encoding lies in bits 4-7 (from 2.8 on), and only where in 6-9. */
  readonly objectsPlain: number;
  readonly objectsSpread: number;
}

/** So many regions, spread over the heap, are enough to tell. */
const ENOUGH = 200_000;

/** Counts, over the regions in use, the structures that only one family of versions has. Throws Cancelled. */
export function voteOnLayout(dump: Dump, regions: RegionTable, hooks: AnalysisHooks): LayoutVotes {
  const votes = {
    dictht: 0,
    dict7: 0,
    hashtable: 0,
    allocUsable: 0,
    allocExact: 0,
    sdsOld: 0,
    objectsPlain: 0,
    objectsSpread: 0,
  };
  const index = new RegionIndex(regions);
  const { slabs } = regions;
  let share = 0;
  const memory = new ReadAhead(dump, () => step(hooks, share));
  const stride = Math.max(1, Math.round(regions.count / ENOUGH));
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    if (size < 16 || size > LARGEST_DICT_REGION) continue;
    share = slab / slabs.count;
    if (slab % stride !== 0) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      const id = slabs.firstRegion[slab] + i;
      if (!testBit(regions.allocated, id) || testBit(regions.cached, id)) continue;
      const at = memory.at(slabs.base[slab] + i * size, size);
      countStrings(memory.bytes, at, size, votes);
      if (size >= OBJECT_BYTES && size <= LARGEST_OBJECT) countObject(memory.bytes, at, index, votes);
      for (const form of ['dictht', 'dict7'] as const) {
        if (size >= DICT_BYTES[form] && hasTables(memory.bytes, at, form, index)) votes[form]++;
      }
      if (size >= HASHTABLE_BYTES) {
        const table = readHashtable(memory.bytes, at);
        if (table !== undefined && table.used[0] > 0 && startsRegion(index, table.tables[0])) votes.hashtable++;
      }
    }
  }
  return votes;
}

/** An object is no larger: 16 bytes in a chunk of glibc's that could not be split. */
const LARGEST_OBJECT = 40;

/** Encodings of lists, sets, sorted sets and hashes that Redis 2.2 to 3.0 has, by type. */
const OLD_ENCODINGS: readonly (readonly number[])[] = [
  [],
  [ENCODING_LINKEDLIST, ENCODING_ZIPLIST],
  [ENCODING_HT, ENCODING_INTSET],
  [ENCODING_SKIPLIST, ENCODING_ZIPLIST],
  [ENCODING_HT, ENCODING_ZIPMAP, ENCODING_ZIPLIST],
];

function countObject(
  bytes: Uint8Array,
  at: number,
  index: RegionIndex,
  votes: { objectsPlain: number; objectsSpread: number },
): void {
  if (u32(bytes, at + 4) !== 1 || !startsRegion(index, u64(bytes, at + OBJECT_POINTER_AT))) return;
  const word = u32(bytes, at);
  const plain = goTogether(word);
  // The two bits between type and encoding are zero unless virtual memory swaps (2.2, 2.4).
  const spread = (word & 0x30) === 0 && goTogether(unspreadObject(word));
  if (plain && !spread) votes.objectsPlain++;
  else if (spread && !plain) votes.objectsSpread++;
}

function goTogether(word: number): boolean {
  return OLD_ENCODINGS[word & 15]?.includes((word >>> 4) & 15) ?? false;
}

function hasTables(bytes: Uint8Array, at: number, form: DictForm, index: RegionIndex): boolean {
  const dict = readDict(bytes, at, form);
  return dict !== undefined && dict.used[0] > 0 && dict.sizes[0] >= 4 && startsRegion(index, dict.tables[0]);
}

function startsRegion(index: RegionIndex, address: number): boolean {
  return index.find(address) >= 0 && index.inner === 0;
}

function countStrings(
  bytes: Uint8Array,
  at: number,
  size: number,
  votes: { allocUsable: number; allocExact: number; sdsOld: number },
): void {
  if (bytes[at + 2] === 1) {
    const len = sdsLength(bytes, at + 3, SDS_8);
    const alloc = sdsAlloc(bytes, at + 3, SDS_8);
    const ends = len >= 4 && len + 4 <= size && bytes[at + 3 + len] === 0;
    if (ends && plausibleText(bytes, at + 3, at + 3 + len)) {
      if (alloc + 4 === size && alloc !== len) votes.allocUsable++;
      else if (alloc === len && alloc + 4 !== size) votes.allocExact++;
    }
  }
  const old = bytes[at] | (bytes[at + 1] << 8);
  if (old >= 4 && old + 9 <= size && bytes[at + 2] === 0 && bytes[at + 3] === 0 && bytes[at + 8 + old] === 0) {
    if (plausibleText(bytes, at + 8, at + 8 + old)) votes.sdsOld++;
  }
}
