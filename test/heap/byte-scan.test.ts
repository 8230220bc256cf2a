import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HEADERS, OWNER_KINDS } from '../../src/heap/findings.ts';
import { scanStrings } from '../../src/heap/scan-strings.ts';
import { bytesOf, dumpOf, put } from './memory-dumps.ts';
import { naiveScan } from './naive-scan.ts';

const HOOKS = { progress() {}, cancelled: () => false };

/** What the scan finds in bytes at an address: payload place, header, length. */
function scan(bytes: Uint8Array, start = 0x7f00_0000_0000, chunk?: number, baseKnown = true) {
  const { strings, complete } = scanStrings(dumpOf([{ start, bytes }], baseKnown), HOOKS, chunk);
  assert.ok(complete);
  return Array.from({ length: strings.count }, (_, index) => ({
    at: strings.address[index] - start,
    header: HEADERS[strings.header[index]],
    length: strings.length[index],
    alloc: strings.alloc[index],
    ownerKind: strings.ownerKind[index],
  }));
}

describe('byte scan', () => {
  it('finds the strings of real heaps by their bytes', () => {
    const key20 = `k20:${'x'.repeat(16)}`;
    const key79 = `k79:${'y'.repeat(75)}`;
    const key300 = `k300:${'z'.repeat(295)}`;
    const bytes = new Uint8Array(4096);
    put(bytes, 0, `a0 '${key20}' 00`);
    put(bytes, 96, `4f 4f 01 '${key79}' 00`);
    put(bytes, 192, `4f 5c 01 '${key79}' 00`);
    put(bytes, 320, `2c 01 3a 01 02 '${key300}' 00`);
    put(bytes, 1024, "0c 00 00 00 05 00 00 00 'old hello ok' 00");
    assert.deepEqual(
      scan(bytes).map(({ at, header, length, alloc }) => [at, header, length, alloc]),
      [
        [1, 'sdshdr5', 20, 20],
        [99, 'sdshdr8', 79, 79],
        [195, 'sdshdr8', 79, 92],
        [325, 'sdshdr16', 300, 314],
        [1032, 'sdshdr', 12, 17],
      ],
    );
  });

  it('finds an EMBSTR by its own pointer, and without a base by the place within the page', () => {
    // Read from a 3.2.8 core: ptr = robj + 19.
    const block = bytesOf(
      "80 1a 84 02 01 00 00 00 8b 60 03 15 38 7f 00 00 0d 0d 01 '$7' 0d 0a 'message' 0d 0a 00 00 00 00 00 00 00 00",
    );
    const robj = 0x7f38_1503_6078;
    const found = scan(block, robj);
    assert.deepEqual(
      found.map(({ at, header, length }) => [at, header, length]),
      [[19, 'sdshdr8', 13]],
    );
    const page = new Uint8Array(0x1000);
    page.set(block, 0x078);
    assert.equal(scan(page, 0, undefined, false)[0]?.at, 0x078 + 19);
    assert.equal(OWNER_KINDS[found[0].ownerKind], 'embedded');
    // The same bytes elsewhere: the pointer names another place, so it is a string on the grid and no more.
    assert.equal(OWNER_KINDS[scan(block, robj + 8)[0].ownerKind], 'none');
  });

  it('accepts binary payloads only where alloc is what an allocator makes of it', () => {
    const payload = '00 01 02 ff fe 80 07 00 09 aa bb cc';
    const good = new Uint8Array(64);
    put(good, 0, `0c 0c 01 ${payload} 00`);
    assert.equal(scan(good).length, 1);
    put(good, 1, '0d');
    assert.equal(scan(good).length, 0, '3 + 13 + 1 = 17 is no size class, nor is 13 the length');
    put(good, 1, '0c');
    put(good, 15, '41');
    assert.equal(scan(good).length, 0, 'no NUL');
  });

  it('does not take a pointer or a time for a string', () => {
    const words = new BigUint64Array(512);
    // Heap addresses whose third byte is 1, and milliseconds since 1970, as in real dictEntries.
    for (let place = 0; place < 512; place++)
      words[place] = place % 2 ? 0x7fa7_9f01_7070n + BigInt(place) : 0x19a_0001_0203n;
    assert.deepEqual(scan(new Uint8Array(words.buffer)), []);
  });

  it('finds what lies in the reused memory of a long freed string', () => {
    const bytes = new Uint8Array(80_000);
    put(bytes, 0, '70 11 01 00 70 11 01 00 03');
    bytes.fill(0x6b, 9, 9 + 70_000);
    put(bytes, 40_000, "03 03 01 'abc' 00");
    assert.deepEqual(
      scan(bytes).map(({ at, header }) => [at, header]),
      [
        [9, 'sdshdr32'],
        [40_003, 'sdshdr8'],
      ],
    );
  });

  it('finds keys behind the byte that tells their header, and the values behind them', () => {
    const bytes = new Uint8Array(128);
    put(bytes, 16, "01 28 'abcde' 00");
    put(bytes, 64, "03 05 1c 01 'fghij' 00 03 10 01 'val' 00");
    assert.deepEqual(
      scan(bytes).map(({ at, header, length }) => [at, header, length]),
      [
        [18, 'sdshdr5', 5],
        [68, 'sdshdr8', 5],
        [77, 'sdshdr8', 3],
      ],
    );
  });

  it('finds out how a range without a base lies on the grid', () => {
    for (let shift = 0; shift < 8; shift++) {
      const bytes = new Uint8Array(4096);
      for (let at = shift; at + 32 < 4096; at += 32) put(bytes, at, "0b 0b 01 'hello world' 00");
      assert.equal(scan(bytes, 0, undefined, false).length, Math.floor((4096 - 33 - shift) / 32) + 1, String(shift));
    }
  });

  it('stops when it is cancelled and keeps what it has', () => {
    const bytes = new Uint8Array(1 << 16);
    for (let at = 0; at < bytes.length; at += 64) put(bytes, at, "0b 0b 01 'hello world' 00");
    let asked = 0;
    const result = scanStrings(
      dumpOf([{ start: 0x10000, bytes }]),
      { progress() {}, cancelled: () => ++asked > 3 },
      8192,
    );
    assert.equal(result.complete, false);
    assert.ok(result.strings.count > 0 && result.strings.count < 1024, String(result.strings.count));
  });

  it('agrees with a scan of the whole by a naive twin, however it is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'Z', '7', ':', 'é', '\n', ' '), minLength: 1, maxLength: 40 });
    const binary = fc.uint8Array({ minLength: 1, maxLength: 60 }).map(bytes => Buffer.from(bytes).toString('latin1'));
    const item = fc.record({
      kind: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
      text: fc.oneof(
        text.map(one => Buffer.from(one).toString('latin1')),
        binary,
      ),
      room: fc.constantFrom(0, 0, 1, 5, 12, 28),
      gap: fc.integer({ min: 0, max: 3 }),
      long: fc.constantFrom(1, 1, 1, 1, 300),
    });
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 30 }),
        fc.array(fc.record({ at: fc.nat(20_000), byte: fc.constantFrom(0, 1, 2, 3, 4, 8, 0x80) }), { maxLength: 20 }),
        fc.integer({ min: 0, max: 7 }),
        fc.constantFrom(8, 64, 1000, 4096),
        (items, noise, shift, chunk) => {
          const start = 0x7f00_0000_1000 + shift;
          const bytes = memoryOf(items, start);
          for (const { at, byte } of noise) if (at < bytes.length) bytes[at] = byte;
          const expected = naiveScan(bytes, start);
          assert.deepEqual(scan(bytes, start, chunk), expected);
          assert.deepEqual(scan(bytes, start), expected);
        },
      ),
      { numRuns: 150 },
    );
  });
});

