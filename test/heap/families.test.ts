import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RegionTable } from '../../src/allocator/regions.ts';
import { buildClusters } from '../../src/heap/build-clusters.ts';
import { buildFamilies } from '../../src/heap/build-families.ts';
import type { Family } from '../../src/heap/families.ts';
import { diffFamilies } from '../../src/heap/family-diff.ts';
import { LengthCounts } from '../../src/heap/family-lengths.ts';
import { familyPage } from '../../src/heap/family-pages.ts';
import { type Findings, HEADERS, NO_REGION, OWNER_KINDS, REGION_KINDS, VERDICTS } from '../../src/heap/findings.ts';
import { heapLedger } from '../../src/heap/ledger.ts';
import { StringCollector } from '../../src/heap/string-columns.ts';
import { dumpOf } from './memory-dumps.ts';

const HOOKS = { progress() {}, cancelled: () => false };
const BASE = 0x7f00_0000_0000;
const SLABS = [
  { base: BASE, size: 80, regions: 64 },
  { base: BASE + 8192, size: 96, regions: 64 },
  { base: BASE + 16_384, size: 4096, regions: 1 },
];
const PLACES = SLABS.flatMap(({ base, size, regions }) =>
  Array.from({ length: regions }, (_, at) => ({ at: base + at * size, size })),
);
const WORDS = ['user', 'shop', 'basket'];

interface Slot {
  readonly word: number;
  readonly number: number;
  readonly length: number;
  readonly verdict: number;
}

function regionTable(slots: readonly (Slot | undefined)[]): RegionTable {
  const allocated = new Uint32Array((PLACES.length >>> 5) + 1);
  for (const [id, slot] of slots.entries()) {
    if (slot !== undefined && VERDICTS[slot.verdict] !== 'freed') allocated[id >>> 5] |= 1 << (id & 31);
  }
  return {
    allocator: { name: 'jemalloc', version: '5.3', quantum: 16, pageSize: 4096, prefix: 0, evidence: [], missing: [] },
    slabs: {
      count: SLABS.length,
      base: Float64Array.from(SLABS, slab => slab.base),
      regionSize: Float64Array.from(SLABS, slab => slab.size),
      regions: Uint32Array.from(SLABS, slab => slab.regions),
      firstRegion: Uint32Array.of(0, 64, 128),
    },
    count: PLACES.length,
    allocated,
    cached: new Uint32Array(allocated.length),
    metadata: { start: Float64Array.of(BASE + 0x8000), end: Float64Array.of(BASE + 0x9000) },
    owned: { start: Float64Array.of(BASE), end: Float64Array.of(BASE + 0xa000) },
    bins: [],
  };
}

const textOf = ({ word, number, length }: Slot) => `${WORDS[word]}:${number}:`.padEnd(length, 'x');

/** A heap in which some regions hold a string, as its dump and its findings. */
function heapOf(
  slots: readonly (Slot | undefined)[],
  withRegions = true,
): { dump: ReturnType<typeof dumpOf>; findings: Findings } {
  const bytes = new Uint8Array(0xa000);
  const strings = new StringCollector();
  const regionKind = new Uint8Array(PLACES.length);
  const regionVerdict = new Uint8Array(PLACES.length).fill(VERDICTS.indexOf('freed'));
  for (const [id, slot] of slots.entries()) {
    if (slot === undefined) continue;
    const { at, size } = PLACES[id];
    const text = textOf(slot);
    bytes.set([text.length, Math.min(255, size - 4), 1, ...Buffer.from(text), 0], at - BASE);
    const alloc = Math.min(255, size - 4);
    const region = withRegions ? id : NO_REGION;
    strings.add(
      at + 3,
      text.length,
      alloc,
      HEADERS.indexOf('sdshdr8'),
      region,
      slot.verdict,
      OWNER_KINDS.indexOf('key'),
    );
    regionKind[id] = REGION_KINDS.indexOf('sds');
    regionVerdict[id] = slot.verdict;
  }
  const findings: Findings = {
    server: undefined,
    regions: withRegions ? regionTable(slots) : undefined,
    regionKind,
    regionVerdict,
    strings: strings.columns(),
    complete: true,
    notes: [],
  };
  return { dump: dumpOf([{ start: BASE, bytes }]), findings };
}

const slot: fc.Arbitrary<Slot> = fc.record({
  word: fc.nat(WORDS.length - 1),
  number: fc.nat(99_999),
  length: fc.integer({ min: 30, max: 70 }),
  verdict: fc.nat(VERDICTS.length - 1),
});
const heap = fc.array(fc.option(slot, { nil: undefined }), { minLength: PLACES.length, maxLength: PLACES.length });
const isLeaked = (code: number) => VERDICTS[code].startsWith('leaked');

