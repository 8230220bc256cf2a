import { strict as assert } from 'node:assert';
import { RangeList } from '../../src/allocator/ranges.ts';
import type { RegionTable } from '../../src/allocator/regions.ts';
import { SlabCollector } from '../../src/allocator/slab-collector.ts';
import { addThreadCaches, findThreadCaches, type HeadsDecoder } from '../../src/allocator/thread-cache.ts';
import { headsOf40, headsOf51, headsOf53 } from '../../src/allocator/thread-cache-heads.ts';
import { LaidMemory } from './laid-memory.ts';
import { quiet } from './recovered.ts';

const BASE = 0x7f00_0000_0000;
const SIZE = 0x40_0000;
const SMALL = 36;
/** 36 small and 5 large classes of quantum 16. */
const CLASSES = [
  8, 16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792,
  2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192, 10_240, 12_288, 14_336, 16_384, 20_480, 24_576, 28_672, 32_768,
];
const SLOTS = 20;

/** A region of each class in use, at its own place, and the allocation in which the slots lie. */
function heapWith(slots: number, slotBytes: number): { table: RegionTable; region: (index: number) => number } {
  const collector = new SlabCollector();
  const region = (index: number) => BASE + 0x10_0000 + index * 0x1_0000;
  CLASSES.forEach((size, index) => {
    const two = new Uint32Array([0]);
    if (index < SMALL) collector.addSlab(region(index), size, 2, two, 0);
    else collector.addSingle(region(index), size, false);
  });
  collector.addSingle(slots, slotBytes, false);
  const none = new RangeList().merged();
  const allocator = {
    name: 'jemalloc',
    version: '',
    quantum: 16,
    pageSize: 4096,
    prefix: 0,
    evidence: [],
    missing: [],
  } as const;
  return { table: collector.table({ allocator, metadata: none, owned: none }).table, region };
}

/** Finds the one cache, marks what it holds, and returns the sizes of the regions that are cached. */
function cachedSizes(
  memory: LaidMemory,
  table: RegionTable,
  heads: (dump: ReturnType<LaidMemory['dump']>) => HeadsDecoder,
) {
  const dump = memory.dump();
  const caches = findThreadCaches(dump, table, [[BASE, BASE + SIZE]], heads(dump), quiet);
  assert.equal(caches.length, 1);
  const marked = addThreadCaches(dump, table, Float64Array.from(CLASSES), caches, []);
  assert.deepEqual(marked.allocator.missing, []);
  const sizes: number[] = [];
  for (let slab = 0; slab < table.slabs.count; slab++) {
    const id = table.slabs.firstRegion[slab];
    if ((marked.cached[id >>> 5] >>> (id & 31)) & 1) sizes.push(table.slabs.regionSize[slab]);
  }
  assert.deepEqual([marked.metadata.start[0], marked.metadata.end.length], [caches[0].home[0], 1]);
  return sizes;
}

describe('heads of thread caches', () => {
  for (const [version, behind] of [
    ['5.3.0', 0xa7a7a7a7a7a7a7a7n],
    ['5.3.1', 0x7a7a7a7a7a7a7a7bn],
  ] as const) {
    it(`${version}: positions by their low 16 bits, also where those wrap round`, () => {
      // The slots run over a multiple of 64 KiB: the low bits of later positions are smaller than those of earlier ones.
      const slots = BASE + 0x1_0000 - 0x800;
      const { table, region } = heapWith(slots, 32_768);
      const memory = new LaidMemory(BASE, SIZE);
      const heads = BASE + 0x9008;
      memory.word(slots, 0x7a7a7a7a7a7a7a7an);
      let bound = slots + 8;
      const expected: number[] = [];
      CLASSES.forEach((size, index) => {
        const cached = index % 3;
        const empty = bound + SLOTS * 8;
        const head = empty - cached * 8;
        // Stale slots below the head name regions that are in use again.
        for (let at = bound; at < head; at += 8) memory.word(at, region(index) + size);
        if (cached > 0) memory.word(head, region(index));
        if (cached > 1) memory.word(head + 8, index < SMALL ? region(index) + size : region(index));
        if (cached > 0) expected.push(size);
        const at = heads + index * 24;
        memory.word(at, head);
        memory.word(at + 8, 12_345);
        memory.short(at + 16, empty);
        memory.short(at + 18, bound);
        memory.short(at + 20, empty);
        bound = empty;
      });
      memory.word(bound, behind);
      assert.deepEqual(
        cachedSizes(memory, table, dump => headsOf53(dump, table)),
        expected,
      );
    });
  }

  it('5.1 and 5.2: slots counted down from `avail`, the large classes behind a gap', () => {
    const slots = BASE + 0x5_0040;
    const { table, region } = heapWith(slots, 32_768);
    const memory = new LaidMemory(BASE, SIZE);
    let bound = slots;
    const expected: number[] = [];
    CLASSES.forEach((size, index) => {
      const cached = (index + 1) % 2;
      const avail = bound + SLOTS * 8;
      for (let at = bound; at < avail - cached * 8; at += 8) memory.word(at, region(index) + size);
      if (cached > 0) {
        memory.word(avail - 8, region(index));
        expected.push(size);
      }
      const at = BASE + 0xa010 + index * 24 + (index < SMALL ? 0 : 88);
      memory.half(at, index === 3 ? -1 : 0);
      memory.half(at + 4, cached);
      memory.word(at + 8, 99);
      memory.word(at + 16, avail);
      bound = avail;
    });
    assert.deepEqual(
      cachedSizes(memory, table, () => headsOf51(table, SMALL)),
      expected,
    );
  });

  it('4.0: heads and slots in one allocation, slots counted up from `avail`', () => {
    const home = BASE + 0x6_0000;
    const { table, region } = heapWith(home, 32_768);
    const memory = new LaidMemory(BASE, SIZE);
    let avail = home + 32 + CLASSES.length * 32;
    const expected: number[] = [];
    CLASSES.forEach((size, index) => {
      const cached = index % 2;
      if (cached > 0) {
        memory.word(avail, region(index));
        expected.push(size);
      }
      for (let slot = cached; slot < SLOTS; slot++) memory.word(avail + slot * 8, region(index) + size);
      const at = home + 32 + index * 32;
      memory.word(at, 7);
      memory.half(at + 8, 0);
      memory.half(at + 12, 1);
      memory.half(at + 16, cached);
      memory.word(at + 24, avail);
      avail += SLOTS * 8;
    });
    assert.deepEqual(
      cachedSizes(memory, table, () => headsOf40(table)),
      expected,
    );
  });

  it('are not seen where one of them contradicts the others', () => {
    const slots = BASE + 0x5_0000;
    const { table } = heapWith(slots, 32_768);
    const memory = new LaidMemory(BASE, SIZE);
    CLASSES.slice(0, SMALL).forEach((_, index) => {
      const at = BASE + 0xa000 + index * 24;
      // The eleventh holds more than there are slots.
      memory.half(at + 4, index === 10 ? SLOTS + 1 : 0);
      memory.word(at + 16, slots + (index + 1) * SLOTS * 8);
    });
    const dump = memory.dump();
    assert.deepEqual(findThreadCaches(dump, table, [[BASE, BASE + SIZE]], headsOf51(table, SMALL), quiet), []);
  });
});
