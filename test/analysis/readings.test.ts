import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readingsOf } from '../../src/analysis/readings.ts';
import { openDump } from '../../src/dump/open.ts';
import { memorySource, pattern } from '../dump/elf-builder.ts';

const dump = openDump(memorySource(pattern(4096)), { base: 0x7f00_0000_0000 });
const readings = (bytes: Uint8Array) =>
  Object.fromEntries(readingsOf(bytes, dump).map(({ name, little, big }) => [name, [little, big]]));

describe('the readings of a byte', () => {
  it('are those of Node’s Buffer, in both byte orders', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), bytes => {
        const buffer = Buffer.from(bytes);
        const got = readings(bytes);
        assert.deepEqual(got.uint8, [`${buffer.readUInt8()}`, `${buffer.readUInt8()}`]);
        assert.deepEqual(got.int8, [`${buffer.readInt8()}`, `${buffer.readInt8()}`]);
        assert.deepEqual(got.uint16, [`${buffer.readUInt16LE()}`, `${buffer.readUInt16BE()}`]);
        assert.deepEqual(got.int16, [`${buffer.readInt16LE()}`, `${buffer.readInt16BE()}`]);
        assert.deepEqual(got.uint32, [`${buffer.readUInt32LE()}`, `${buffer.readUInt32BE()}`]);
        assert.deepEqual(got.int32, [`${buffer.readInt32LE()}`, `${buffer.readInt32BE()}`]);
        assert.deepEqual(got.uint64, [`${buffer.readBigUInt64LE()}`, `${buffer.readBigUInt64BE()}`]);
        assert.deepEqual(got.int64, [`${buffer.readBigInt64LE()}`, `${buffer.readBigInt64BE()}`]);
        // A text of a float is right when it reads back as the same float.
        assert.ok(Object.is(Math.fround(Number(got.float32[0])), buffer.readFloatLE()));
        assert.ok(Object.is(Number(got.float64[1]), buffer.readDoubleBE()));
      }),
    );
  });

  it('say where a pointer leads', () => {
    const word = (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      return readings(bytes).pointer[0];
    };
    assert.equal(word(0n), 'NULL');
    assert.equal(word(0x7f00_0000_0fffn), '0x7f0000000fff in anonymous memory');
    assert.equal(word(0x7f00_0000_1000n), '0x7f0000001000, not mapped');
    assert.equal(word(0xffff_ffff_ffff_ffffn), '0xffffffffffffffff, not mapped');
  });

  it('tell the time', () => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(1_700_000_000n);
    assert.equal(readings(bytes)['Unix time (s, 32 bit)'][0], '2023-11-14T22:13:20.000Z');
    assert.equal(readings(bytes)['Unix time (s, 64 bit)'][0], '2023-11-14T22:13:20.000Z');
    bytes.writeBigUInt64LE(1_700_000_000_123n);
    assert.equal(readings(bytes)['Unix time (ms)'][0], '2023-11-14T22:13:20.123Z');
    assert.equal(readings(Buffer.alloc(8, 0x7f))['Unix time (ms)'][0], '-');
  });

  it('leave out what the bytes do not suffice for', () => {
    assert.deepEqual(Object.keys(readings(Buffer.from([1, 2, 3]))), ['uint8', 'int8', 'binary', 'uint16', 'int16']);
    assert.deepEqual(readings(Buffer.from([5])).binary, ['00000101', '00000101']);
    assert.deepEqual(readings(Buffer.alloc(0)), {});
  });
});
