import type { RegionTable } from '../allocator/regions.ts';
import { testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { DICT_BYTES, type DictForm, LARGEST_DICT_REGION, readDict } from '../layout/dict.ts';
import { HASHTABLE_BYTES, readHashtable } from '../layout/hashtable.ts';
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
}

/** So many regions, spread over the heap, are enough to tell. */
const ENOUGH = 200_000;

/** Counts, over the regions in use, the structures that only one family of versions has. Throws Cancelled. */
export function voteOnLayout(dump: Dump, regions: RegionTable, hooks: AnalysisHooks): LayoutVotes {
  const votes = { dictht: 0, dict7: 0, hashtable: 0, allocUsable: 0, allocExact: 0, sdsOld: 0 };
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
