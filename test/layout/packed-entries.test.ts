import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { intsetEntries } from '../../src/layout/intset.ts';
import { listpackEntries } from '../../src/layout/listpack.ts';
import type { PackedEntry } from '../../src/layout/packed-entry.ts';
import { ziplistEntries } from '../../src/layout/ziplist.ts';

type Value = Buffer | bigint;

/** Integers around every border of the encodings, and anything between. */
const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc
    .tuple(
      fc.constantFrom(0n, 12n, 13n, 127n, 128n, 4095n, 4096n, 2n ** 15n, 2n ** 23n, 2n ** 31n, 2n ** 63n - 2n),
      fc.constantFrom(-1n, 1n),
      fc.constantFrom(-1n, 0n, 1n),
    )
    .map(([border, sign, off]) => border * sign + off),
);
/** Texts with lengths around the borders: 63, 127 (length behind), 4095, 16383. */
const text = fc
  .oneof(
    fc.nat({ max: 80 }),
    fc.nat({ max: 400 }),
    fc.constantFrom(62, 63, 64, 124, 125, 126, 127, 250, 253, 254, 4094, 4095, 4096, 16_380, 16_383, 16_384),
  )
  .chain(length => fc.nat({ max: 255 }).map(byte => Buffer.alloc(length, byte)));
const values = fc.array(fc.oneof(integer, text), { maxLength: 30 });

const little = (value: bigint, width: number): number[] =>
  Array.from({ length: width }, (_, i) => Number((BigInt.asUintN(width * 8, value) >> BigInt(8 * i)) & 255n));
const fits = (value: bigint, bits: number) => value >= -(2n ** BigInt(bits - 1)) && value < 2n ** BigInt(bits - 1);

/** As the comment at the head of listpack.c describes it; each element's length again behind it, seven bits a byte. */
function encodeListpack(all: readonly Value[]): Buffer {
  const parts = all.map(value => {
    const body = Buffer.concat(listpackBody(value));
    const back: number[] = [];
    const size = body.length <= 127 ? 1 : body.length < 16_383 ? 2 : body.length < 2_097_151 ? 3 : 4;
    for (let i = 0; i < size; i++) back.unshift(((body.length >> (7 * i)) & 127) | (i === size - 1 ? 0 : 128));
    return Buffer.concat([body, Buffer.from(back)]);
  });
  const total = 7 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(total);
  head.writeUInt16LE(Math.min(all.length, 65_535), 4);
  return Buffer.concat([head, ...parts, Buffer.from([0xff])]);
}

function listpackBody(value: Value): Buffer[] {
  if (typeof value !== 'bigint') {
    const { length } = value;
    if (length < 64) return [Buffer.from([0x80 | length]), value];
    if (length < 4096) return [Buffer.from([0xe0 | (length >> 8), length & 255]), value];
    return [Buffer.from([0xf0, ...little(BigInt(length), 4)]), value];
  }
  if (value >= 0n && value < 128n) return [Buffer.from([Number(value)])];
  if (fits(value, 13)) {
    const unsigned = Number(BigInt.asUintN(13, value));
    return [Buffer.from([0xc0 | (unsigned >> 8), unsigned & 255])];
  }
  const [code, width] = fits(value, 16)
    ? [0xf1, 2]
    : fits(value, 24)
      ? [0xf2, 3]
      : fits(value, 32)
        ? [0xf3, 4]
        : [0xf4, 8];
  return [Buffer.from([code, ...little(value, width)])];
}

/** As the comment at the head of ziplist.c describes it. */
function encodeZiplist(all: readonly Value[]): Buffer {
  const parts: Buffer[] = [];
  let before = 0;
  let tail = 10;
  let at = 10;
  for (const value of all) {
    const previous = before < 254 ? [before] : [0xfe, ...little(BigInt(before), 4)];
    const part = Buffer.concat([Buffer.from(previous), ...ziplistBody(value)]);
    parts.push(part);
    tail = at;
    at += part.length;
    before = part.length;
  }
  const head = Buffer.alloc(10);
  head.writeUInt32LE(at + 1);
  head.writeUInt32LE(tail, 4);
  head.writeUInt16LE(all.length, 8);
  return Buffer.concat([head, ...parts, Buffer.from([0xff])]);
}

function ziplistBody(value: Value): Buffer[] {
  if (typeof value !== 'bigint') {
    const { length } = value;
    if (length < 64) return [Buffer.from([length]), value];
    if (length < 16_384) return [Buffer.from([0x40 | (length >> 8), length & 255]), value];
    const wide = Buffer.alloc(5, 0x80);
    wide.writeUInt32BE(length, 1);
    return [wide, value];
  }
  if (value >= 0n && value <= 12n) return [Buffer.from([0xf1 + Number(value)])];
  const [code, width] = fits(value, 8)
    ? [0xfe, 1]
    : fits(value, 16)
      ? [0xc0, 2]
      : fits(value, 24)
        ? [0xf0, 3]
        : fits(value, 32)
          ? [0xd0, 4]
          : [0xe0, 8];
  return [Buffer.from([code, ...little(value, width)])];
}

