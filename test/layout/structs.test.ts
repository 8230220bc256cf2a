import { strict as assert } from 'node:assert';
import { isReplyBlock, replyBufferWord } from '../../src/layout/client.ts';
import { entryFields, readDict } from '../../src/layout/dict.ts';
import { bucketChained, readHashtable, slotPresent } from '../../src/layout/hashtable.ts';
import { readRaxNode } from '../../src/layout/rax.ts';
import { describeObject, readObject, refcountOf } from '../../src/layout/robj.ts';
import { embeddedMemberAt, nodeWords } from '../../src/layout/skiplist.ts';

/** Bytes as a dump of a real server showed them: words of 8 bytes in memory order. */
const real = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

function words(...values: (number | bigint)[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => {
    bytes.writeBigInt64LE(BigInt(value), i * 8);
  });
  return new Uint8Array(bytes);
}

describe('dict', () => {
  it('reads the 56 bytes of 7.0 and later as Redict 7.3 had them: a set of three members', () => {
    const bytes = real(
      '60afc7b91d7f0000 00e123b51d7f0000 0000000000000000 0300000000000000 0000000000000000 ffffffffffffffff 000002ff00003237',
    );
    assert.deepEqual(readDict(bytes, 0, 'dict7'), {
      type: 0x7f1d_b9c7_af60,
      tables: [0x7f1d_b523_e100, 0],
      sizes: [4, 0],
      used: [3, 0],
      rehashing: false,
    });
  });

  it('reads the two dictht of 6.2 and earlier, at rest and rehashing', () => {
    const table = 0x7f00_0000_1000;
    const atRest = words(0x5555_0000_0100, 0, table, 16, 15, 12, 0, 0, 0, 0, -1, 0);
    assert.deepEqual(readDict(atRest, 0, 'dictht'), {
      type: 0x5555_0000_0100,
      tables: [table, 0],
      sizes: [16, 0],
      used: [12, 0],
      rehashing: false,
    });
    const rehashing = words(0x5555_0000_0100, 0, table, 16, 15, 10, table + 0x1000, 32, 31, 7, 3, 0);
    assert.equal(readDict(rehashing, 0, 'dictht')?.rehashing, true);
  });

  it('refuses fields that contradict each other', () => {
    const table = 0x7f00_0000_1000;
    const ht = (...values: number[]) => readDict(words(...values), 0, 'dictht');
    assert.equal(ht(0x5555_0000_0100, 0, table, 16, 14, 12, 0, 0, 0, 0, -1, 0), undefined, 'mask');
    assert.equal(ht(0x5555_0000_0100, 0, table, 17, 16, 12, 0, 0, 0, 0, -1, 0), undefined, 'no power of two');
    assert.equal(ht(0x5555_0000_0101, 0, table, 16, 15, 12, 0, 0, 0, 0, -1, 0), undefined, 'type not aligned');
    assert.equal(ht(0x5555_0000_0100, 0, 0, 16, 15, 12, 0, 0, 0, 0, -1, 0), undefined, 'no table');
    assert.equal(
      ht(0x5555_0000_0100, 0, table, 16, 15, 12, table, 32, 31, 0, -1, 0),
      undefined,
      'second table at rest',
    );
  });

  it('names the metadata of an entry in cluster mode only', () => {
    assert.deepEqual(
      entryFields(24, true).map(one => one.name),
      ['key', 'value', 'next'],
    );
    assert.deepEqual(
      entryFields(48, true).map(one => [one.name, one.offset, one.size]),
      [
        ['key', 0, 8],
        ['value', 8, 8],
        ['next', 16, 8],
        ['metadata', 24, 16],
      ],
    );
  });
});

describe('hashtable of Valkey 8.1', () => {
  it('reads one of Valkey 8.1.1: three entries in one bucket', () => {
    const bytes = real(
      '8024cdd72b7f0000 ffffffffffffffff 002e95d32b7f0000 0000000000000000 0300000000000000 0000000000000000 00ff000000000000 0000000000000000 0000000000000000',
    );
    assert.deepEqual(readHashtable(bytes, 0), {
      type: 0x7f2b_d7cd_2480,
      tables: [0x7f2b_d395_2e00, 0],
      sizes: [1, 0],
      used: [3, 0],
      rehashing: false,
    });
  });

  it('tells present slots from absent ones, and a child bucket from an entry', () => {
    // 0b1010_0101: chained, slots 1, 4 and 6 present
    const first = 0xa5;
    assert.equal(bucketChained(first), true);
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6].filter(slot => slotPresent(first, slot)),
      [1, 4, 6],
    );
    assert.equal(bucketChained(0xa4), false);
  });
});

