import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { NumberColumn, popcountBits, WordColumn } from '../../src/allocator/columns.ts';
import { gapsIn, RangeList, rangeAt, totalBytes } from '../../src/allocator/ranges.ts';
import { type RegionTable, regionAt, slabOfRegion, testBit } from '../../src/allocator/regions.ts';
import { binsOf, SlabCollector } from '../../src/allocator/slab-collector.ts';

const words = fc.uint32Array({ minLength: 1, maxLength: 20 });

describe('columns of what a carver finds', () => {
  it('grow as arrays do', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 31), { maxLength: 5000 }), values => {
        const numbers = new NumberColumn();
        const column = new WordColumn();
        for (const value of values) {
          numbers.push(value);
          column.push(value);
        }
        assert.deepEqual([...numbers.values()], values);
        assert.deepEqual([...column.values()], values);
      }),
      { numRuns: 30 },
    );
  });

  it('take runs of words whole', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, fc.nat(19)), { maxLength: 200 }), runs => {
        const column = new WordColumn();
        const model: number[] = [];
        for (const [from, at] of runs) {
          const first = Math.min(at, from.length - 1);
          column.append(from, first, from.length - first);
          model.push(...from.slice(first));
        }
        assert.deepEqual([...column.values()], model);
      }),
      { numRuns: 50 },
    );
  });

  it('count bits one by one', () => {
    fc.assert(
      fc.property(words, fc.nat(640), (bits, wanted) => {
        const count = Math.min(wanted, bits.length * 32);
        let slow = 0;
        for (let i = 0; i < count; i++) if ((bits[i >>> 5] >>> (i & 31)) & 1) slow++;
        assert.equal(popcountBits(bits, 0, count), slow);
      }),
    );
  });
});

describe('address ranges', () => {
  const pairs = fc.array(fc.tuple(fc.nat(200), fc.nat(30)), { maxLength: 40 });

  it('hold what any of their parts holds, merged and in order', () => {
    fc.assert(
      fc.property(pairs, fc.nat(200), fc.nat(60), (parts, from, length) => {
        const list = new RangeList();
        const model = new Set<number>();
        for (const [start, bytes] of parts) {
          list.add(start, start + bytes);
          for (let at = start; at < start + bytes; at++) model.add(at);
        }
        const ranges = list.merged();
        for (let at = 0; at < 240; at++) assert.equal(rangeAt(ranges, at) >= 0, model.has(at));
        for (let i = 1; i < ranges.start.length; i++) assert(ranges.end[i - 1] < ranges.start[i]);
        assert.equal(totalBytes(ranges), model.size);
        const outside: number[] = [];
        for (const [start, end] of gapsIn(ranges, from, from + length))
          for (let at = start; at < end; at++) outside.push(at);
        const expected = Array.from({ length }, (_, i) => from + i).filter(at => !model.has(at));
        assert.deepEqual(outside, expected);
      }),
    );
  });
});

describe('slabs, sorted and numbered', () => {
  const slab = fc.record({
    page: fc.nat(60),
    size: fc.constantFrom(8, 16, 24, 48, 80, 96),
    regions: fc.integer({ min: 1, max: 60 }),
    bits: fc.uint32Array({ minLength: 2, maxLength: 2 }),
    shape: fc.constantFrom('slab', 'live', 'free'),
  });

  it('know every region by its address, and whether it is in use', () => {
    fc.assert(
      fc.property(fc.array(slab, { maxLength: 25 }), slabs => {
        const collector = new SlabCollector();
        for (const { page, size, regions, bits, shape } of slabs) {
          if (shape === 'slab') collector.addSlab(page * 4096, size, regions, bits, 0);
          else collector.addSingle(page * 4096, size, shape === 'free');
        }
        const none = new RangeList().merged();
        const allocator: RegionTable['allocator'] = {
          name: 'jemalloc',
          version: '5.3',
          quantum: 8,
          pageSize: 4096,
          prefix: 0,
          evidence: [],
          missing: [],
        };
        const { table, dropped } = collector.table({ allocator, metadata: none, owned: none });
        // The model: the first found of those that begin at the same page stays, as no slab here reaches a second page beyond 5,760 bytes.
        let end = -1;
        let id = 0;
        let left = 0;
        const live = new Map<number, [number, number]>();
        for (const one of [...slabs]
          .map((value, i) => ({ value, i }))
          .sort((a, b) => a.value.page - b.value.page || a.i - b.i)) {
          const { page, size, bits, shape } = one.value;
          const regions = shape === 'slab' ? one.value.regions : 1;
          const base = page * 4096;
          if (base < end) {
            left++;
            continue;
          }
          end = base + size * regions;
          for (let k = 0; k < regions; k++, id++) {
            const address = base + k * size;
            const inUse = shape === 'slab' ? ((bits[k >>> 5] >>> (k & 31)) & 1) === 0 : shape === 'live';
            assert.equal(regionAt(table, address), id);
            assert.equal(regionAt(table, address + size - 1), id);
            assert.equal(table.slabs.base[slabOfRegion(table.slabs, id)], base);
            assert.equal(testBit(table.allocated, id), inUse);
            const [all, used] = live.get(size) ?? [0, 0];
            live.set(size, [all + 1, used + (inUse ? 1 : 0)]);
          }
        }
        assert.equal(dropped, left);
        assert.equal(table.count, id);
        const bins = binsOf(table.slabs, table.allocated, table.cached);
        assert.deepEqual(
          bins.map(bin => [bin.size, bin.regions, bin.live, bin.free]),
          [...live].sort(([a], [b]) => a - b).map(([size, [all, used]]) => [size, all, used, all - used]),
        );
      }),
    );
  });
});
