import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Module, Segment } from '../../src/dump/dump.ts';
import { type AddressTurn, addressRows, fileRows, type RowPlace } from '../../src/dump/rows.ts';
import { SegmentedDump } from '../../src/dump/segmented-dump.ts';
import { memorySource } from './elf-builder.ts';

/** A segment as a test names it: `size` addresses behind a gap, of which `present` bytes are in the file. */
interface Piece {
  readonly gap: number;
  readonly size: number;
  readonly promised: number;
  readonly present: number;
  /** Bytes of the file before it that belong to no segment. */
  readonly padding: number;
}

function dumpOf(pieces: readonly Piece[], trailing = 0, modules: readonly Module[] = []): SegmentedDump {
  const segments: Segment[] = [];
  let address = 0x1000;
  let offset = 0;
  for (const [index, piece] of pieces.entries()) {
    address += piece.gap;
    offset += piece.padding;
    segments.push({
      index,
      start: address,
      end: address + piece.size,
      offset,
      present: piece.present,
      promised: piece.promised,
      readable: true,
      writable: true,
      executable: false,
      kind: 'anonymous',
      name: '',
    });
    address += piece.size;
    offset += piece.present;
  }
  return new SegmentedDump({
    source: memorySource(new Uint8Array(offset + trailing)),
    format: 'elf-core',
    machine: 'x86-64',
    segments,
    threads: [],
    modules,
    process: undefined,
    auxiliary: new Map(),
    problems: [],
    baseKnown: true,
  });
}

/** The rows of address order, byte by byte: slow, and plainly right. */
function naiveRows(dump: SegmentedDump, bytesPerRow: number): RowPlace[] {
  const rows: RowPlace[] = [];
  const gap = (address: number, length: number) => {
    if (length > 0) rows.push({ kind: 'gap', label: '', address, length });
  };
  let reached: number | undefined;
  for (const segment of dump.segments) {
    if (reached !== undefined) gap(reached, segment.start - reached);
    for (let at = 0; at < segment.present; at++) {
      const address = segment.start + at;
      const last = rows.at(-1);
      if (at === 0 || address % bytesPerRow === 0 || last?.kind !== 'bytes') {
        rows.push({ kind: 'bytes', offset: segment.offset + at, address, lead: address % bytesPerRow, length: 1 });
      } else {
        rows[rows.length - 1] = { ...last, length: last.length + 1 };
      }
    }
    gap(segment.start + segment.present, segment.promised - segment.present);
    gap(segment.start + segment.promised, segment.end - segment.start - segment.promised);
    reached = segment.end;
  }
  return rows;
}

const withoutLabel = (row: RowPlace): RowPlace => (row.kind === 'gap' ? { ...row, label: '' } : row);

const pieceArbitrary: fc.Arbitrary<Piece> = fc
  .tuple(fc.nat(40), fc.integer({ min: 1, max: 150 }), fc.nat(), fc.nat(), fc.oneof(fc.constant(0), fc.nat(30)))
  .map(([gap, size, some, less, padding]) => {
    const promised = some % 3 === 0 ? size : some % (size + 1);
    const present = less % 3 === 0 ? promised : less % (promised + 1);
    return { gap: gap % 2 === 0 ? 0 : gap, size, promised, present, padding };
  });
const dumpArbitrary = fc
  .tuple(fc.array(pieceArbitrary, { minLength: 1, maxLength: 12 }), fc.nat(30))
  .map(([pieces, trailing]) => dumpOf(pieces, trailing));
const widthArbitrary = fc.integer({ min: 1, max: 64 });

