import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RegionTable } from '../../src/allocator/regions.ts';
import { buildClusters } from '../../src/heap/build-clusters.ts';
import { clusterPage, memberPage } from '../../src/heap/cluster-pages.ts';
import { type Findings, HEADERS, NO_REGION, OWNER_KINDS, REGION_KINDS, VERDICTS } from '../../src/heap/findings.ts';
import { StringCollector } from '../../src/heap/string-columns.ts';
import { dumpOf, put } from './memory-dumps.ts';

const HOOKS = { progress() {}, cancelled: () => false };
const verdict = (name: (typeof VERDICTS)[number]) => VERDICTS.indexOf(name);
const owner = (name: (typeof OWNER_KINDS)[number]) => OWNER_KINDS.indexOf(name);
const header = (name: (typeof HEADERS)[number]) => HEADERS.indexOf(name);

interface Slab {
  readonly base: number;
  readonly size: number;
  readonly regions: number;
}

function tableOf(slabs: readonly Slab[]): RegionTable {
  let id = 0;
  const firstRegion = slabs.map(({ regions }) => {
    id += regions;
    return id - regions;
  });
  return {
    allocator: { name: 'jemalloc', version: '5.3', quantum: 8, pageSize: 4096, prefix: 0, evidence: [], missing: [] },
    slabs: {
      count: slabs.length,
      base: Float64Array.from(slabs, slab => slab.base),
      regionSize: Float64Array.from(slabs, slab => slab.size),
      regions: Uint32Array.from(slabs, slab => slab.regions),
      firstRegion: Uint32Array.from(firstRegion),
    },
    count: id,
    allocated: new Uint32Array((id >>> 5) + 1),
    cached: new Uint32Array((id >>> 5) + 1),
    metadata: { start: new Float64Array(0), end: new Float64Array(0) },
    owned: { start: new Float64Array(0), end: new Float64Array(0) },
    bins: [],
  };
}

