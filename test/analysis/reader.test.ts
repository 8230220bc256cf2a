import assert from 'node:assert/strict';
import { closeSync, openSync, readSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import type { RowOrder, RowWindow } from '../../src/analysis/api.ts';
import { DumpReader } from '../../src/analysis/reader.ts';
import { DumpError } from '../../src/dump/dump.ts';
import { within } from '../dump/cpu-time.ts';
import { elfStart, pattern } from '../dump/elf-builder.ts';
import { temporaryFolder, writeSparse } from '../dump/temporary-files.ts';

const PAGE = 4096;
const WIDTHS = [1, 7, 8, 16, 24, 33, 64];

/** Bytes of the file, read without the code under test. */
function fileBytes(path: string, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  const file = openSync(path, 'r');
  const count = readSync(file, bytes, 0, bytes.length, start);
  closeSync(file);
  return bytes.subarray(0, count);
}

describe('the reader', () => {
  const path = temporaryFolder();
  const reader = new DumpReader();
  after(() => reader.close());

  /** Every byte that a window shows, checked against the file: offset -> shown once. */
  function checkWindow(name: string, window: RowWindow): Set<number> {
    const shown = new Set<number>();
    let at = 0;
    for (const row of window.rows) {
      if (row.kind === 'gap') continue;
      const bytes = Buffer.from(window.bytes, at, row.length);
      assert.deepEqual(bytes, fileBytes(path(name), row.offset, row.offset + row.length));
      for (let byte = 0; byte < row.length; byte++) shown.add(row.offset + byte);
      at += row.length;
    }
    assert.equal(window.bytes.byteLength, at);
    return shown;
  }

  const windowAt = (order: RowOrder, offset: number, bytesPerRow: number, rowCount = 40) =>
    reader.window({ order, firstRow: reader.rowOf(order, offset, bytesPerRow), rowCount, bytesPerRow });

  it('shows every byte around every page boundary right, in rows of any width', () => {
    const bytes = pattern(5 * PAGE + 123);
    writeFileSync(path('raw.rdump'), bytes);
    reader.open(path('raw.rdump'), {});
    const boundaries = [0, 1, 2, 3, 4, 5].map(page => page * PAGE).concat(bytes.length);
    for (const bytesPerRow of WIDTHS) {
      for (const boundary of boundaries) {
        const first = Math.max(0, boundary - 16);
        const end = Math.min(boundary + 16, bytes.length);
        const shown = checkWindow('raw.rdump', windowAt('file', first, bytesPerRow));
        for (let offset = first; offset < end; offset++)
          assert.ok(shown.has(offset), `${offset} at width ${bytesPerRow}`);
      }
    }
  });

  it('shows a core right at every edge of its segments, in both orders', () => {
    const bytes = pattern(40_000, 9);
    const segments = [
      { offset: 1001, address: 0x7f00_0000_0000, fileSize: PAGE, memorySize: 2 * PAGE },
      { offset: 1001 + PAGE, address: 0x7f00_0000_2000, fileSize: 3 * PAGE },
      { offset: 20_000, address: 0x5555_0000_0ff8, fileSize: 5000 },
    ];
    elfStart(segments).copy(bytes);
    writeFileSync(path('edges.core'), bytes);
    const summary = reader.open(path('edges.core'), {});
    assert.equal(summary.format, 'elf-core');
    assert.equal(summary.segments.length, 3);
    for (const bytesPerRow of WIDTHS) {
      for (const segment of segments) {
        for (const edge of [segment.offset, segment.offset + PAGE, segment.offset + segment.fileSize]) {
          const first = Math.max(segment.offset, edge - 16);
          for (const order of ['file', 'address'] as const) {
            const shown = checkWindow('edges.core', windowAt(order, first, bytesPerRow));
            for (let offset = first; offset < Math.min(edge + 16, segment.offset + segment.fileSize); offset++) {
              assert.ok(shown.has(offset), `${offset} at width ${bytesPerRow} in ${order} order`);
            }
          }
        }
      }
    }
    const all = reader.window({ order: 'address', firstRow: 0, rowCount: 4096, bytesPerRow: 16 });
    assert.equal(checkWindow('edges.core', all).size, 4 * PAGE + 5000);
    assert.deepEqual(
      all.rows.filter(row => row.kind === 'gap').map(row => [row.address, row.length]),
      [
        [0x5555_0000_0ff8 + 5000, 0x7f00_0000_0000 - 0x5555_0000_0ff8 - 5000],
        [0x7f00_0000_1000, PAGE],
      ],
    );
    assert.deepEqual(all.rows[0], { kind: 'bytes', offset: 20_000, address: 0x5555_0000_0ff8, lead: 8, length: 8 });
  });

  it('shows 6 GiB right at the start, at 4 GiB and at the end', () => {
    const size = 6 * 1024 ** 3;
    const places = [0, 0xffff_fff0, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0010, size - 40];
    const pieces = places.map((at, place) => ({ at, bytes: pattern(40, place + 7) }));
    writeSparse(path('six.rdump'), size, pieces);
    const address = 0x7f00_0000_0000;
    const header = elfStart([{ offset: 4096, address, fileSize: size - 4096 }]);
    writeSparse(path('six.core'), size, [...pieces, { at: 0, bytes: header }]);
    for (const name of ['six.rdump', 'six.core']) {
      reader.open(path(name), {});
      for (const bytesPerRow of [16, 24]) {
        for (const place of places) {
          for (const order of ['file', 'address'] as const) {
            const shown = checkWindow(name, windowAt(order, place, bytesPerRow));
            if (name === 'six.rdump' || order === 'file' || place >= 4096) assert.ok(shown.has(place));
          }
        }
        const total = Math.ceil(size / bytesPerRow);
        const end = reader.window({ order: 'file', firstRow: total - 2, rowCount: 10, bytesPerRow });
        assert.equal(end.totalRows, total);
        assert.equal(end.rows.length, 2);
        assert.ok(checkWindow(name, end).has(size - 1));
      }
    }
    assert.deepEqual(reader.goTo('0x7f00fffff000', 0), {
      offset: 0x1_0000_0000,
      address: 0x7f00_ffff_f000,
      label: 'address 0x7f00fffff000 in anonymous memory',
    });
    assert.equal(reader.goTo('4294967295', 0).address, address + 0xffff_ffff - 4096);
    assert.equal(
      reader.inspect(0x1_0000_0000).values[0].little,
      `${fileBytes(path('six.core'), 2 ** 32, 2 ** 32 + 1)[0]}`,
    );
  });

  it('opens 100 GB and shows its first and last rows at once', () => {
    const size = 100_000_000_000;
    const header = elfStart([{ offset: 4096, address: 0x7f00_0000_0000, fileSize: size - 4096 }]);
    writeSparse(path('vast.core'), size, [
      { at: 0, bytes: header },
      { at: size - 16, bytes: pattern(16) },
    ]);
    within(1000, () => {
      reader.open(path('vast.core'), {});
      checkWindow('vast.core', windowAt('file', 0, 16));
      assert.ok(checkWindow('vast.core', windowAt('address', size - 1, 16)).has(size - 1));
    });
  });

  it('answers with an ArrayBuffer of exactly the bytes asked for', () => {
    const bytes = pattern(10_000);
    writeFileSync(path('exact.rdump'), bytes);
    reader.open(path('exact.rdump'), {});
    const part = reader.bytes(4090, 4200);
    assert.ok(part instanceof ArrayBuffer);
    assert.deepEqual(Buffer.from(part), bytes.subarray(4090, 4200));
    assert.deepEqual(Buffer.from(reader.bytes(9990, 10_500)), bytes.subarray(9990));
    assert.equal(reader.bytes(5, 5).byteLength, 0);
    assert.throws(() => reader.bytes(0, 16 * 1024 * 1024 + 1), DumpError);
    assert.throws(() => reader.bytes(-1, 5), RangeError);
    assert.throws(() => reader.bytes(5, 4), RangeError);
    const window = reader.window({ order: 'file', firstRow: 0, rowCount: 3, bytesPerRow: 16 });
    assert.equal(window.bytes.byteLength, 48);
    assert.equal(reader.window({ order: 'file', firstRow: 1e9, rowCount: 3, bytesPerRow: 16 }).rows.length, 0);
  });

  it('refuses windows that no hexdump asks for', () => {
    const ask = (change: object) =>
      reader.window({ order: 'file', firstRow: 0, rowCount: 1, bytesPerRow: 16, ...change });
    for (const change of [
      { bytesPerRow: 0 },
      { bytesPerRow: 65 },
      { bytesPerRow: 1.5 },
      { firstRow: -1 },
      { firstRow: Number.NaN },
      { rowCount: 1e9 },
      { rowCount: -1 },
    ]) {
      assert.throws(() => ask(change), RangeError);
    }
  });

  it('shows what is left of a file that becomes shorter, and the rest as cut off', () => {
    const bytes = pattern(8192);
    writeFileSync(path('shorter.rdump'), bytes);
    reader.open(path('shorter.rdump'), { base: 0x10000 });
    windowAt('file', 0, 16, 512);
    assert.equal(reader.check(), undefined);
    truncateSync(path('shorter.rdump'), 4100);
    assert.match(reader.check()!.message, /became shorter/);
    for (const order of ['file', 'address'] as const) {
      const window = windowAt(order, 4000, 16, 20);
      assert.equal(window.totalRows, 512);
      assert.equal(window.rows.length, 20);
      assert.deepEqual(window.rows[6], { kind: 'bytes', offset: 4096, address: 0x11000, lead: 0, length: 4 });
      assert.deepEqual(Buffer.from(window.bytes), bytes.subarray(4000, 4100));
      for (const row of window.rows.slice(7)) {
        assert.ok(row.kind === 'gap' && /^cut off: the file became shorter/.test(row.label) && row.length === 16);
      }
    }
    assert.equal(reader.bytes(4090, 5000).byteLength, 10);
    assert.deepEqual(reader.inspect(6000).values, []);
  });

  it('reads a deleted file on', () => {
    const bytes = pattern(8192);
    writeFileSync(path('deleted.rdump'), bytes);
    reader.open(path('deleted.rdump'), {});
    unlinkSync(path('deleted.rdump'));
    assert.match(reader.check()!.message, /deleted or moved/);
    assert.deepEqual(Buffer.from(windowAt('file', 0, 16, 512).bytes), bytes);
  });

  it('names the server that the user insists on', () => {
    writeFileSync(path('named.rdump'), pattern(4096));
    assert.equal(reader.open(path('named.rdump'), { server: 'redis 3.2.8' }).server?.version, '3.2.8');
    assert.equal(reader.open(path('named.rdump'), {}).server, undefined);
  });

  it('opens another dump in place of the first, and says when none is open', () => {
    writeFileSync(path('one.rdump'), 'one');
    writeFileSync(path('two.rdump'), 'second');
    const own = new DumpReader();
    assert.throws(() => own.window({ order: 'file', firstRow: 0, rowCount: 1, bytesPerRow: 16 }), /No dump is open/);
    own.open(path('one.rdump'), {});
    own.open(path('two.rdump'), {});
    assert.equal(Buffer.from(own.bytes(0, 6)).toString(), 'second');
    assert.throws(() => own.open(path('missing.rdump'), {}), DumpError);
    own.close();
    assert.throws(() => own.bytes(0, 1), DumpError);
  });
});