describe('families', () => {
  it('hold each string once, with the sums of a plain count, whatever the heap', () => {
    fc.assert(
      fc.property(heap, fc.boolean(), (slots, withRegions) => {
        const { dump, findings } = heapOf(slots, withRegions);
        const clusters = buildClusters(findings, HOOKS);
        const { rows, familyOf } = buildFamilies(dump, findings, clusters, HOOKS);
        const filled = slots.flatMap((one, id) => (one === undefined ? [] : [{ ...one, size: PLACES[id].size }]));
        assert.equal(
          rows.reduce((sum, { count }) => sum + count, 0),
          filled.length,
        );
        for (const [id, row] of rows.entries()) {
          assert.equal(row.id, id);
          const members = filled.filter((_, index) => familyOf[index] === id);
          assert.equal(row.count, members.length);
          // Without regions a string counts what it asked for: here all of its slot, but for the 255 an sdshdr8 can say.
          const bytesOf = (size: number) => (withRegions ? size : 3 + Math.min(255, size - 4) + 1);
          assert.equal(
            row.bytes,
            members.reduce((sum, { size }) => sum + bytesOf(size), 0),
          );
          assert.equal(row.leakedCount, members.filter(({ verdict }) => isLeaked(verdict)).length);
          const lengths = members.map(member => textOf(member).length);
          assert.deepEqual([row.minLength, row.maxLength], [Math.min(...lengths), Math.max(...lengths)]);
          assert.equal(
            row.lengths.reduce((sum, { count }) => sum + count, 0),
            row.count,
          );
          assert.equal(
            row.clusters.reduce((sum, { count }) => sum + count, 0),
            row.count,
          );
          assert.equal(
            row.clusters.reduce((sum, { bytes }) => sum + bytes, 0),
            row.bytes,
          );
          for (const cluster of row.clusters) assert.ok(cluster.fill > 0 && cluster.fill <= 1, `fill ${cluster.fill}`);
          const { text, header, slack, owner } = row.perString;
          assert.ok(Math.abs((text + header + slack) * row.count - row.bytes) < 1e-6 * row.bytes + 1e-6);
          assert.equal(owner, 0);
          const example = filled[row.example];
          assert.ok(row.leakedCount === 0 || isLeaked(example.verdict));
        }
        for (let id = 1; id < rows.length; id++) {
          const [before, after] = [rows[id - 1], rows[id]];
          assert.ok(
            before.leakedBytes > after.leakedBytes ||
              (before.leakedBytes === after.leakedBytes && before.bytes >= after.bytes),
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('show a text of a leaked member, where there is one', () => {
    const slots = PLACES.map(
      (_, id): Slot => ({ word: 0, number: id, length: 40, verdict: VERDICTS.indexOf(id === 50 ? 'leaked' : 'live') }),
    );
    const { dump, findings } = heapOf(slots);
    const families = buildFamilies(dump, findings, buildClusters(findings, HOOKS), HOOKS);
    const page = familyPage(dump, { ...findings, families }, 0, 10);
    assert.equal(page.total, families.rows.length);
    assert.equal(page.families[0].sample, textOf(slots[50]));
    assert.deepEqual(familyPage(dump, findings, 0, 10).families, []);
  });
});

describe('lengths of a family', () => {
  it('are counted in ranges that hold every length once', () => {
    const lengths = fc.array(fc.tuple(fc.oneof(fc.nat(1100), fc.nat(5_000_000)), fc.boolean()), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(lengths, all => {
        const counts = new LengthCounts();
        for (const [length, leaked] of all) counts.add(length, leaked);
        const ranges = counts.ranges();
        for (const { from, to, count, leaked } of ranges) {
          const inside = all.filter(([length]) => length >= from && length <= to);
          assert.equal(count, inside.length);
          assert.equal(leaked, inside.filter(([, one]) => one).length);
          assert.ok(inside.some(([length]) => length === from) && inside.some(([length]) => length === to));
        }
        assert.equal(
          ranges.reduce((sum, { count }) => sum + count, 0),
          all.length,
        );
        assert.ok(ranges.length <= 64);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the ledger', () => {
  it('adds up to what the allocator holds, whatever the heap', () => {
    fc.assert(
      fc.property(heap, slots => {
        const { findings } = heapOf(slots);
        const { total, lines } = heapLedger(findings, HOOKS)!;
        assert.equal(total, 0xa000);
        assert.equal(
          lines.reduce((sum, { bytes }) => sum + bytes, 0),
          total,
        );
        const of = (name: string) => lines.find(line => line.name === name)?.bytes ?? 0;
        const sum = (wanted: (one: Slot | undefined) => boolean) =>
          slots.reduce((bytes, one, id) => bytes + (wanted(one) ? PLACES[id].size : 0), 0);
        const named = (one: Slot | undefined) => (one === undefined ? 'freed' : VERDICTS[one.verdict]);
        assert.equal(of('allocator metadata'), 4096);
        assert.equal(
          of('leaked'),
          sum(one => named(one).startsWith('leaked')),
        );
        assert.equal(
          of('free regions'),
          sum(one => named(one) === 'freed'),
        );
        assert.equal(
          of('names of keys'),
          sum(one => named(one) === 'live' || named(one) === 'unknown'),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('is not made where no allocator was recovered', () => {
    assert.equal(heapLedger(heapOf([], false).findings, HOOKS), undefined);
  });
});

describe('two tables of families', () => {
  const tables = (slots: readonly (Slot | undefined)[]): readonly Family[] => {
    const { dump, findings } = heapOf(slots);
    return buildFamilies(dump, findings, buildClusters(findings, HOOKS), HOOKS).rows;
  };

  it('differ by what came and went, and by nothing from themselves', () => {
    fc.assert(
      fc.property(heap, heap, (one, other) => {
        const [before, after] = [tables(one), tables(other)];
        const changes = diffFamilies(before, after);
        const sum = (rows: readonly { readonly count: number; readonly bytes: number }[], what: 'count' | 'bytes') =>
          rows.reduce((total, row) => total + row[what], 0);
        for (const what of ['count', 'bytes'] as const) {
          assert.equal(
            sum(
              changes.map(({ delta }) => delta),
              what,
            ),
            sum(after, what) - sum(before, what),
          );
        }
        for (const { before: from, after: to, delta, clusters } of changes) {
          assert.equal(from.count + delta.count, to.count);
          assert.equal(sum(Object.values(delta.byVerdict), 'bytes'), delta.bytes);
          assert.equal(
            sum(
              clusters.map(cluster => cluster.delta),
              'bytes',
            ),
            delta.bytes,
          );
        }
        assert.ok(diffFamilies(before, before).every(({ delta }) => delta.count === 0 && delta.bytes === 0));
      }),
      { numRuns: 30 },
    );
  });
});
