import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Dump, DumpError } from '../../src/dump/dump.ts';
import { openDump } from '../../src/dump/open.ts';
import { addressRows, fileRows } from '../../src/dump/rows.ts';
import { within } from './cpu-time.ts';
import { auxv, elfStart, memorySource, NOTE, ntFile, pattern, prpsinfo, prstatus } from './elf-builder.ts';

/** A small core in which every kind of header and note occurs. */
function wholeCore(): Buffer {
  const notes = Buffer.concat([
    prpsinfo(321, 'redis-server', 'redis-server *:6379'),
    prstatus(321, new Array(27).fill(0x30010n)),
    auxv([[9, 0x10000]]),
    ntFile([
      { start: 0x10000, end: 0x10800, path: '/usr/bin/redis-server' },
      { start: 0x11000, end: 0x12000, path: '/usr/bin/redis-server' },
    ]),
  ]);
  const start = elfStart([
    { type: NOTE, offset: 400, fileSize: notes.length },
    { offset: 2000, address: 0x10000, fileSize: 0x800 },
    { offset: 2000 + 0x800, address: 0x20000, fileSize: 0x700, memorySize: 0x1000 },
    { offset: 2000 + 0xf00, address: 0x30000, fileSize: 0x800 },
  ]);
  const bytes = pattern(2000 + 0x1700);
  start.copy(bytes);
  notes.copy(bytes, 400);
  return bytes;
}

/** Looks at a dump from every side; whatever its headers say, the answers must fit together. */
function walk(dump: Dump): void {
  let reached = -1;
  for (const segment of dump.segments) {
    assert.ok(segment.start >= reached && segment.end > segment.start && Number.isSafeInteger(segment.end));
    assert.ok(segment.present <= segment.promised && segment.promised <= segment.end - segment.start);
    assert.ok(segment.present === 0 || segment.offset + segment.present <= dump.source.size);
    reached = segment.end;
    dump.bytes(segment.start, 16);
    dump.bytes(segment.end - 8, 16);
  }
  for (const ordering of [fileRows(dump), addressRows(dump)]) {
    for (const width of [16, 7]) {
      const total = ordering.totalRows(width);
      assert.ok(Number.isSafeInteger(total));
      for (const row of [0, Math.floor(total / 2), total - 1]) {
        if (row < 0 || row >= total) continue;
        const place = ordering.rowAt(row, width);
        assert.ok(place.length > 0);
        if (place.kind === 'bytes') assert.ok(place.lead + place.length <= width);
      }
      for (const offset of [0, Math.floor(dump.source.size / 2), dump.source.size - 1]) {
        const row = ordering.rowOf(offset, width);
        assert.ok(row >= 0 && row <= Math.max(0, total - 1));
      }
    }
  }
}

describe('cores with damaged headers', () => {
  const whole = wholeCore();
  const interesting = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
  const change = fc.record({
    at: fc.oneof(fc.nat(63), fc.integer({ min: 64, max: 287 }), fc.integer({ min: 400, max: 1400 })),
    bytes: fc.array(fc.oneof(interesting, fc.nat(255)), { minLength: 1, maxLength: 8 }),
  });

  it('open or are refused with a sentence, and quickly', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.option(fc.nat(whole.length)), (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const { at, bytes: written } of changes) bytes.set(written, at);
        try {
          within(1000, () => walk(openDump(memorySource(cut === null ? bytes : bytes.subarray(0, cut)))));
        } catch (error) {
          if (!(error instanceof DumpError)) throw error;
          assert.match(error.message, /^\S.{20,}[.]$/s);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('open when every program header is random', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), { minLength: 24, maxLength: 24 }),
        words => {
          const bytes = Buffer.from(whole);
          for (let program = 0; program < 4; program++) {
            for (const [field, at] of [8, 16, 32, 40].entries()) {
              // Small numbers are the ones that collide with each other, so let half of them be small.
              const word = words[program * 4 + field];
              bytes.writeBigUInt64LE(word % 2n === 0n ? word % 0x4000n : word, 64 + program * 56 + at);
            }
          }
          walk(openDump(memorySource(bytes)));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