describe('robj', () => {
  it('reads the header of an EMBSTR of Redis 3.2.8', () => {
    const bytes = real('801a8402 01000000 8b600315387f0000');
    assert.deepEqual(readObject(bytes, 0), { type: 0, encoding: 8, refcount: 1, pointer: 0x7f38_1503_608b });
    assert.equal(describeObject(bytes[0]), 'string, embstr');
    assert.equal(describeObject(0xa6), 'stream, stream');
    assert.equal(describeObject(0x73), 'zset, skiplist');
  });

  it('takes the flags out of the refcounts of newer servers', () => {
    assert.equal(refcountOf(0x06, 2), 1); // Valkey 8.1.1: hasembkey
    assert.equal(refcountOf(0x0a, 3), 1); // Valkey 9.1.2: hasembkey
    assert.equal(refcountOf(0x0f, 3), 1);
    assert.equal(refcountOf(2_147_483_647, 0), 2_147_483_647);
  });
});

describe('skiplist nodes', () => {
  it('end with the levels their size class has room for', () => {
    // one level is 40 bytes, two are 56: quantum 16 puts them into 48 and 64
    assert.deepEqual(
      [40, 48, 56, 64, 72, 80, 640].map(size => nodeWords(size)),
      [5, 5, 7, 7, 9, 9, 67],
    );
  });

  it('have the member inside in Valkey 9.1', () => {
    const oneLevel = real(
      '0000000000003840 c0f7ae8b0e7f0000 c000ad8b0e7f0000 0100000000000000 01d0627a3a32343a 343072696b64646b 6538726d6a6b3131 736f656a00000000',
    );
    assert.equal(embeddedMemberAt(oneLevel, 0, 64), 34);
    const threeLevels = real(
      '0000000000e06440 00f5fe8a0e7f0000 40aba98b0e7f0000 0300000000000000 a07d9f8a0e7f0000 0300000000000000 a07d9f8a0e7f0000 0300000000000000 01d8627a3a313637 3a61376b386d7437 736971626f703171 7336387662000000',
    );
    assert.equal(embeddedMemberAt(threeLevels, 0, 96), 66);
    assert.equal(embeddedMemberAt(new Uint8Array(64), 0, 64), 0);
  });
});

describe('rax nodes', () => {
  // iskey, isnull, iscompr, size << 3
  const header = (isKey: number, isNull: number, compressed: number, size: number) =>
    new Uint8Array(new Uint32Array([isKey | (isNull << 1) | (compressed << 2) | (size << 3)]).buffer);

  it('pad their edges to 8 bytes from 5.0 on, and not in 4.0', () => {
    assert.deepEqual(readRaxNode(header(1, 0, 1, 5), 0, true), {
      isKey: true,
      isNull: false,
      compressed: true,
      size: 5,
      children: 1,
      childrenAt: 16,
      valueAt: 24,
      bytes: 32,
    });
    const unpadded = readRaxNode(header(1, 0, 1, 5), 0, false);
    assert.deepEqual([unpadded.childrenAt, unpadded.valueAt, unpadded.bytes], [9, 17, 25]);
  });

  it('have a child for each edge byte when not compressed, and no value when it is null', () => {
    const node = readRaxNode(header(1, 1, 0, 4), 0, true);
    assert.deepEqual([node.children, node.childrenAt, node.valueAt, node.bytes], [4, 8, -1, 40]);
  });
});

describe('clients', () => {
  it('a reply block fills its region', () => {
    assert.equal(isReplyBlock(words(16_368, 900), 0, 16_384), true);
    assert.equal(isReplyBlock(words(16_368, 17_000), 0, 16_384), false);
    assert.equal(isReplyBlock(words(16_000, 900), 0, 16_384), false);
  });

  it('the reply buffer is the block whose size the struct names', () => {
    const struct = words(7, 0x1000, 5, 0x2000, 0, 1024, 9);
    const sizes = [0, 64, 0, 1024, 0, 0, 0];
    assert.equal(
      replyBufferWord(struct, 0, struct.length, word => sizes[word]),
      3,
    );
    assert.equal(
      replyBufferWord(struct, 0, struct.length, word => (word === 3 ? 2048 : 0)),
      -1,
    );
  });
});