function encodeIntset(all: readonly bigint[]): Buffer {
  const width = all.every(one => fits(one, 16)) ? 2 : all.every(one => fits(one, 32)) ? 4 : 8;
  return Buffer.from([
    ...little(BigInt(width), 4),
    ...little(BigInt(all.length), 4),
    ...all.flatMap(one => little(one, width)),
  ]);
}

function readAll(entries: Generator<PackedEntry, boolean>): { entries: PackedEntry[]; whole: boolean } {
  const found: PackedEntry[] = [];
  for (let step = entries.next(); ; step = entries.next()) {
    if (step.done) return { entries: found, whole: step.value };
    found.push(step.value);
  }
}

const LAYOUTS = [
  { name: 'listpack', encode: encodeListpack, read: listpackEntries, header: 6, tail: 1 },
  { name: 'ziplist', encode: encodeZiplist, read: ziplistEntries, header: 10, tail: 1 },
] as const;

function assertSame(bytes: Uint8Array, found: readonly PackedEntry[], expected: readonly Value[]): void {
  const read = found.map(({ value }) =>
    typeof value === 'bigint' ? value : Buffer.from(bytes.subarray(value.from, value.to)).toString('latin1'),
  );
  assert.deepEqual(
    read,
    expected.map(one => (typeof one === 'bigint' ? one : one.toString('latin1'))),
  );
}

describe('elements of packed collections', () => {
  for (const { name, encode, read, header, tail } of LAYOUTS) {
    it(`${name}: all values, in order, without gaps`, () => {
      fc.assert(
        fc.property(values, fc.nat({ max: 20 }), (all, slack) => {
          const blob = encode(all);
          const bytes = Buffer.concat([blob, Buffer.alloc(slack, 0xee)]);
          const { entries, whole } = readAll(read(bytes));
          assert.equal(whole, true);
          assertSame(bytes, entries, all);
          let at: number = header;
          entries.forEach(({ index, start, end }, i) => {
            assert.deepEqual([index, start], [i, at]);
            at = end;
          });
          assert.equal(at, blob.length - tail);
        }),
        { numRuns: 150 },
      );
    });

    it(`${name}: never reads outside its bytes, and a cut or damaged one is not whole`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.oneof(integer, fc.uint8Array({ maxLength: 90 }).map(Buffer.from)), {
            minLength: 1,
            maxLength: 12,
          }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.nat({ max: 255 }),
          (all, share, byte) => {
            const blob = encode(all as Value[]);
            const cut = blob.subarray(0, Math.floor((blob.length - 1) * share));
            assert.equal(readAll(read(cut)).whole, false);
            const damaged = Buffer.from(blob);
            damaged[Math.floor((blob.length - 1) * share)] = byte;
            for (const { start, end, value } of readAll(read(damaged)).entries) {
              assert.ok(start < end && end < blob.length);
              if (typeof value !== 'bigint') assert.ok(value.from >= start && value.to <= end);
            }
          },
        ),
      );
    });
  }

  it('names the encodings as the sources do', () => {
    const all: Value[] = [
      5n,
      100n,
      -1n,
      4000n,
      -30_000n,
      8_000_000n,
      2n ** 31n - 1n,
      2n ** 40n,
      Buffer.alloc(5),
      Buffer.alloc(80),
      Buffer.alloc(20_000),
    ];
    const names = (entries: Generator<PackedEntry, boolean>) => readAll(entries).entries.map(one => one.encoding);
    assert.deepEqual(names(listpackEntries(encodeListpack(all))), [
      'uint7',
      'uint7',
      'int13',
      'int13',
      'int16',
      'int24',
      'int32',
      'int64',
      'str6',
      'str12',
      'str32',
    ]);
    assert.deepEqual(names(ziplistEntries(encodeZiplist(all))), [
      'int4',
      'int8',
      'int8',
      'int16',
      'int16',
      'int24',
      'int32',
      'int64',
      'str6',
      'str14',
      'str32',
    ]);
  });

  it('intset: all integers, and none of what is no intset', () => {
    fc.assert(
      fc.property(fc.uniqueArray(integer, { maxLength: 40 }), all => {
        const sorted = all.filter(one => fits(one, 64)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const bytes = encodeIntset(sorted);
        const { entries, whole } = readAll(intsetEntries(bytes));
        assert.equal(whole, true);
        assertSame(bytes, entries, sorted);
        assert.equal(entries.at(-1)?.end ?? 8, bytes.length);
        if (sorted.length < 2) return;
        assert.equal(readAll(intsetEntries(bytes.subarray(0, bytes.length - 1))).whole, false);
        assert.equal(readAll(intsetEntries(encodeIntset(sorted.toReversed()))).whole, false);
      }),
    );
  });
});
