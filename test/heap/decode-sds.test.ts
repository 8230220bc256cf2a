import assert from 'node:assert/strict';
import { type DecodeOptions, decodeSdsAt } from '../../src/heap/decode-sds.ts';
import { findWord } from '../../src/heap/find-word.ts';
import type { Findings, ServerIdentity } from '../../src/heap/findings.ts';
import { serverFromOption } from '../../src/heap/server-identity.ts';
import { dumpOf, FILE_LEAD, put } from './memory-dumps.ts';

const BASE = 0x7f38_1503_6000;

function memory(): Uint8Array {
  const bytes = new Uint8Array(0x2000);
  put(bytes, 0x78, "80 1a 84 02 01 00 00 00 8b 60 03 15 38 7f 00 00 0d 0d 01 '$7' 0d 0a 'message' 0d 0a 00");
  put(bytes, 0x100, `4f 5c 01 '${'k79:'.padEnd(79, 'x')}' 00`);
  put(bytes, 0x180, "a0 'k20:abcdefghijklmnop' 00");
  put(bytes, 0x200, `2c 01 3a 01 02 '${'k300:'.padEnd(300, 'z')}' 00`);
  put(bytes, 0x400, "0b 00 00 00 0b 00 00 00 'hello world' 00");
  // A pointer to the key of 79 characters.
  put(bytes, 0x1000, '03 61 03 15 38 7f 00 00');
  return bytes;
}

async function decode(bytes: Uint8Array, at: number, options: DecodeOptions = {}, baseKnown = true) {
  return decodeSdsAt(dumpOf([{ start: BASE, bytes }], baseKnown), FILE_LEAD + at, options);
}

async function found(bytes: Uint8Array, at: number, options: DecodeOptions = {}) {
  const result = await decode(bytes, at, options);
  assert.ok(result.found, JSON.stringify(result));
  return result.sds;
}

/** Looks for words as the reader does. */
function withPointers(bytes: Uint8Array): DecodeOptions {
  const dump = dumpOf([{ start: BASE, bytes }]);
  return {
    async wordPointsAt(value, counts) {
      const search = findWord(dump, value, counts);
      for (;;) {
        const step = search.next();
        if (step.done) return step.value;
      }
    },
  };
}

