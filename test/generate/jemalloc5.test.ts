import assert from 'node:assert/strict';
import type { CoreFile } from './core-file.ts';
import { type Sample, withSample } from './dumps.ts';

interface Version {
  readonly server: string;
  /** First bits in e_bits (extent_structs.h, edata.h), and widths that differ. */
  readonly state: number;
  readonly stateMask: bigint;
  readonly szind: number;
  readonly nfree: number;
  readonly alignment: number;
}

const VERSIONS: readonly Version[] = [
  { server: 'redis-5.0.14', state: 16, stateMask: 3n, szind: 18, nfree: 26, alignment: 64 },
  { server: 'redis-7.0.15', state: 16, stateMask: 3n, szind: 18, nfree: 26, alignment: 64 },
  { server: 'redis-7.0.15-debian', state: 17, stateMask: 7n, szind: 20, nfree: 28, alignment: 128 },
  { server: 'redis-7.4.1', state: 17, stateMask: 7n, szind: 20, nfree: 28, alignment: 128 },
];

/** Small classes, by the rule of src/sc.c: quantum multiples, then four a doubling, to 14 KiB. */
function smallClasses(quantum: number): number[] {
  const classes = quantum === 16 ? [8, 16, 32, 48, 64] : [8, 16, 24, 32];
  for (let base = classes.at(-1)!; base < 14336; base *= 2) {
    for (let i = 1; i <= 4; i++) classes.push(base + (base / 4) * i);
  }
  return classes.filter(size => size <= 14336);
}

interface Slab {
  readonly struct: number;
  readonly base: number;
  readonly bytes: number;
  readonly size: number;
  readonly live: number;
}

/** Finds the active slabs by their structs alone, in all writable memory; checks bitmap against nfree. */
function findSlabs({ core, truth }: Sample, version: Version): Slab[] {
  const classes = smallClasses(truth.allocator!.quantum);
  const slabs: Slab[] = [];
  for (const { start, bytes } of core.writable()) {
    const first = Math.ceil(start / version.alignment) * version.alignment - start;
    for (let at = first; at + 128 <= bytes.length; at += version.alignment) {
      const bits = bytes.readBigUInt64LE(at);
      const base = Number(bytes.readBigUInt64LE(at + 8));
      const size = Number(bytes.readBigUInt64LE(at + 16) & ~0xfffn);
      const field = (place: number, mask: bigint) => Number((bits >> BigInt(place)) & mask);
      const region = classes[field(version.szind, 0xffn)];
      if (
        (bits & 0xfffn) > 8n ||
        field(12, 1n) === 0 ||
        field(13, 1n) === 0 ||
        field(version.state, version.stateMask) !== 0
      )
        continue;
      if (!region || size === 0 || size % region !== 0 || size / region > 512 || base % 4096 !== 0 || !core.holds(base))
        continue;
      const regions = size / region;
      let free = 0;
      for (let i = 0; i < regions; i++) free += (bytes[at + 64 + (i >> 3)] >> (i & 7)) & 1;
      if (free !== field(version.nfree, 1023n)) continue;
      slabs.push({ struct: start + at, base, bytes: size, size: region, live: regions - free });
    }
  }
  return slabs.sort((a, b) => a.base - b.base);
}

/** All words of writable memory that could be rtree leaves: a size index above 48 bits of address. */
function leafWords(core: CoreFile): Set<bigint> {
  const words = new Set<bigint>();
  for (const { bytes } of core.writable()) {
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const word = bytes.readBigUInt64LE(at);
      if (word >> 32n !== 0n && (word & 1n) === 1n) words.add(word);
    }
  }
  return words;
}

describe('generated heaps of jemalloc 5', () => {
  for (const version of VERSIONS) {
    it(`${version.server}: slabs found by their structs alone count as the truth does and do not overlap`, () => {
      withSample({ scenario: 'healthy', server: version.server, strings: 800 }, sample => {
        const slabs = findSlabs(sample, version);
        for (let i = 1; i < slabs.length; i++) assert.ok(slabs[i - 1].base + slabs[i - 1].bytes <= slabs[i].base);
        const bins = new Map<number, [number, number]>();
        for (const { size, live } of slabs) {
          const [count, sum] = bins.get(size) ?? [0, 0];
          bins.set(size, [count + 1, sum + live]);
        }
        assert.deepEqual(
          [...bins].sort(([a], [b]) => a - b).map(([size, [count, live]]) => [size, count, live]),
          sample.truth.allocator!.bins.map(({ size, slabs, live }) => [size, slabs, live]),
        );
        const classes = smallClasses(sample.truth.allocator!.quantum);
        const words = leafWords(sample.core);
        for (const slab of slabs) {
          const leaf = (BigInt(classes.indexOf(slab.size)) << 48n) | BigInt(slab.struct) | 1n;
          assert.ok(
            [0n, 2n].some(head => words.has(leaf | head)),
            'the rtree has the slab',
          );
        }
      });
    });
  }

  it('5.3: the stacks are one large allocation between its two words of junk', () => {
    withSample({ scenario: 'churned', server: 'redis-7.0.15-debian', strings: 800 }, ({ core, truth }) => {
      const stacks = truth.allocator!.large.filter(item => item.metadata).map(item => Number(item.address));
      assert.equal(stacks.length, 2);
      for (const stack of stacks) {
        assert.equal(stack % 4096, 0);
        assert.equal(core.bytes(stack, 8).toString('hex'), '7a'.repeat(8));
      }
      const cached = truth.allocator!.bins.reduce((sum, bin) => sum + bin.cached, 0);
      assert.ok(cached > 0);
    });
  });
});
