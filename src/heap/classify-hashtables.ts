import { testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { LARGEST_DICT_REGION } from '../layout/dict.ts';
import {
  BUCKET_BYTES,
  BUCKET_ENTRIES,
  bucketChained,
  HASHTABLE_BYTES,
  HASHTABLE_TABLE_WORDS,
  readHashtable,
  slotPresent,
} from '../layout/hashtable.ts';
import { u64 } from '../layout/memory.ts';
import { type Dicts, indexIn } from './classify-dicts.ts';
import { GrowingF64, GrowingU32 } from './growing.ts';
import { ReadAhead } from './read-ahead.ts';
import { startAt } from './references.ts';
import { SHAPE_HASHTABLE } from './shape.ts';
import { KIND_BUCKET, KIND_HASHTABLE, type Typing } from './typing.ts';

/** Entries that a dump taken in the midst of a command may be off by. */
const TOLERANCE = 2;

/**
 * Finds the hash tables of Valkey 8.1 and later by content: fields that agree with each other and, on a walk through all
 * buckets, just as many present slots as `used` counts. Names them and their buckets, whose absent slots are stale.
 * `dictOf` of a bucket is the table's place in the result.
 */
export function classifyHashtables(typing: Typing, dump: Dump): Dicts {
  const { references } = typing;
  const memory = new ReadAhead(dump, () => {}, 1 << 16);
  const buckets = new ReadAhead(dump, () => {}, 1 << 10);
  const region = new GrowingU32();
  const type = new GrowingF64();
  const used = new GrowingF64();
  const { slabs } = typing.regions;
  for (let slab = 0; slab < slabs.count; slab++) {
    typing.breathe();
    if (slabs.regionSize[slab] < HASHTABLE_BYTES || slabs.regionSize[slab] > LARGEST_DICT_REGION) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if ((references.shape[id] & SHAPE_HASHTABLE) === 0 || !testBit(references.inUse, id)) continue;
      const at = memory.at(slabs.base[slab] + i * slabs.regionSize[slab], HASHTABLE_BYTES);
      const table = readHashtable(memory.bytes, at);
      if (table === undefined) continue;
      const total = table.used[0] + table.used[1];
      const walk = new BucketWalk(typing, buckets, total + TOLERANCE);
      if (!walk.tables(id, table.tables, table.sizes) || Math.abs(walk.count - total) > TOLERANCE) continue;
      if (total === 0) continue; // nothing that could have been checked
      typing.kind[id] = KIND_HASHTABLE;
      walk.name(region.length);
      region.push(id);
      type.push(table.type);
      used.push(total);
    }
  }
  const regions = region.view().slice();
  return {
    region: regions,
    type: type.view().slice(),
    used: used.view().slice(),
    role: new Uint8Array(regions.length),
    indexOf: one => indexIn(regions, one),
  };
}

class BucketWalk {
  count = 0;
  private readonly typing: Typing;
  private readonly memory: ReadAhead;
  private readonly most: number;
  private readonly found = new GrowingU32(16);

  constructor(typing: Typing, memory: ReadAhead, most: number) {
    this.typing = typing;
    this.memory = memory;
    this.most = most;
  }

  tables(id: number, addresses: readonly number[], sizes: readonly number[]): boolean {
    for (let i = 0; i < 2; i++) {
      if (sizes[i] === 0) continue;
      const table = startAt(this.typing.references, id, HASHTABLE_TABLE_WORDS[i]);
      if (table < 0 || this.typing.sizeOf(table) < sizes[i] * BUCKET_BYTES) return false;
      this.found.push(table);
      for (let bucket = 0; bucket < sizes[i] && this.count <= this.most; bucket++) {
        this.chain(addresses[i] + bucket * BUCKET_BYTES);
      }
    }
    return true;
  }

  /** Writes down what was found; `place` is the table's in the columns. */
  name(place: number): void {
    for (const bucket of this.found.view()) {
      if (this.typing.claim(bucket, KIND_BUCKET)) this.typing.dictOf[bucket] = place;
    }
  }

  /** Counts the entries of a bucket and of its child buckets. */
  private chain(address: number): void {
    const { index, inUse } = this.typing.references;
    for (let next = address; next !== 0 && this.count <= this.most; ) {
      this.typing.breathe();
      const at = this.memory.at(next, BUCKET_BYTES);
      const first = this.memory.bytes[at];
      const chained = bucketChained(first);
      const slots = chained ? BUCKET_ENTRIES - 1 : BUCKET_ENTRIES;
      for (let slot = 0; slot < slots; slot++) if (slotPresent(first, slot)) this.count++;
      next = chained ? u64(this.memory.bytes, at + BUCKET_ENTRIES * 8) : 0;
      if (next === 0) return;
      const child = index.find(next);
      if (child < 0 || index.inner !== 0 || !testBit(inUse, child)) {
        this.count = Number.POSITIVE_INFINITY; // no hash table
        return;
      }
      this.found.push(child);
    }
  }
}
