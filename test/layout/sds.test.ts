import assert from 'node:assert/strict';
import {
  describeSdsFlags,
  readSds,
  readSdsHeader,
  SDS_5,
  SDS_8,
  SDS_16,
  SDS_32,
  SDS_64,
  SDS_HEADER_SIZE,
  SDS_HEADERS,
  SDS_OLD,
  sdsAllocRule,
  sdsAuxBits,
  sdsCodeForLength,
  sdsCodeOfFlags,
  sdsFields,
  sdsLength,
} from '../../src/layout/sds.ts';

/** Bytes from hex pairs. */
function hex(text: string): Uint8Array {
  return Uint8Array.from(text.split(' ').map(pair => Number.parseInt(pair, 16)));
}

describe('SDS headers', () => {
  // Headers read with gdb from cores of Redis 3.2.8 (alloc = len) and 7.0.15 (alloc = usable size).
  const real: [name: string, bytes: string, code: number, len: number, alloc: number][] = [
    ['key of 20, both', 'a0', SDS_5, 20, 20],
    ['key of 60, both', '3c 3c 01', SDS_8, 60, 60],
    ['key of 79, 3.2.8', '4f 4f 01', SDS_8, 79, 79],
    ['key of 79, 7.0.15', '4f 5c 01', SDS_8, 79, 92],
    ['key of 300, 3.2.8', '2c 01 2c 01 02', SDS_16, 300, 300],
    ['key of 300, 7.0.15', '2c 01 3a 01 02', SDS_16, 300, 314],
    ['key of 70000, 3.2.8', '70 11 01 00 70 11 01 00 03', SDS_32, 70_000, 70_000],
    ['key of 70000, 7.0.15', '70 11 01 00 f6 3f 01 00 03', SDS_32, 70_000, 81_910],
    ['a string of 5 GiB', '00 00 00 40 01 00 00 00 00 00 00 40 01 00 00 00 04', SDS_64, 0x1_4000_0000, 0x1_4000_0000],
  ];
  for (const [name, text, code, len, alloc] of real) {
    it(`reads a real header: ${name}`, () => {
      const bytes = hex(text);
      assert.deepEqual(readSds(bytes, bytes.length), {
        code,
        size: bytes.length,
        len,
        alloc,
        flags: bytes[bytes.length - 1],
      });
      assert.equal(SDS_HEADER_SIZE[code], bytes.length);
    });
  }

  it('reads the header of Redis 3.0, where the second word is free space', () => {
    // sdsnewlen("hello") then sdsMakeRoomFor: len 5, free 5.
    const bytes = hex('05 00 00 00 05 00 00 00 68 65 6c 6c 6f 00');
    assert.deepEqual(readSdsHeader(bytes, 8, SDS_OLD), { code: SDS_OLD, size: 8, len: 5, alloc: 10, flags: undefined });
  });

  it('reads the string inside a real EMBSTR block', () => {
    const block = hex(
      '80 1a 84 02 01 00 00 00 8b 60 03 15 38 7f 00 00 0d 0d 01 24 37 0d 0a 6d 65 73 73 61 67 65 0d 0a 00',
    );
    const header = readSds(block, 19);
    assert.equal(header?.code, SDS_8);
    assert.equal(header?.len, 13);
    assert.equal(block[19 + 13], 0);
  });

  it('refuses a header that would begin before the bytes do', () => {
    for (const [code, size] of SDS_HEADER_SIZE.entries()) {
      assert.equal(readSdsHeader(new Uint8Array(32), size - 1, code), undefined, SDS_HEADERS[code]);
      assert.equal(sdsLength(new Uint8Array(32), size - 1, code), -1);
      assert.notEqual(readSdsHeader(new Uint8Array(32), size, code), undefined);
    }
    assert.equal(readSds(new Uint8Array(4), 0), undefined);
  });

  it('takes the type from the lower three bits, and aux bits only where they are allowed', () => {
    for (let flags = 0; flags < 256; flags++) {
      const type = flags & 7;
      const upper = flags >> 3;
      const plain = type === 0 ? 0 : type <= 4 && upper === 0 ? type : -1;
      const aux = type === 0 ? 0 : type <= 4 && upper <= 7 ? type : -1;
      assert.equal(sdsCodeOfFlags(flags), plain, `0x${flags.toString(16)}`);
      assert.equal(sdsCodeOfFlags(flags, true), aux, `0x${flags.toString(16)} with aux bits`);
    }
    assert.equal(sdsAuxBits(0x11), 2);
    assert.equal(sdsAuxBits(0xa0), 0);
  });

  it('names the type bits of a flags byte', () => {
    assert.equal(describeSdsFlags(0x01), 'flags 0x01: type 1 = sdshdr8, upper bits 0');
    assert.equal(describeSdsFlags(0xa0), 'flags 0xa0: type 0 = sdshdr5, upper bits 20 = len');
    assert.equal(describeSdsFlags(0x09), 'flags 0x09: type 1 = sdshdr8, upper bits 1 (aux bit 0)');
    assert.equal(describeSdsFlags(0x1a), 'flags 0x1a: type 2 = sdshdr16, upper bits 3 (aux bits 0, 1)');
    assert.equal(describeSdsFlags(0x07), 'flags 0x07: type 7 names no header of Redis');
  });

  it('picks the header that sdsnewlen picks', () => {
    const cases: [number, number][] = [
      [0, SDS_8],
      [1, SDS_5],
      [31, SDS_5],
      [32, SDS_8],
      [255, SDS_8],
      [256, SDS_16],
      [65_535, SDS_16],
      [65_536, SDS_32],
      [0xffff_ffff, SDS_32],
      [0x1_0000_0000, SDS_64],
    ];
    for (const [length, code] of cases) assert.equal(sdsCodeForLength(length), code, String(length));
  });
});

