import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { readMstr } from '../../src/layout/mstr.ts';

/** As mstrNew of src/mstr.c writes one: metadata and its flags, header, text, NUL. */
function mstr(text: Buffer, withMetadata: boolean): { bytes: Buffer; payloadAt: number } {
  const { length } = text;
  const bit = withMetadata ? 4 : 0;
  let header: Buffer;
  if (length < 32) header = Buffer.from([(length << 3) | bit]);
  else if (length < 256) header = Buffer.from([(length + 1) & 255, length, 1 | bit]);
  else if (length < 65_536) header = Buffer.from([length & 255, length >> 8, 2 | bit]);
  else {
    header = Buffer.alloc(9);
    header.writeBigUInt64LE(BigInt(length));
    header[8] = 3 | bit;
  }
  const before = withMetadata ? Buffer.alloc(18, 0x5a) : Buffer.alloc(0);
  const bytes = Buffer.concat([before, header, text, Buffer.from([0])]);
  return { bytes, payloadAt: before.length + header.length };
}

describe('mstr, the fields of hashes from Redis 7.4 to 8.0', () => {
  const length = fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(31, 32, 255, 256, 65_535, 65_536));

  it('are read in every type, with and without metadata', () => {
    fc.assert(
      fc.property(length, fc.boolean(), fc.nat({ max: 12 }), (size, withMetadata, slack) => {
        const { bytes, payloadAt } = mstr(Buffer.alloc(size, 'x'), withMetadata);
        const found = readMstr(Buffer.concat([bytes, Buffer.alloc(slack, 0xee)]), payloadAt);
        // Without metadata the shortest type is an sdshdr5, byte for byte.
        if (size < 32 && !withMetadata) assert.equal(found, undefined);
        else assert.deepEqual([found?.header.len, found?.header.alloc, found?.payloadAt], [size, size, payloadAt]);
      }),
    );
  });

  it('are not seen where the block does not begin with them, or ends before they do', () => {
    const { bytes, payloadAt } = mstr(Buffer.alloc(100, 'x'), true);
    assert.equal(readMstr(Buffer.concat([Buffer.alloc(8), bytes]), payloadAt + 8), undefined);
    assert.equal(readMstr(bytes.subarray(0, bytes.length - 1), payloadAt), undefined);
    assert.equal(readMstr(bytes, 0), undefined);
    assert.equal(readMstr(bytes, bytes.length), undefined);
    bytes[bytes.length - 1] = 1;
    assert.equal(readMstr(bytes, payloadAt), undefined);
  });
});
