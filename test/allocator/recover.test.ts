import { strict as assert } from 'node:assert';
import { closeSync, openSync, writeSync } from 'node:fs';
import { revealBase } from '../../src/allocator/base-address.ts';
import { rangeAt } from '../../src/allocator/ranges.ts';
import { recoverAllocator } from '../../src/allocator/recover.ts';
import { type Ranges, type RegionTable, regionAt, slabAt, testBit } from '../../src/allocator/regions.ts';
import { unownedRanges } from '../../src/allocator/thread-cache.ts';
import type { Dump } from '../../src/dump/dump.ts';
import type { HeapTruth } from '../generate/heap.ts';
import { PROFILES } from '../generate/profiles.ts';
import { quiet, withDump, withGenerated } from './recovered.ts';

/** Servers whose keys the generator can delete again. */
const CHURNABLE = PROFILES.filter(profile => profile.keys === 'sds');

function recovered(path: string, base?: number): RegionTable {
  return withDump(
    path,
    dump => {
      const table = recoverAllocator(dump, quiet);
      assert(table !== undefined, 'no allocator was recovered');
      return table;
    },
    base,
  );
}

function assertBins(table: RegionTable, truth: HeapTruth): void {
  const expected = truth.bins.filter(bin => bin.slabs > 0);
  const found = table.bins.filter(({ size }) => expected.some(bin => bin.size === size));
  assert.deepEqual(found, expected);
}

/** Large allocations are regions of their own; where their first byte is not told, they begin within the spread. */
function assertLarge(table: RegionTable, truth: HeapTruth): void {
  for (const { address, size, cached, metadata } of truth.large) {
    const start = Number(address);
    const slab = slabAt(table.slabs, start + truth.prefix);
    assert(slab >= 0, `no region at ${address}`);
    const spread = table.startSpread ?? 0;
    // zmalloc's prefix lies before the region; the allocator's own blocks have none.
    const off = metadata ? 0 : start - table.slabs.base[slab];
    assert(off >= 0 && off <= spread && off % 64 === 0, `${address} begins ${off} bytes into its region`);
    assert(metadata || table.slabs.regionSize[slab] >= off + size, `${address} is larger than its region`);
    const id = regionAt(table, start + truth.prefix);
    assert.equal(testBit(table.allocated, id), true);
    assert.equal(testBit(table.cached, id), cached, `${address} cached`);
  }
  const own = truth.large.filter(one => one.metadata);
  const known = own.filter(({ address }) => rangeAt(table.metadata, Number(address)) >= 0);
  // An empty thread cache of glibc is all zeros: it cannot be told, and refers to nothing.
  if (truth.name === 'glibc') assert(known.length > 0, "no thread cache is the allocator's own");
  else assert.equal(known.length, own.length, "thread caches that are not the allocator's own");
}

function assertSound(table: RegionTable): void {
  const { slabs, owned } = table;
  let id = 0;
  for (let slab = 0; slab < slabs.count; slab++) {
    const end = slabs.base[slab] + slabs.regionSize[slab] * slabs.regions[slab];
    if (slab + 1 < slabs.count) assert(end <= slabs.base[slab + 1], 'slabs overlap or are not sorted');
    assert.equal(slabs.firstRegion[slab], id);
    const range = rangeAt(owned, slabs.base[slab]);
    assert(range >= 0 && end <= owned.end[range], 'a slab lies outside what the allocator owns');
    id += slabs.regions[slab];
  }
  assert.equal(table.count, id);
  for (const ranges of [table.owned, table.metadata]) {
    for (let i = 0; i < ranges.start.length; i++) {
      assert(ranges.start[i] < ranges.end[i]);
      if (i > 0) assert(ranges.end[i - 1] < ranges.start[i]);
    }
  }
  for (let word = 0; word < table.cached.length; word++) {
    assert.equal(table.cached[word] & ~table.allocated[word], 0, 'cached, but not allocated');
  }
}

