import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { type Dump, DumpError } from '../../src/dump/dump.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { addressRows } from '../../src/dump/rows.ts';
import { within } from './cpu-time.ts';
import { elfHeader, elfStart, memorySource, NOTE, note, pattern } from './elf-builder.ts';
import { temporaryFolder, writeSparse } from './temporary-files.ts';

describe('telling what a file is', () => {
  const open = (bytes: Uint8Array, base?: number) => openDump(memorySource(bytes), base === undefined ? {} : { base });
  const page = { offset: 176, address: 0x10000, fileSize: 4096 };

  /** All its bytes are there, at base 0, and the one problem says why it is no core. */
  function shownAsBytes(bytes: Uint8Array, what: string, message: RegExp): Dump {
    const dump = open(bytes);
    assert.equal(dump.format, 'raw');
    assert.equal(dump.baseKnown, false);
    const problem = dump.problems.find(one => message.test(one.message));
    assert.equal(problem?.what, what, dump.problems.map(one => one.message).join('\n'));
    assert.deepEqual(Buffer.from(dump.bytes(0, bytes.length)!), Buffer.from(bytes));
    return dump;
  }

  it('refuses an empty file with a sentence', () => {
    assert.throws(
      () => open(Buffer.alloc(0)),
      (error: unknown) => error instanceof DumpError && /empty/.test(error.message),
    );
  });

  it('shows a single byte', () => {
    shownAsBytes(Buffer.from([0x7f]), 'unsupported', /only 1 byte/);
  });

  it('shows a file that ends inside the ELF header', () => {
    shownAsBytes(elfHeader().subarray(0, 20), 'truncated', /ends after 20 bytes/);
    shownAsBytes(elfHeader().subarray(0, 4), 'truncated', /ends after 4 bytes/);
  });

  it('shows cores it cannot decode as bytes, and names what they are', () => {
    const body = pattern(5000);
    shownAsBytes(Buffer.concat([elfHeader({ bits: 32, machine: 3 }), body]), 'unsupported', /32-bit/);
    shownAsBytes(Buffer.concat([elfHeader({ bigEndian: true, machine: 22 }), body]), 'unsupported', /big-endian/);
    shownAsBytes(Buffer.concat([elfHeader({ classByte: 9 }), body]), 'damaged', /class or byte order/);
    shownAsBytes(Buffer.concat([elfHeader({ orderByte: 0 }), body]), 'damaged', /class or byte order/);
  });

  it('names programs, libraries, snapshots and compressed files', () => {
    const body = pattern(5000);
    shownAsBytes(Buffer.concat([elfHeader({ type: 2 }), body]), 'unsupported', /a program, not the memory/);
    shownAsBytes(Buffer.concat([elfHeader({ type: 3 }), body]), 'unsupported', /shared library/);
    shownAsBytes(Buffer.concat([elfHeader({ type: 0xfe00 }), body]), 'unsupported', /type 65024/);
    shownAsBytes(gzipSync(pattern(5000)), 'unsupported', /gzip/);
    shownAsBytes(Buffer.concat([Buffer.from('REDIS0011'), body]), 'unsupported', /RDB/);
    for (const [magic, name] of [
      ['28b52ffd', /zstd/],
      ['04224d18', /lz4/],
      ['fd377a585a00', /xz/],
    ] as const) {
      shownAsBytes(Buffer.concat([Buffer.from(magic, 'hex'), body]), 'unsupported', name);
    }
  });

  it('decodes the memory of a 64-bit little-endian core of any machine', () => {
    const riscv = open(Buffer.concat([elfStart([page], { machine: 243 }), pattern(4152)]));
    assert.equal(riscv.format, 'elf-core');
    assert.equal(riscv.machine, 'unknown');
    assert.match(riscv.problems[0].message, /ELF number 243/);
    assert.equal(open(Buffer.concat([elfStart([page], { machine: 183 }), pattern(4152)])).machine, 'aarch64');
    const x86 = open(Buffer.concat([elfStart([page]), pattern(4152)]));
    assert.equal(x86.machine, 'x86-64');
    assert.deepEqual(x86.problems, []);
  });

  it('shows a core without memory as bytes', () => {
    shownAsBytes(Buffer.concat([elfStart([]), pattern(500)]), 'damaged', /no memory at all/);
    shownAsBytes(
      Buffer.concat([elfStart([{ type: NOTE, offset: 120, fileSize: 0 }]), pattern(500)]),
      'damaged',
      /no memory/,
    );
  });

  it('opens anything else as a raw range without complaint, at the base that is given', () => {
    const bytes = pattern(8192);
    const raw = open(bytes, 0x7f00_0000_0000);
    assert.deepEqual(raw.problems, []);
    assert.equal(raw.baseKnown, true);
    assert.equal(raw.offsetOf(0x7f00_0000_0010), 0x10);
    assert.equal(raw.addressOf(8191), 0x7f00_0000_1fff);
    assert.equal(raw.addressOf(8192), undefined);
    assert.deepEqual(Buffer.from(raw.bytes(0x7f00_0000_0ff0, 32)!), bytes.subarray(0xff0, 0x1010));
    assert.equal(raw.bytes(0x7f00_0000_1ff0, 17), undefined);
    assert.equal(open(bytes).baseKnown, false);
  });

  it('refuses a base at which the range cannot lie', () => {
    for (const base of [-1, 0.5, Number.NaN, 2 ** 53, Number.MAX_SAFE_INTEGER - 10]) {
      assert.throws(() => open(pattern(100), base), DumpError);
    }
  });

  describe('with its segment table at the end of what fits', () => {
    const path = temporaryFolder();

    it('opens a core of 70,000 segments (PN_XNUM) and finds each', () => {
      const count = 70_000;
      const table = Buffer.alloc(count * 56);
      for (let place = 0; place < count; place++) {
        table.writeUInt32LE(1, place * 56);
        table.writeUInt32LE(6, place * 56 + 4);
        table.writeBigUInt64LE(BigInt(5_000_000 + place * 16), place * 56 + 8);
        table.writeBigUInt64LE(BigInt(0x10000 + place * 8192), place * 56 + 16);
        table.writeBigUInt64LE(16n, place * 56 + 32);
        table.writeBigUInt64LE(4096n, place * 56 + 40);
      }
      const section = Buffer.alloc(64);
      section.writeUInt32LE(count, 44);
      const size = 5_000_000 + count * 16;
      const header = elfHeader({ programCount: 0xffff, sectionOffset: 4_500_000 });
      writeSparse(path('many.core'), size, [
        { at: 0, bytes: header },
        { at: 64, bytes: table },
        { at: 4_500_000, bytes: section },
      ]);
      const source = FileSource.open(path('many.core'));
      const dump = openDump(source);
      assert.equal(dump.segments.length, count);
      for (const place of [0, 1, 34_567, 65_534, 65_535, 69_999]) {
        assert.equal(dump.offsetOf(0x10000 + place * 8192 + 5), 5_000_000 + place * 16 + 5);
        assert.equal(dump.addressOf(5_000_000 + place * 16 + 15), 0x10000 + place * 8192 + 15);
        assert.equal(dump.offsetOf(0x10000 + place * 8192 + 16), undefined);
        assert.equal(dump.segmentAt(0x10000 + place * 8192 + 16)?.index, place);
      }
      // Each segment is a row of bytes and one of what was not dumped, with a gap to the next.
      const rows = addressRows(dump);
      assert.equal(rows.totalRows(16), count * 3 - 1);
      within(1000, () => {
        for (let place = 0; place < count; place += 7) {
          const offset = 5_000_000 + place * 16 + 3;
          assert.equal(rows.rowOf(offset, 16), place * 3);
          assert.equal(rows.offsetOfRow(place * 3, 16), offset - 3);
          assert.equal(rows.rowAt(place * 3 + 1, 16).length, 4080);
        }
      });
      source.close();
    });

    it('is not delayed by millions of mapped files or notes that are told of again and again', () => {
      // Every entry is one that can be: it ends behind its start.
      const files = Buffer.alloc(30 * 1024 * 1024);
      files.writeBigUInt64LE(2n ** 40n, 0);
      for (let at = 16; at + 24 < 25 * 1024 * 1024; at += 24) files.writeUInt32LE(at, at + 8);
      const notes = note(0x46494c45, files);
      const headers = 3000;
      const at = 64 + (headers + 1) * 56;
      const programs = new Array(headers).fill({ type: NOTE, offset: at, fileSize: notes.length });
      const bytes = Buffer.concat([elfStart([{ ...page, offset: 0, fileSize: 64 }, ...programs]), notes]);
      const dump = within(1000, () => open(bytes));
      assert.equal(dump.segments.length, 1);
      assert.match(dump.problems[0].message, /longer than any that a system writes/);
    });

    it('opens 100 GB at once, whatever its header promises', () => {
      const size = 100_000_000_000;
      const section = Buffer.alloc(64);
      section.writeUInt32LE(0xffff_ffff, 44);
      writeSparse(path('huge.core'), size, [
        { at: 0, bytes: elfHeader({ programCount: 0xffff, sectionOffset: 4096 }) },
        {
          at: 64,
          bytes: elfStart([
            { type: NOTE, offset: 8192, fileSize: size },
            { ...page, fileSize: 2 ** 40 },
          ]).subarray(64),
        },
        { at: 4096, bytes: section },
      ]);
      const source = FileSource.open(path('huge.core'));
      const dump = within(1000, () => openDump(source));
      assert.equal(dump.segments.length, 1);
      assert.equal(dump.offsetOf(0x10000 + 99_000_000_000), 99_000_000_176);
      assert.ok(dump.problems.some(problem => problem.what === 'truncated'));
      source.close();
    });
  });
});
