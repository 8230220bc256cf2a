import assert from 'node:assert/strict';
import { type Findings, HEADERS, REGION_KINDS, VERDICTS } from '../../src/heap/findings.ts';
import { overlaysIn } from '../../src/heap/overlays.ts';
import { serverFromOption } from '../../src/heap/server-identity.ts';
import { StringCollector } from '../../src/heap/string-columns.ts';
import { dumpOf, FILE_LEAD, put } from './memory-dumps.ts';

const BASE = 0x7f38_1503_6000;

const SERVER = serverFromOption('redis 7.0.15');

/** What lies where: field and its range, counted from the first byte of the memory. */
function shown(overlays: ReturnType<typeof overlaysIn>) {
  return overlays.map(({ field, start, end }) => [field, start - FILE_LEAD, end - FILE_LEAD]);
}

/** Memory with an EMBSTR of Redis 3.2.8 at 0x78 and a key of 79 characters of Redis 7.0.15 at 0x100. */
function memory(): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  put(bytes, 0x78, "80 1a 84 02 01 00 00 00 8b 60 03 15 38 7f 00 00 0d 0d 01 '$7' 0d 0a 'message' 0d 0a 00");
  put(bytes, 0x100, `4f 5c 01 '${'k79:'.padEnd(79, 'x')}' 00`);
  return bytes;
}

const EMBSTR = [
  ['robj.type', 0x78, 0x7c],
  ['robj.refcount', 0x7c, 0x80],
  ['robj.ptr', 0x80, 0x88],
  ['sds.len', 0x88, 0x89],
  ['sds.alloc', 0x89, 0x8a],
  ['sds.flags', 0x8a, 0x8b],
  ['sds.payload', 0x8b, 0x98],
  ['sds.nul', 0x98, 0x99],
];
const KEY = [
  ['sds.len', 0x100, 0x101],
  ['sds.alloc', 0x101, 0x102],
  ['sds.flags', 0x102, 0x103],
  ['sds.payload', 0x103, 0x152],
  ['sds.nul', 0x152, 0x153],
  ['sds.slack', 0x153, 0x160],
];

describe('overlays by the bytes alone', () => {
  it('show every field of strings and their objects', () => {
    const dump = dumpOf([{ start: BASE, bytes: memory() }]);
    const overlays = overlaysIn(dump, FILE_LEAD, FILE_LEAD + 0x1000);
    assert.deepEqual(shown(overlays), [...EMBSTR, ...KEY]);
    const label = (field: string) => overlays.findLast(overlay => overlay.field === field)?.label;
    assert.equal(label('sds.flags'), 'flags 0x01: type 1 = sdshdr8, upper bits 0');
    assert.equal(label('sds.alloc'), 'alloc 92: room for 13 more');
    assert.match(label('robj.type') ?? '', /^type 0 = string, encoding 8 = embstr/);
  });

  it('show what only reaches into the window, and nothing else', () => {
    const dump = dumpOf([{ start: BASE, bytes: memory() }]);
    assert.deepEqual(shown(overlaysIn(dump, FILE_LEAD + 0x120, FILE_LEAD + 0x130)), [['sds.payload', 0x103, 0x152]]);
    assert.deepEqual(overlaysIn(dump, FILE_LEAD + 0x200, FILE_LEAD + 0x300), []);
    assert.deepEqual(overlaysIn(dump, 0, FILE_LEAD), [], 'the headers of the file are no memory');
  });

  it('know a long text whose header is megabytes above', () => {
    const length = 5_000_000;
    const bytes = new Uint8Array(length + 64).fill(0x61);
    const size = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
    bytes.set([...size(length), ...size(length), 3], 0);
    bytes.fill(0, 9 + length);
    const dump = dumpOf([{ start: BASE, bytes }]);
    const middle = FILE_LEAD + 4_000_000;
    assert.deepEqual(shown(overlaysIn(dump, middle, middle + 4096)), [['sds.payload', 9, 9 + length]]);
  });

  it('end where the bytes of a segment do', () => {
    const bytes = memory().subarray(0, 0x130);
    // The next segment lies right behind it in the file and far away in memory.
    const dump = dumpOf([
      { start: BASE, bytes },
      { start: BASE + 0x10_0000, bytes: new Uint8Array(0x100) },
    ]);
    assert.deepEqual(
      shown(overlaysIn(dump, FILE_LEAD + 0x100, FILE_LEAD + 0x200)),
      [],
      'a string whose NUL is not in the dump is not shown',
    );
  });
});

describe('overlays by findings', () => {
  function findings(): Findings {
    const strings = new StringCollector();
    const code = HEADERS.indexOf('sdshdr8');
    const verdict = VERDICTS.indexOf('leaked');
    strings.add(BASE + 0x103, 79, 92, code, 2, verdict, 0);
    return {
      server: SERVER,
      regions: {
        allocator: {
          name: 'jemalloc',
          version: '5.2',
          quantum: 8,
          pageSize: 4096,
          prefix: 0,
          evidence: [],
          missing: [],
        },
        slabs: {
          count: 1,
          base: Float64Array.of(BASE + 0x40),
          regionSize: Float64Array.of(96),
          regions: Uint32Array.of(4),
          firstRegion: Uint32Array.of(0),
        },
        count: 4,
        allocated: Uint32Array.of(0b1111),
        cached: Uint32Array.of(0),
        metadata: { start: new Float64Array(0), end: new Float64Array(0) },
        owned: { start: new Float64Array(0), end: new Float64Array(0) },
        bins: [],
      },
      regionKind: Uint8Array.of(0, REGION_KINDS.indexOf('dictEntry'), REGION_KINDS.indexOf('sds'), 0),
      regionVerdict: Uint8Array.of(5, 1, verdict, 5),
      strings: strings.columns(),
      complete: true,
      notes: [],
    };
  }

  it('show regions around what they hold, slack to their end, and verdicts', () => {
    const dump = dumpOf([{ start: BASE, bytes: memory() }]);
    const overlays = overlaysIn(dump, FILE_LEAD + 0x100, FILE_LEAD + 0x160, findings());
    assert.deepEqual(shown(overlays), [['slab', 0x40, 0x1c0], ['region', 0x100, 0x160], ...KEY]);
    assert.equal(overlays[0].label, 'slab of 4 regions of 96 bytes each');
    assert.equal(overlays[1].label, 'region of 96 bytes: sds, leaked');
    assert.ok(overlays.slice(1).every(({ verdict }) => verdict === 'leaked'));
  });

  it('show the words of an entry, and nothing inside free regions', () => {
    const dump = dumpOf([{ start: BASE, bytes: memory() }]);
    assert.deepEqual(shown(overlaysIn(dump, FILE_LEAD + 0x40, FILE_LEAD + 0xb0, findings())), [
      ['slab', 0x40, 0x1c0],
      ['region', 0x40, 0xa0],
      ['region', 0xa0, 0x100],
      ['dictEntry.key', 0xa0, 0xa8],
      ['dictEntry.value', 0xa8, 0xb0],
    ]);
  });
});