describe('an allocator recovered from a heap laid out by the C structs', function () {
  this.timeout(60_000);

  for (const { id } of CHURNABLE) {
    it(`${id}: every size class, live, cached and free`, () => {
      withGenerated({ scenario: 'churned', server: id, strings: 1500 }, ({ truth }, path) => {
        const expected = truth.allocator!;
        const table = recovered(path);
        const { name, version, quantum, pageSize, prefix, missing } = table.allocator;
        assert.deepEqual({ name, quantum, pageSize, prefix, missing }, { ...pick(expected), missing: [] });
        // A glibc does not tell its version.
        assert.equal(version, name === 'glibc' ? '' : expected.version);
        assertSound(table);
        assertBins(table, expected);
        assertLarge(table, expected);
      });
    });
  }

  for (const server of ['redis-3.2.8', 'redis-5.0.14', 'redis-7.0.15', 'redis-7.4.1']) {
    it(`${server}: a raw range tells its base address`, () => {
      withGenerated({ scenario: 'healthy', server, strings: 1000, raw: true }, ({ truth }, path) => {
        const told = withDump(path, dump => revealBase(dump, quiet));
        assert.equal(told?.base, Number(truth.raw!.base));
        assertSound(recovered(path, told!.base));
      });
    });
  }

  it('jemalloc 5.3 without the heads of its thread caches: says so, and which regions are in doubt', () => {
    withGenerated({ scenario: 'churned', server: 'redis-7.4.1', strings: 1500 }, (_, path) => {
      const whole = recovered(path);
      overwrite(path, dump => unownedRanges(dump, whole));
      const table = recovered(path);
      assert.match(table.allocator.missing.join(), /heads of 2 of 2 thread caches/);
      assert.deepEqual(table.allocated, whole.allocated);
      assert(table.cached.every(word => word === 0));
      assert(whole.cached.some(word => word !== 0));
      // Every region that is in a cache is in doubt, and no free one is.
      for (let word = 0; word < whole.cached.length; word++) {
        assert.equal(whole.cached[word] & ~table.perhapsCached![word], 0);
        assert.equal(table.perhapsCached![word] & ~table.allocated[word], 0);
      }
      for (let i = 0; i < whole.metadata.start.length; i++) {
        assert(rangeAt(table.metadata, whole.metadata.start[i]) >= 0, 'slots of a thread cache became roots');
      }
    });
  });

  for (const server of ['redis-3.2.8', 'redis-5.0.14', 'redis-7.0.15-libc']) {
    it(`${server} without its thread caches: says that no thread cache was found`, () => {
      withGenerated({ scenario: 'churned', server, strings: 1500 }, (_, path) => {
        const whole = recovered(path);
        // Where heads and slots lie together (4.0, glibc) they are metadata; elsewhere the heads are thread-local.
        const ranges = (dump: Dump) => (server === 'redis-5.0.14' ? unownedRanges(dump, whole) : cacheRanges(whole));
        overwrite(path, ranges);
        const table = recovered(path);
        assert.match(table.allocator.missing.join(), /No thread cache was found/);
        assert.deepEqual(table.allocated, whole.allocated);
        // What is in glibc's fast bins is known without the caches.
        if (table.allocator.name === 'jemalloc') assert(table.cached.every(word => word === 0));
      });
    });
  }

  it('stops soon after it is cancelled, and says nothing then', () => {
    withGenerated({ scenario: 'healthy', server: 'redis-7.0.15', strings: 1000 }, (_, path) => {
      withDump(path, dump => {
        for (let allowed = 0; allowed < 12; allowed++) {
          let asked = 0;
          const table = recoverAllocator(dump, { progress: () => {}, cancelled: () => ++asked > allowed });
          assert.equal(table, undefined);
          assert.equal(asked, allowed + 1, 'it went on after it was cancelled');
        }
      });
    });
  });

  it('reports progress that only grows, up to 1', () => {
    withGenerated({ scenario: 'healthy', server: 'redis-3.2.8', strings: 1000 }, (_, path) => {
      const shares: number[] = [];
      withDump(path, dump => recoverAllocator(dump, { progress: share => shares.push(share), cancelled: () => false }));
      assert.deepEqual(
        shares,
        [...shares].sort((a, b) => a - b),
      );
      assert.equal(shares.at(-1), 1);
    });
  });

  for (const server of ['redis-3.2.8', 'redis-7.0.15', 'redis-7.4.1', 'redis-7.0.15-libc']) {
    it(`${server}: metadata overwritten at random neither stops it nor makes regions overlap`, () => {
      withGenerated({ scenario: 'healthy', server, strings: 600 }, (_, path) => {
        const whole = recovered(path);
        const next = seeded(7);
        // glibc's metadata are the size words between the regions, too.
        const ranges = (dump: Dump) =>
          whole.allocator.name === 'glibc' ? unownedRanges(dump, whole) : rangesOf(whole.metadata);
        const word = () => Buffer.from(Array.from({ length: 8 }, () => Math.floor(next() ** 3 * 256)));
        for (let round = 0; round < 25; round++) {
          overwrite(path, ranges, word, 0.002, next);
          if (whole.allocator.name === 'glibc') overwrite(path, () => sizeWords(whole), word, 0.0005, next);
          const begun = performance.now();
          const table = withDump(path, dump => recoverAllocator(dump, quiet));
          if (table !== undefined) assertSound(table);
          assert(performance.now() - begun < 5000, 'took more than five seconds');
        }
      });
    });
  }
});

/** Overwrites words of the ranges with `word()`, about one in 1 / `share`; with nothing else given, the whole of them with zeros. */
function overwrite(
  path: string,
  ranges: (dump: Dump) => readonly (readonly [number, number])[],
  word: () => Buffer = () => Buffer.alloc(8),
  share = 1,
  next: () => number = () => 0,
): void {
  const file = openSync(path, 'r+');
  try {
    withDump(path, dump => {
      for (const [start, end] of ranges(dump)) {
        if (share >= 1) {
          const offset = dump.offsetOf(start);
          if (offset !== undefined) writeSync(file, Buffer.alloc(end - start), 0, end - start, offset);
          continue;
        }
        const words = Math.floor((end - start) / 8);
        for (let i = Math.floor(next() / share); i < words; i += 1 + Math.floor((2 * next()) / share)) {
          const offset = dump.offsetOf(start + i * 8);
          if (offset !== undefined) writeSync(file, word(), 0, 8, offset);
        }
      }
    });
  } finally {
    closeSync(file);
  }
}

function rangesOf(ranges: Ranges): [number, number][] {
  return Array.from(ranges.start, (start, i) => [start, ranges.end[i]]);
}

/** Allocations that are metadata: the slots of thread caches. */
function cacheRanges({ slabs, metadata }: RegionTable): [number, number][] {
  return Array.from(slabs.base, (base, slab): [number, number] => [base, base + slabs.regionSize[slab]]).filter(
    ([start]) => rangeAt(metadata, start) >= 0,
  );
}

/** The size word before each chunk of glibc's. */
function sizeWords(table: RegionTable): [number, number][] {
  return Array.from(table.slabs.base, base => [base - 8 - table.allocator.prefix, base - table.allocator.prefix]);
}

function pick({ name, quantum, pageSize, prefix }: HeapTruth) {
  return { name, quantum, pageSize, prefix };
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