describe('decode SDS here', () => {
  const strings: [
    name: string,
    header: string,
    from: number,
    to: number,
    payload: number,
    len: number,
    alloc: number,
  ][] = [
    ['an EMBSTR, from its object on', 'sdshdr8', 0x78, 0x99, 0x8b, 13, 13],
    ['an sdshdr8 with slack', 'sdshdr8', 0x100, 0x160, 0x103, 79, 92],
    ['an sdshdr5', 'sdshdr5', 0x180, 0x196, 0x181, 20, 20],
    ['an sdshdr16', 'sdshdr16', 0x200, 0x340, 0x205, 300, 314],
    ['the header of Redis 3.0', 'sdshdr', 0x400, 0x41f, 0x408, 11, 22],
  ];
  for (const [name, header, from, to, payload, len, alloc] of strings) {
    it(`finds ${name}, from every one of its bytes`, async () => {
      const bytes = memory();
      for (let at = from; at < to; at++) {
        const sds = await found(bytes, at);
        assert.deepEqual(
          [sds.header, sds.address, sds.offset, sds.len, sds.alloc],
          [header, `0x${(BASE + payload).toString(16)}`, FILE_LEAD + payload, len, alloc],
          `at 0x${at.toString(16)}`,
        );
      }
    });
  }

  it('shows every field with its place and value', async () => {
    const sds = await found(memory(), 0x110);
    assert.deepEqual(
      sds.fields.map(({ name, start, end, value }) => [name, start - FILE_LEAD, end - FILE_LEAD, value]),
      [
        ['len', 0x100, 0x101, '79'],
        ['alloc', 0x101, 0x102, '92'],
        ['flags', 0x102, 0x103, '0x01: type 1 = sdshdr8, upper bits 0'],
        ['payload', 0x103, 0x152, '79 bytes'],
        ['nul', 0x152, 0x153, '00'],
        ['slack', 0x153, 0x160, '13 bytes'],
      ],
    );
    assert.equal(sds.text, 'k79:'.padEnd(79, 'x'));
    assert.equal(sds.textTruncated, false);
    assert.equal(sds.verdict, 'unknown');
    assert.deepEqual([sds.start - FILE_LEAD, sds.end - FILE_LEAD], [0x100, 0x160]);
  });

  it('shows the evidence, with the word that points at it', async () => {
    const bytes = memory();
    const { evidence } = await found(bytes, 0x110, withPointers(bytes));
    assert.deepEqual(
      evidence.map(({ check, holds }) => [check, holds]),
      [
        ['len <= alloc', true],
        ['NUL after the text', true],
        ['starts on the 8-byte grid', true],
        ['fits its size class', true],
        ['plausible as text', true],
        ['a word points at it', true],
      ],
    );
    assert.match(evidence[3].detail, /^3 \+ 92 \+ 1 = 96, a size class/);
    assert.match(evidence[5].detail, /the word at 0x7f3815037000 in anonymous memory points at 0x7f3815036103/);
  });

  it('says so when nothing points at it, and when that could not be looked at', async () => {
    const bytes = memory();
    const pointer = async (at: number, options: DecodeOptions) =>
      (await found(bytes, at, options)).evidence.find(({ check }) => check === 'a word points at it')?.holds;
    assert.equal(await pointer(0x210, withPointers(bytes)), false);
    // The object's own pointer is no reference to it.
    assert.equal(await pointer(0x90, withPointers(bytes)), false);
    assert.equal(await pointer(0x210, {}), undefined);
    assert.equal(await pointer(0x210, { wordPointsAt: async () => 'cancelled' }), undefined);
  });

  it('knows the size prefix of a libc build and the size of a glibc chunk', async () => {
    const prefixed = memory();
    // zmalloc up to 4.0: the size asked for, 3 + 20 + 1, in front.
    put(prefixed, 0x600, `18 00 00 00 00 00 00 00 14 14 01 'abcdefghijklmnopqrst' 00`);
    const checks = async (at: number) => (await found(prefixed, at)).evidence.map(({ check }) => check);
    assert.ok((await checks(0x60f)).includes('size prefix'));
    // A chunk of 48 bytes: 8 of size word and 40 for header, alloc 36 and NUL.
    put(prefixed, 0x700, `31 00 00 00 00 00 00 00 14 24 01 'abcdefghijklmnopqrst' 00`);
    assert.ok((await checks(0x70f)).includes('glibc chunk'));
  });

  it('takes the whole, not a tail of its text that looks like an sdshdr5', async () => {
    const bytes = new Uint8Array(256);
    // On the grid 0x70 = 14 << 3, followed by 14 characters and the NUL.
    put(bytes, 16, `b0 'abcdefgp0123456789abcd' 00`);
    const sds = await found(bytes, 16 + 12);
    assert.deepEqual([sds.len, sds.text], [22, 'abcdefgp0123456789abcd']);
  });

  it('reads long texts, from far inside them', async () => {
    for (const length of [70_000, 6_000_000]) {
      const bytes = new Uint8Array(length + 4096).fill(0x6b);
      const size = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
      bytes.set([...size(length), ...size(length + 20), 3], 0);
      bytes.fill(0, 9 + length);
      for (const at of [0, 8, 9, 60_000, length - 1, 9 + length, 9 + length + 15]) {
        const sds = await found(bytes, at);
        assert.deepEqual([sds.header, sds.len, sds.text.length, sds.textTruncated], ['sdshdr32', length, 4096, true]);
      }
    }
  });

  it('accepts binary content that it would not believe by itself when a word points at it', async () => {
    const bytes = new Uint8Array(0x2000);
    put(bytes, 0x103, '05 09 01 00 ff 00 fe 01 00');
    assert.equal((await decode(bytes, 0x107)).found, false);
    put(bytes, 0x1000, '06 61 03 15 38 7f 00 00');
    const sds = await found(bytes, 0x107, withPointers(bytes));
    assert.deepEqual([sds.len, sds.text], [5, '\\x00\\xff\\x00\\xfe\\x01']);
  });

  it('says for each header which check failed', async () => {
    const bytes = new Uint8Array(1024).fill(0xee);
    put(bytes, 128, '48 20 01'); // len 72 > alloc 32
    put(bytes, 200, '2c 02 3a 02 02'); // no NUL 556 bytes on
    const result = await decode(bytes, 210);
    assert.ok(!result.found);
    const { refusal } = result;
    assert.equal(refusal.address, `0x${(BASE + 210).toString(16)}`);
    assert.deepEqual(
      refusal.refusals.map(({ header }) => header),
      ['sdshdr5', 'sdshdr8', 'sdshdr16', 'sdshdr32', 'sdshdr64', 'sdshdr'],
    );
    const of = (header: string) => refusal.refusals.find(one => one.header === header);
    assert.equal(of('sdshdr8')?.check, 'len <= alloc');
    assert.match(of('sdshdr8')?.detail ?? '', /len 72 > alloc 32/);
    assert.equal(of('sdshdr32')?.check, 'flags byte');
    assert.equal(of('sdshdr16')?.check, 'NUL after the text');
    assert.match(of('sdshdr16')?.detail ?? '', /0xee/);
  });

  it('says that headers of the file are no memory', async () => {
    const dump = dumpOf([{ start: BASE, bytes: memory() }]);
    const result = await decodeSdsAt(dump, 10);
    assert.ok(!result.found && result.refusal.address === '');
    assert.match(result.refusal.refusals[0].detail, /headers or notes/);
  });

  it('speaks of the header of Redis up to 3.0 only where the server may be that old', async () => {
    const dump = dumpOf([{ start: BASE, bytes: memory() }]);
    const headers = async (server: ServerIdentity | undefined) => {
      const findings = server && ({ server } as Findings);
      const result = await decodeSdsAt(dump, 10, { findings });
      return result.found ? [] : result.refusal.refusals.map(({ header }) => header);
    };
    const now = ['sdshdr5', 'sdshdr8', 'sdshdr16', 'sdshdr32', 'sdshdr64'];
    assert.deepEqual(await headers(serverFromOption('redis 7.0.15')), now);
    assert.deepEqual(await headers(serverFromOption('redis 3.2.8')), now);
    assert.deepEqual(await headers(serverFromOption('redis 3.0.7')), [...now, 'sdshdr']);
    assert.deepEqual(await headers(undefined), [...now, 'sdshdr']);
    const inferred = { ...serverFromOption('redis 4.0.0')!, name: 'unknown', unverified: true } as const;
    assert.deepEqual(await headers(inferred), [...now, 'sdshdr']);
  });
});
