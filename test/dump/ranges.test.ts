import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Dump } from '../../src/dump/dump.ts';
import type { DumpFiles } from '../../src/dump/dump-files.ts';
import { openDumpFiles } from '../../src/dump/open-files.ts';
import { placeInName } from '../../src/dump/range-place.ts';
import { temporaryFolder } from './temporary-files.ts';

const PAGE = 4096;

/** Two modules' worth of mappings, as Linux prints them; the server's data lies before its .bss. */
const MAPS = `
5500000000-5500001000 r--p 00000000 fe:01 1234                           /usr/bin/redis-server
5500001000-5500003000 rw-p 00001000 fe:01 1234                           /usr/bin/redis-server
5500003000-5500004000 rw-p 00000000 00:00 0 
5500010000-5500014000 rw-p 00000000 00:00 0                              [heap]
7f0000000000-7f0000010000 rw-p 00000000 00:00 0 
7f0000020000-7f0000021000 r-xp 00000000 fe:01 99                         /usr/lib/a file (deleted)
7ffe00000000-7ffe00002000 rw-p 00000000 00:00 0                          [stack]
7ffe00010000-7ffe00012000 r--p 00000000 00:00 0                          [vvar]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;

describe('raw ranges opened together', () => {
  const place = temporaryFolder();

  /** A file of `size` bytes that are all `fill`. */
  function range(name: string, size: number, fill: number): string {
    const path = place(name);
    writeFileSync(path, new Uint8Array(size).fill(fill));
    return path;
  }

  function maps(text = MAPS): string {
    const path = place('maps');
    writeFileSync(path, text);
    return path;
  }

  function opened<Result>(path: string, files: DumpFiles, use: (dump: Dump) => Result): Result {
    const { source, dump } = openDumpFiles(path, files);
    try {
      return use(dump);
    } finally {
      source.close();
    }
  }

  const shape = (dump: Dump) =>
    dump.segments
      .filter(({ present }) => present > 0)
      .map(({ start, present, offset, kind, name }) => [start.toString(16), present, offset, kind, name]);

  it('count their offsets one after the other and their addresses by their bases', () => {
    const a = range('a', 3 * PAGE, 0xaa);
    const b = range('b', 2 * PAGE, 0xbb);
    opened(a, { base: 0x7f00_0000_0000, ranges: [{ path: b, base: 0x5500_0000_0000 }] }, dump => {
      assert.equal(dump.source.size, 5 * PAGE);
      assert.equal(dump.addressOf(3 * PAGE), 0x5500_0000_0000);
      assert.equal(dump.addressOf(3 * PAGE - 1), 0x7f00_0000_0000 + 3 * PAGE - 1);
      assert.equal(dump.offsetOf(0x5500_0000_0001), 3 * PAGE + 1);
      assert.deepEqual([...dump.bytes(0x7f00_0000_0000, 2)!], [0xaa, 0xaa]);
      assert.deepEqual([...dump.bytes(0x5500_0000_0000, 2)!], [0xbb, 0xbb]);
      const across = new Uint8Array(4);
      assert.equal(dump.source.read(3 * PAGE - 2, across), 4);
      assert.deepEqual([...across], [0xaa, 0xaa, 0xbb, 0xbb]);
      assert.equal(dump.source.read(5 * PAGE - 1, across), 1);
      assert.equal(dump.source.read(5 * PAGE, across), 0);
      assert.deepEqual(dump.problems, []);
      assert.equal(dump.mapsKnown, false);
    });
  });

  it('take names, kinds, permissions and bases from the maps, which also tell what is missing', () => {
    const heap = range('heap', 4 * PAGE, 1);
    const stack = range('7ffe00000000-7ffe00002000.bin', 2 * PAGE, 2);
    const data = range('data', 2 * PAGE, 3);
    const bss = range('bss', PAGE, 4);
    const all = [{ path: stack }, { path: data, base: 0x55_0000_1000 }, { path: bss, base: 0x55_0000_3000 }];
    opened(heap, { ranges: all, maps: maps() }, dump => {
      assert.deepEqual(shape(dump), [
        ['5500001000', 2 * PAGE, 6 * PAGE, 'file', '/usr/bin/redis-server'],
        ['5500003000', PAGE, 8 * PAGE, 'file', '/usr/bin/redis-server'],
        ['5500010000', 4 * PAGE, 0, 'heap', '[heap]'],
        ['7ffe00000000', 2 * PAGE, 4 * PAGE, 'stack', '[stack]'],
      ]);
      assert.deepEqual(
        dump.ranges?.map(({ from }) => from),
        ['maps', 'name', 'user', 'user'],
      );
      const absent = dump.segments.filter(({ present, writable }) => writable && present === 0);
      assert.deepEqual(
        absent.map(({ start, end }) => [start, end]),
        [[0x7f00_0000_0000, 0x7f00_0001_0000]],
      );
      assert.deepEqual(
        dump.modules.map(({ path }) => path),
        ['/usr/bin/redis-server', '/usr/bin/redis-server', '/usr/lib/a file'],
      );
      assert.equal(dump.mapsKnown, true);
      assert.deepEqual(dump.problems, []);
      assert.equal(dump.segments.find(({ start }) => start === 0x7ffe_0001_0000)?.kind, 'vdso');
    });
  });

  it('are cut where mappings begin and end, with their missing parts absent', () => {
    // From the middle of the data through .bss, behind which nothing is mapped.
    const middle = range('middle', 3 * PAGE, 7);
    opened(middle, { base: 0x55_0000_2000, maps: maps() }, dump => {
      assert.deepEqual(
        dump.segments.filter(({ end }) => end <= 0x55_0001_0000).map(one => [one.start, one.end, one.present]),
        [
          [0x55_0000_0000, 0x55_0000_1000, 0],
          [0x55_0000_1000, 0x55_0000_2000, 0],
          [0x55_0000_2000, 0x55_0000_3000, PAGE],
          [0x55_0000_3000, 0x55_0000_4000, PAGE],
          [0x55_0000_4000, 0x55_0000_5000, PAGE],
        ],
      );
      assert.match(dump.problems[0].message, /^4\.0 KiB of the ranges lie where the maps file lists nothing/);
      assert.equal(dump.problems[0].what, 'damaged');
      assert.equal(
        dump.bytes(0x55_0000_2000, 3 * PAGE)?.every(byte => byte === 7),
        true,
      );
    });
  });

  it('say which base is missing or ambiguous, and keep those bytes without addresses', () => {
    const heap = range('heap', 4 * PAGE, 1);
    const two = range('two pages', 2 * PAGE, 2);
    const odd = range('odd', 12345, 3);
    opened(heap, { ranges: [{ path: two }, { path: odd }], maps: maps() }, dump => {
      assert.equal(dump.addressOf(0), 0x55_0001_0000);
      assert.equal(dump.addressOf(4 * PAGE), undefined);
      const [ambiguous, none] = dump.problems.map(({ message }) => message);
      assert.match(
        ambiguous,
        /^The base address of two pages is not known: 3 mappings of the maps file are just 8\.0 KiB/,
      );
      assert.match(none, /^The base address of odd is not known: no mapping of the maps file is 12\.1 KiB long/);
    });
    opened(heap, { ranges: [{ path: two }] }, dump => {
      assert.equal(dump.baseKnown, false);
      assert.equal(dump.addressOf(5 * PAGE), 5 * PAGE);
      assert.equal(dump.problems.length, 2);
    });
  });

  it('do not give one mapping to two files', () => {
    const one = range('one', 4 * PAGE, 1);
    const other = range('other', 4 * PAGE, 2);
    opened(one, { ranges: [{ path: other }], maps: maps() }, dump => {
      assert.equal(dump.baseKnown, false);
      assert.match(dump.problems[0].message, /2 files are just 16\.0 KiB long, but only one mapping is/);
    });
    opened(one, { ranges: [{ path: other, base: 0x7f00_0000_0000 }], maps: maps() }, dump => {
      assert.equal(dump.addressOf(0), 0x55_0001_0000);
    });
  });

  it('tell overlaps and files shorter than their names say as what forbids a verdict', () => {
    const a = range('7f0000000000-7f0000004000.bin', 2 * PAGE, 1);
    const b = range('b', 2 * PAGE, 2);
    opened(a, { ranges: [{ path: b, base: 0x7f00_0000_3000 }] }, dump => {
      assert.deepEqual(
        dump.problems.map(({ what }) => what),
        ['truncated', 'damaged'],
      );
      assert.deepEqual(
        dump.segments.map(one => [one.start, one.end, one.present, one.offset]),
        [
          [0x7f00_0000_0000, 0x7f00_0000_4000, 2 * PAGE, 0],
          [0x7f00_0000_4000, 0x7f00_0000_5000, PAGE, 3 * PAGE],
        ],
      );
    });
  });

  it('refuse cores among them, files named twice, empty files and maps that list nothing', () => {
    const a = range('a', PAGE, 1);
    const core = place('x.core');
    const head = new Uint8Array(8192);
    head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    const view = new DataView(head.buffer);
    view.setUint16(16, 4, true);
    view.setUint16(18, 62, true);
    view.setUint32(20, 1, true);
    view.setBigUint64(32, 64n, true);
    view.setUint16(54, 56, true);
    view.setUint16(56, 1, true);
    // One PT_LOAD of a page.
    view.setUint32(64, 1, true);
    view.setUint32(68, 6, true);
    view.setBigUint64(72, 4096n, true);
    view.setBigUint64(80, 0x1000n, true);
    view.setBigUint64(96, 4096n, true);
    view.setBigUint64(104, 4096n, true);
    writeFileSync(core, head);
    assert.equal(openDumpFiles(core).dump.format, 'elf-core');
    assert.throws(() => openDumpFiles(a, { ranges: [{ path: core }] }), /x\.core is a core: .*open it alone/);
    assert.throws(() => openDumpFiles(core, { maps: maps() }), /is a core/);
    assert.throws(() => openDumpFiles(a, { ranges: [{ path: a }] }), /is named twice/);
    assert.throws(() => openDumpFiles(a, { ranges: [{ path: range('none', 0, 0) }] }), /none: The file is empty/);
    assert.throws(() => openDumpFiles(a, { maps: maps('hello\n') }), /lists no mapping/);
    assert.throws(() => openDumpFiles(a, { maps: place('absent') }), /absent does not exist/);
    opened(a, { base: 0x55_0000_3000, maps: maps(`${MAPS}\n7f9 nonsense\n`) }, dump => {
      assert.match(dump.problems[0].message, /^1 line of .*maps cannot be read/);
    });
  });

  it('find a base in a name only where it can be one', () => {
    const cases: [string, number, number | undefined][] = [
      ['7f12a000-7f13b000.bin', 0x11000, 0x7f12_a000],
      ['redis-0x7f12a000-0x7f13b000.dump', 0x11000, 0x7f12_a000],
      ['0x7f12a008.bin', 100, 0x7f12_a008],
      ['7f12a000-7f13b000.bin', 0x12000, undefined],
      ['dump-20261122-143000.bin', PAGE, undefined],
      ['20260101-20270101.bin', PAGE, undefined],
      ['deadbeef.bin', PAGE, undefined],
      ['core.123456', PAGE, undefined],
    ];
    for (const [name, size, base] of cases) assert.equal(placeInName(`/tmp/${name}`, size)?.base, base, basename(name));
  });
});