describe('rows in address order', () => {
  it('are those of a walk byte by byte', () => {
    fc.assert(
      fc.property(dumpArbitrary, widthArbitrary, (dump, width) => {
        const ordering = addressRows(dump);
        const expected = naiveRows(dump, width);
        assert.equal(ordering.totalRows(width), expected.length);
        expected.forEach((row, number) => {
          assert.deepEqual(withoutLabel(ordering.rowAt(number, width)), row);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('are found from every offset, and lead back to it', () => {
    fc.assert(
      fc.property(dumpArbitrary, widthArbitrary, (dump, width) => {
        const ordering = addressRows(dump);
        const expected = naiveRows(dump, width);
        const rowShowing = (offset: number) =>
          expected.findIndex(row => row.kind === 'bytes' && offset >= row.offset && offset < row.offset + row.length);
        const shown = [...Array(dump.source.size).keys()].filter(offset => rowShowing(offset) >= 0);
        for (let offset = 0; offset < dump.source.size; offset++) {
          const nearest = shown.find(one => one >= offset) ?? shown.at(-1);
          assert.equal(ordering.rowOf(offset, width), nearest === undefined ? 0 : rowShowing(nearest));
        }
        let last = 0;
        for (const row of expected) if (row.kind === 'bytes') last = row.offset + row.length - 1;
        for (let number = 0; number < expected.length; number++) {
          const next = expected.slice(number).find(row => row.kind === 'bytes');
          assert.equal(ordering.offsetOfRow(number, width), next === undefined ? last : next.offset);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('hold when the width changes back and forth', () => {
    const dump = dumpOf([
      { gap: 0, size: 100, promised: 100, present: 100, padding: 7 },
      { gap: 5, size: 33, promised: 33, present: 33, padding: 0 },
    ]);
    const ordering = addressRows(dump);
    const ask = (width: number) => [...Array(ordering.totalRows(width)).keys()].map(row => ordering.rowAt(row, width));
    const first = ask(16);
    ask(7);
    assert.deepEqual(ask(16), first);
  });

  it('say what is missing where', () => {
    const at = (path: string, start: number, end: number) => ({ path, start, end });
    const dump = dumpOf(
      [
        { gap: 0, size: 0x1000, promised: 0x1000, present: 0x1000, padding: 0 },
        { gap: 0x10000, size: 0x3000, promised: 0x2000, present: 0x800, padding: 0 },
      ],
      0,
      // Ahead of the first segment, over its end, two adjoining ones in the gap, over the start of the second.
      [
        at('/first', 0, 0x1800),
        at('/lib', 0x4000, 0x5000),
        at('/lib', 0x5000, 0x6000),
        at('/other', 0x6000, 0x6100),
        at('/second', 0x11000, 0x15000),
      ],
    );
    const ordering = addressRows(dump);
    const labels = [...Array(ordering.totalRows(64)).keys()]
      .map(row => ordering.rowAt(row, 64))
      .flatMap(row => (row.kind === 'gap' ? [`${row.address?.toString(16)}: ${row.label}`] : []));
    assert.deepEqual(labels, [
      '2000: gap of 8.0 KiB, not mapped or left out of the dump',
      '4000: not dumped: 8.0 KiB of /lib',
      '6000: not dumped: 256 bytes of /other',
      '6100: gap of 43.8 KiB, not mapped or left out of the dump',
      '11000: not dumped: 4.0 KiB of /second',
      '12800: cut off: the file ends here, 6.0 KiB of the memory at 0x12000 are missing',
      '14000: not dumped: 4.0 KiB of the memory at 0x12000',
    ]);
  });

  it('stay right at 100 GB and beyond 2^47', () => {
    const big = 100_000_000_000;
    const segment = (index: number, start: number, offset: number, size: number): Segment => ({
      index,
      start,
      end: start + size,
      offset,
      present: size,
      promised: size,
      readable: true,
      writable: true,
      executable: false,
      kind: 'anonymous',
      name: '',
    });
    const dump = new SegmentedDump({
      source: { size: big + 0x9000, read: () => 0, close() {} },
      format: 'elf-core',
      machine: 'x86-64',
      segments: [segment(0, 0x7f00_0000_0008, 1001, big), segment(1, 0x7fff_ffff_e000, big + 1001, 0x1000)],
      threads: [],
      modules: [],
      process: undefined,
      auxiliary: new Map(),
      problems: [],
      baseKnown: true,
    });
    const ordering = addressRows(dump);
    for (const width of [16, 24, 7]) {
      const total = ordering.totalRows(width);
      for (const offset of [1001, 0xffff_ffff, 0x1_0000_0000, big, big + 1000, big + 1001, big + 0x1000]) {
        const place = ordering.rowAt(ordering.rowOf(offset, width), width);
        assert.ok(place.kind === 'bytes' && offset >= place.offset && offset < place.offset + place.length);
        assert.equal(place.address! % width, place.lead);
        assert.equal(place.address, dump.addressOf(place.offset));
      }
      assert.ok(total > big / width && total < big / width + 2 + 0x1000 / width + 2);
    }
  });
});

describe('rows in file order', () => {
  it('hold every byte of the file once, in order', () => {
    fc.assert(
      fc.property(dumpArbitrary, widthArbitrary, (dump, width) => {
        const ordering = fileRows(dump);
        let next = 0;
        for (let row = 0; row < ordering.totalRows(width); row++) {
          const place = ordering.rowAt(row, width);
          assert.ok(place.kind === 'bytes');
          assert.equal(place.offset, next);
          assert.equal(place.address, dump.addressOf(next));
          assert.equal(ordering.offsetOfRow(row, width), next);
          for (let at = 0; at < place.length; at++) {
            assert.equal(ordering.rowOf(next + at, width), row);
            const turn: AddressTurn = place.turns?.findLast(one => one.at <= at) ?? { at: 0, address: place.address };
            const address = turn.address === undefined ? undefined : turn.address + at - turn.at;
            assert.equal(address, dump.addressOf(next + at));
          }
          next += place.length;
        }
        assert.equal(next, dump.source.size);
      }),
      { numRuns: 100 },
    );
  });

  it('keep requests beyond either end inside', () => {
    const ordering = fileRows(dumpOf([{ gap: 0, size: 100, promised: 100, present: 100, padding: 0 }]));
    assert.equal(ordering.rowOf(5000, 16), 6);
    assert.equal(ordering.rowOf(-5, 16), 0);
    assert.equal(ordering.offsetOfRow(5000, 16), 99);
  });
});

describe('address and offset', () => {
  it('lead to each other for every byte that is present, and nowhere for any other', () => {
    fc.assert(
      fc.property(dumpArbitrary, dump => {
        const present = new Map<number, number>();
        for (const segment of dump.segments) {
          for (let at = 0; at < segment.present; at++) present.set(segment.offset + at, segment.start + at);
        }
        for (let offset = 0; offset < dump.source.size; offset++) {
          assert.equal(dump.addressOf(offset), present.get(offset));
        }
        const offsets = new Map([...present].map(([offset, address]) => [address, offset]));
        const end = dump.segments.at(-1)!.end;
        for (let address = 0x0ff0; address < end + 16; address++) {
          assert.equal(dump.offsetOf(address), offsets.get(address));
          const segment = dump.segments.find(one => address >= one.start && address < one.end);
          assert.equal(dump.segmentAt(address), segment);
        }
      }),
      { numRuns: 100 },
    );
  });
});
