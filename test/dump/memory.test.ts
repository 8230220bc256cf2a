import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CachedDump } from '../../src/dump/cached-dump.ts';
import { CachedMemory } from '../../src/dump/cached-memory.ts';
import type { ByteSource, Segment } from '../../src/dump/dump.ts';
import { LONGEST_VIEW, SegmentedDump } from '../../src/dump/segmented-dump.ts';
import { memorySource, pattern } from './elf-builder.ts';

const SIZE = 400_000;
const bytes = pattern(SIZE, 42);

/** Adjoining and separate segments, in the file in another order than in memory, some cut short. */
const TABLE = [
  { start: 0x10000, size: 70_001, present: 70_001, offset: 200_003 },
  { start: 0x10000 + 70_001, size: 65_536, present: 65_536, offset: 1001 },
  { start: 0x10000 + 135_537, size: 5000, present: 4000, offset: 300_000 },
  { start: 0x10000 + 140_537, size: 5000, present: 5000, offset: 310_000 },
  { start: 0x90000, size: 80_000, present: 80_000, offset: 320_000 },
];

function dumpOver(source: ByteSource, segments: readonly Segment[] = tableSegments()): SegmentedDump {
  return new SegmentedDump({
    source,
    format: 'elf-core',
    machine: 'x86-64',
    segments,
    threads: [],
    modules: [],
    process: undefined,
    auxiliary: new Map(),
    problems: [],
    baseKnown: true,
  });
}

function tableSegments(): Segment[] {
  return TABLE.map(
    ({ start, size, present, offset }, index): Segment => ({
      index,
      start,
      end: start + size,
      offset,
      present,
      promised: present,
      readable: true,
      writable: true,
      executable: false,
      kind: 'anonymous',
      name: '',
    }),
  );
}

/** What is in memory there, one address after the other; undefined where any byte is absent. */
function expectedBytes(address: number, length: number): Buffer | undefined {
  const found = Buffer.alloc(length);
  for (let at = 0; at < length; at++) {
    const segment = TABLE.find(one => address + at >= one.start && address + at < one.start + one.present);
    if (segment === undefined) return undefined;
    found[at] = bytes[segment.offset + (address + at - segment.start)];
  }
  return found;
}

const addresses = fc.oneof(
  fc.integer({ min: 0x0ff00, max: 0xa4000 }),
  ...TABLE.map(({ start, present }) => fc.integer({ min: start + present - 70, max: start + present + 70 })),
);
const lengths = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 5000 }));

describe('memory by address', () => {
  const dump = dumpOver(memorySource(bytes));

  it('gives exactly the bytes that are there, across adjoining segments, or nothing', () => {
    fc.assert(
      fc.property(addresses, lengths, (address, length) => {
        const got = dump.bytes(address, length);
        assert.deepEqual(got && Buffer.from(got), expectedBytes(address, length));
      }),
      { numRuns: 500 },
    );
  });

  it('copies what one segment holds from an address on', () => {
    const into = new Uint8Array(5000);
    assert.equal(dump.readInto(0x10000 + 135_537 + 3000, into), 1000);
    assert.deepEqual(Buffer.from(into.subarray(0, 1000)), bytes.subarray(303_000, 304_000));
    assert.equal(dump.readInto(0x10000 + 135_537 + 4000, into), 0);
    assert.equal(dump.readInto(0x8ffff, into), 0);
  });

  it('takes no memory for a length that is not there', () => {
    assert.equal(dump.bytes(0x90000, 2 ** 52), undefined);
    assert.equal(dump.bytes(0x90000, Number.POSITIVE_INFINITY), undefined);
    assert.equal(dump.bytes(0x90000, -1), undefined);
    const [first] = dump.segments;
    const long = { ...first, offset: 0, end: first.start + 2 ** 40, present: 2 ** 40, promised: 2 ** 40 };
    const source: ByteSource = { size: 2 ** 40, read: (_offset, into) => into.length, close() {} };
    const vast = dumpOver(source, [long]);
    assert.throws(() => vast.bytes(first.start, LONGEST_VIEW + 1), RangeError);
    assert.equal(vast.bytes(first.start, 2 ** 40 + 1), undefined);
  });

  it('gives nothing, not zeros, when the file has become shorter', () => {
    const cut = dumpOver({ ...memorySource(bytes.subarray(0, 350_000)), size: SIZE });
    assert.equal(cut.bytes(0x90000 + 29_990, 20), undefined);
    assert.equal(new CachedMemory(cut).bytes(0x90000 + 29_990, 20), undefined);
    assert.equal(new CachedMemory(cut).bytes(0x90000 + 70_000, 20), undefined);
    assert.deepEqual(Buffer.from(cut.bytes(0x90000 + 29_990, 10)!), bytes.subarray(349_990, 350_000));
  });
});

describe('cached memory', () => {
  it('gives what the dump gives, with one page as with many', () => {
    for (const pages of [1, 2, 64]) {
      const dump = dumpOver(memorySource(bytes));
      const cached = pages === 2 ? new CachedDump(dump, pages) : new CachedMemory(dump, pages);
      fc.assert(
        fc.property(addresses, lengths, (address, length) => {
          const got = cached.bytes(address, length);
          assert.deepEqual(got && Buffer.from(got), expectedBytes(address, length));
        }),
        { numRuns: 300 },
      );
    }
  });

  it('reads a page once, keeps the ones used last, and forgets when told', () => {
    let reads = 0;
    const source = memorySource(bytes);
    const counting: ByteSource = {
      ...source,
      read(offset, into) {
        reads++;
        return source.read(offset, into);
      },
    };
    const cached = new CachedMemory(dumpOver(counting), 2);
    const offsetPage = (page: number) => cached.bytes(0x90000 + page * 65_536 - (320_000 % 65_536) + 100, 8);
    offsetPage(1);
    offsetPage(1);
    assert.equal(reads, 1);
    cached.bytes(0x10000, 8);
    offsetPage(1);
    assert.equal(reads, 2);
    // A third page takes the place of the one that was not used last.
    cached.bytes(0x10000 + 70_001, 8);
    offsetPage(1);
    assert.equal(reads, 3);
    cached.bytes(0x10000, 8);
    assert.equal(reads, 4);
    cached.forget();
    offsetPage(1);
    assert.equal(reads, 5);
  });
});
