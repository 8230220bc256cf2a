import { setBit, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { BUCKET_BYTES, BUCKET_ENTRIES, BUCKET_WORDS, bucketChained, slotPresent } from '../layout/hashtable.ts';
import { ReadAhead } from './read-ahead.ts';
import { KIND_BUCKET, type Typing } from './typing.ts';

/**
 * Marks in `typing.absent` the slots of hash table buckets that hold no entry: what was deleted stays written there.
 * Reads the buckets' words again, in step with the edges that were made of them.
 */
export function markAbsentSlots(typing: Typing, dump: Dump): void {
  const { references, regions } = typing;
  const { index, inUse, first } = references;
  const { slabs } = regions;
  const memory = new ReadAhead(dump, () => {}, 1 << 18);
  for (let slab = 0; slab < slabs.count; slab++) {
    typing.breathe();
    const size = slabs.regionSize[slab];
    if (size < BUCKET_BYTES) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if (typing.kind[id] !== KIND_BUCKET) continue;
      let e = first[id];
      const start = slabs.base[slab] + i * size;
      for (let bucket = 0; bucket + BUCKET_BYTES <= size && e < first[id + 1]; bucket += BUCKET_BYTES) {
        const at = memory.at(start + bucket, BUCKET_BYTES);
        const presence = memory.bytes[at];
        for (let word = 0; word < BUCKET_WORDS; word++) {
          const half = (at >>> 2) + word * 2;
          const target = index.find(memory.halves[half + 1] * 0x1_0000_0000 + memory.halves[half]);
          if (target < 0 || target === id || !testBit(inUse, target)) continue;
          const used =
            word > 0 && (slotPresent(presence, word - 1) || (word === BUCKET_ENTRIES && bucketChained(presence)));
          if (!used) setBit(typing.absent, e);
          e++;
        }
      }
    }
  }
}