interface Item {
  readonly kind: number;
  readonly text: string;
  readonly room: number;
  readonly gap: number;
  readonly long: number;
}

/** Strings of all kinds, one behind the other on the 8-byte grid of addresses. */
function memoryOf(items: readonly Item[], start: number): Uint8Array {
  const bytes: number[] = [];
  const u32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
  for (const { kind, text, room, gap, long } of items) {
    while ((start + bytes.length) % 8 !== 0) bytes.push(0);
    const payload = [...Buffer.from(text.repeat(long), 'latin1')];
    const len = payload.length;
    const alloc = len + room;
    const header = [
      () => [(len & 31) << 3],
      () => [len & 255, Math.min(alloc, 255), 1],
      () => [len & 255, len >> 8, alloc & 255, alloc >> 8, 2],
      () => [...u32(len), ...u32(alloc), 3],
      () => [...u32(len), ...u32(0), ...u32(alloc), ...u32(0), 4],
      () => [...u32(len), ...u32(room)],
      () => {
        const pointer = start + bytes.length + 19;
        const words = [...u32(pointer >>> 0), ...u32(Math.floor(pointer / 2 ** 32))];
        return [0x80, 1, 2, 3, 1, 0, 0, 0, ...words, len & 255, Math.min(alloc, 255), 1];
      },
      () => [1, (len & 31) << 3],
      () => [3, len & 255, Math.min(alloc, 255), 1],
      () => [9, ...u32(len), ...u32(alloc), 3],
      () => [1, 16, 107, 121, 0, len & 255, Math.min(alloc, 255), 1],
    ][kind]();
    bytes.push(...header, ...payload, 0, ...new Array(room + gap).fill(0));
  }
  return Uint8Array.from(bytes);
}