describe('clusters', () => {
  /** 200 leaked ~80-byte strings side by side among other things, as a dump and its findings. */
  function leakedFamily(): { findings: Findings; dump: ReturnType<typeof dumpOf> } {
    const base = 0x7f00_0000_0000;
    const bytes = new Uint8Array(0x10000);
    const slabs = [
      { base, size: 80, regions: 256 },
      { base: base + 20_480, size: 24, regions: 512 },
      { base: base + 32_768, size: 64, regions: 64 },
    ];
    const regions = tableOf(slabs);
    const regionKind = new Uint8Array(regions.count);
    const strings = new StringCollector();
    for (let place = 0; place < 240; place++) {
      const text = `order:${String(place).padStart(8, '0')}:${'x'.repeat(50 + (place % 10))}`;
      const leaked = place % 6 !== 5;
      put(bytes, place * 80, Uint8Array.from([text.length, 76, 1, ...Buffer.from(text), 0]));
      const state = leaked ? 'leaked' : place % 12 === 5 ? 'live' : 'freed';
      strings.add(base + place * 80 + 3, text.length, 76, header('sdshdr8'), place, verdict(state), owner('none'));
      regionKind[place] = REGION_KINDS.indexOf('sds');
    }
    for (let place = 0; place < 500; place++) {
      const address = base + 20_480 + place * 24 + 1;
      strings.add(address, 20, 20, header('sdshdr5'), 256 + place, verdict('live'), owner('key'));
      regionKind[256 + place] = REGION_KINDS.indexOf('sds');
    }
    for (let place = 0; place < 32; place++) {
      const address = base + 32_768 + place * 128 + 19;
      strings.add(address, 30, 30, header('sdshdr8'), 768 + place * 2, verdict('live'), owner('embedded'));
      regionKind[768 + place * 2] = REGION_KINDS.indexOf('embstr');
    }
    const findings: Findings = {
      server: undefined,
      regions,
      regionKind,
      regionVerdict: new Uint8Array(regions.count),
      strings: strings.columns(),
      complete: true,
      notes: [],
    };
    return {
      findings: { ...findings, clusters: buildClusters(findings, HOOKS) },
      dump: dumpOf([{ start: base, bytes }]),
    };
  }

  it('put the family that leaks on top, with its numbers', () => {
    const { findings, dump } = leakedFamily();
    const { total, clusters } = clusterPage(dump, findings, 0, 10);
    assert.equal(total, 3);
    const [leak, live, embstr] = clusters;
    assert.deepEqual(
      { ...leak, samples: leak.samples.length },
      {
        id: 0,
        header: 'sdshdr8',
        sizeClass: 80,
        stride: 80,
        count: 240,
        bytes: 240 * 80,
        minLength: 65,
        maxLength: 74,
        fill: 240 / 256,
        byVerdict: {
          live: { count: 20, bytes: 1600 },
          leaked: { count: 200, bytes: 16_000 },
          freed: { count: 20, bytes: 1600 },
        },
        first: 0x7f00_0000_0003,
        samples: 5,
      },
    );
    assert.match(leak.samples[0], /^order:00000000:x{50}$/);
    assert.deepEqual(
      [live.header, live.sizeClass, live.stride, live.count, live.fill],
      ['sdshdr5', 24, 24, 500, 500 / 512],
    );
    assert.deepEqual(
      [embstr.header, embstr.sizeClass, embstr.stride, embstr.count, embstr.fill],
      ['embstr', 64, 128, 32, 0.5],
    );
  });

  it('give their members by page, in address order', () => {
    const { findings, dump } = leakedFamily();
    const { total, members } = memberPage(dump, findings, 0, 238, 100);
    assert.equal(total, 240);
    assert.deepEqual(
      members.map(({ address, length, verdict: state, offset }) => [address, length, state, offset]),
      [
        [0x7f00_0000_0003 + 238 * 80, 73, 'leaked', dump.offsetOf(0x7f00_0000_0003 + 238 * 80)],
        [0x7f00_0000_0003 + 239 * 80, 74, 'freed', dump.offsetOf(0x7f00_0000_0003 + 239 * 80)],
      ],
    );
    assert.match(members[0].text, /^order:00000238:/);
    assert.deepEqual(memberPage(dump, findings, 99, 0, 10), { total: 0, members: [] });
    assert.equal(clusterPage(dump, findings, 2, 10).clusters.length, 1);
  });

  it('group by the class a size rounds up to where no allocator is known', () => {
    const strings = new StringCollector();
    // Keys of 61 to 76 characters in a run of 80-byte slots, every fourth of them missing.
    for (let slot = 0; slot < 400; slot++) {
      if (slot % 4 === 3) continue;
      const length = 61 + (slot % 16);
      strings.add(0x1000 + slot * 80 + 3, length, length, header('sdshdr8'), NO_REGION, 0, 0);
    }
    const { rows } = buildClusters(
      { strings: strings.columns(), regions: undefined, regionKind: new Uint8Array(0) },
      HOOKS,
    );
    assert.equal(rows.length, 1);
    const [row] = rows;
    assert.deepEqual([row.sizeClass, row.stride, row.count, row.minLength, row.maxLength], [0, 80, 300, 61, 75]);
    assert.equal(row.fill, 300 / 399);
    assert.deepEqual(Object.keys(row.byVerdict), ['unknown']);
  });

  it('hold every string exactly once, with sums that agree with a plain count', () => {
    const string = fc.record({
      gap: fc.constantFrom(16, 32, 80, 80, 80, 96, 4096, 100_000),
      length: fc.integer({ min: 0, max: 250 }),
      code: fc.constantFrom(0, 1, 2),
      state: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(string, { maxLength: 200 }), list => {
        const collector = new StringCollector();
        let address = 0x7000_0000;
        for (const { gap, length, code, state } of list) {
          address += gap;
          collector.add(address, length, length, code, NO_REGION, state, 0);
        }
        const strings = collector.columns();
        const { rows, members, firstMember } = buildClusters(
          { strings, regions: undefined, regionKind: new Uint8Array(0) },
          HOOKS,
        );
        assert.deepEqual(
          [...members].sort((a, b) => a - b),
          list.map((_, index) => index),
        );
        let leakedBefore = Number.POSITIVE_INFINITY;
        for (const [id, row] of rows.entries()) {
          const mine = [...members.slice(firstMember[id], firstMember[id + 1])];
          assert.equal(row.id, id);
          assert.equal(row.count, mine.length);
          assert.deepEqual(
            mine,
            [...mine].sort((a, b) => a - b),
          );
          assert.ok(mine.every(index => HEADERS[list[index].code] === row.header));
          const lengths = mine.map(index => list[index].length);
          assert.equal(row.minLength, Math.min(...lengths));
          assert.equal(row.maxLength, Math.max(...lengths));
          const bytes = (index: number) => [1, 3, 5][list[index].code] + list[index].length + 1;
          assert.equal(
            row.bytes,
            mine.reduce((sum, index) => sum + bytes(index), 0),
          );
          for (const [name, { count }] of Object.entries(row.byVerdict)) {
            assert.equal(count, mine.filter(index => VERDICTS[list[index].state] === name).length);
          }
          const distances = mine.slice(1).map((index, at) => strings.address[index] - strings.address[mine[at]]);
          const times = (distance: number) => distances.filter(one => one === distance).length;
          if (row.stride > 0) assert.ok(distances.every(one => times(one) <= times(row.stride)));
          assert.ok(row.fill > 0 && row.fill <= 1, String(row.fill));
          const leaked = mine
            .filter(index => VERDICTS[list[index].state].startsWith('leaked'))
            .reduce((sum, index) => sum + bytes(index), 0);
          assert.ok(leaked <= leakedBefore);
          leakedBefore = leaked;
        }
      }),
      { numRuns: 200 },
    );
  });
});