describe('fields of a string', () => {
  it('lie one after the other, up to the end of the region', () => {
    const header = readSds(hex('4f 5c 01'), 3);
    assert.ok(header);
    assert.deepEqual(sdsFields(header, 1003, 1096), [
      { name: 'len', start: 1000, end: 1001 },
      { name: 'alloc', start: 1001, end: 1002 },
      { name: 'flags', start: 1002, end: 1003 },
      { name: 'payload', start: 1003, end: 1082 },
      { name: 'nul', start: 1082, end: 1083 },
      { name: 'slack', start: 1083, end: 1096 },
    ]);
  });

  it('have slack up to alloc where no region is known, none where the string fills it', () => {
    const full = readSds(hex('3c 3c 01'), 3);
    const roomy = readSds(hex('2c 01 3a 01 02'), 5);
    assert.ok(full && roomy);
    assert.deepEqual(
      sdsFields(full, 3).map(field => field.name),
      ['len', 'alloc', 'flags', 'payload', 'nul'],
    );
    assert.deepEqual(sdsFields(roomy, 5).at(-1), { name: 'slack', start: 306, end: 320 });
  });

  it('leave out what a header has not', () => {
    const five = readSds(hex('08'), 1);
    const empty = readSds(hex('00 00 01'), 3);
    const old = readSdsHeader(hex('05 00 00 00 00 00 00 00'), 8, SDS_OLD);
    assert.ok(five && empty && old);
    assert.deepEqual(
      sdsFields(five, 1).map(field => field.name),
      ['flags', 'payload', 'nul'],
    );
    assert.deepEqual(
      sdsFields(empty, 3).map(field => field.name),
      ['len', 'alloc', 'flags', 'nul'],
    );
    assert.deepEqual(
      sdsFields(old, 8).map(field => [field.name, field.end - field.start]),
      [
        ['len', 4],
        ['free', 4],
        ['payload', 5],
        ['nul', 1],
      ],
    );
  });
});

describe('alloc rules', () => {
  const rule = (bytes: string, region: number, smaller: number) => {
    const header = readSds(hex(bytes), bytes.split(' ').length);
    assert.ok(header);
    return sdsAllocRule(header, region, smaller);
  };

  it('tell apart how alloc came about', () => {
    assert.equal(rule('4f 5c 01', 96, 80), 'usable', '7.0.15, 79 characters in the 96-byte class');
    assert.equal(rule('4f 4f 01', 96, 80), 'exact', '3.2.8, the same');
    assert.equal(rule('fe ff 01', 320, 256), 'capped', '7.0.15, 254 characters: 320 - 4 is more than a byte counts');
    assert.equal(rule('05 4e 01', 96, 80), 'resized', '3.2.8, appended to: 2 x 39');
    assert.equal(rule('3c 3c 01', 64, 56), 'usable', 'both at once: the class is exactly full');
  });

  it('refuse an alloc that cannot belong to the allocation', () => {
    assert.equal(rule('4f 5c 01', 80, 64), undefined, 'does not fit');
    assert.equal(rule('4f 5c 01', 112, 96), undefined, 'would lie in a smaller class');
    assert.equal(rule('5c 4f 01', 96, 80), undefined, 'len > alloc');
  });
});
