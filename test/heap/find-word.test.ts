import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findWord } from '../../src/heap/find-word.ts';
import { dumpOf } from './memory-dumps.ts';

function run(generator: ReturnType<typeof findWord>) {
  for (;;) {
    const step = generator.next();
    if (step.done) return step.value;
    assert.ok(step.value >= 0 && step.value <= 1);
  }
}

describe('findWord', () => {
  const MEGABYTE = 1 << 20;

  it('sees a word wherever it lies, also across the borders of its chunks', () => {
    const value = 0x7f00_1234_5679;
    const word = new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
    for (const at of [0, 1, 7, 8, MEGABYTE - 8, MEGABYTE - 7, MEGABYTE - 3, MEGABYTE - 1, MEGABYTE, MEGABYTE + 5]) {
      const bytes = new Uint8Array(MEGABYTE + 64);
      bytes.set(word, at);
      const start = 0x10_0000_0003;
      const found = run(findWord(dumpOf([{ start, bytes }]), value));
      assert.deepEqual(found, { address: start + at, aligned: (start + at) % 8 === 0 }, String(at));
    }
  });

  it('prefers an aligned word, and looks past those that do not count', () => {
    const value = 0x5555_aaaa_0001;
    const word = new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
    const bytes = new Uint8Array(400);
    for (const at of [5, 64, 128, 301]) bytes.set(word, at);
    const dump = dumpOf([{ start: 0x1000, bytes }]);
    assert.deepEqual(run(findWord(dump, value)), { address: 0x1040, aligned: true });
    assert.deepEqual(run(findWord(dump, value, address => address > 0x1040)), { address: 0x1080, aligned: true });
    assert.deepEqual(run(findWord(dump, value, address => address > 0x1080)), { address: 0x112d, aligned: false });
    assert.equal(run(findWord(dump, value, () => false)), undefined);
  });

  it('agrees with a search byte by byte', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 15 }),
        fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 0, maxLength: 300 }),
        fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 6, maxLength: 6 }),
        (shift, content, pattern) => {
          // Few different bytes, so that parts of the value are everywhere; the value itself is planted once more.
          const needle = [...pattern, 0, 0];
          const bytes = Uint8Array.from([...content, ...(shift % 2 ? needle : []), ...content]);
          const value = Number(new DataView(Uint8Array.from(needle).buffer).getBigUint64(0, true));
          const start = 0x2000 + shift;
          let aligned = -1;
          let any = -1;
          for (let at = 0; at + 8 <= bytes.length; at++) {
            if (!needle.every((byte, place) => bytes[at + place] === byte)) continue;
            if (any < 0) any = start + at;
            if (aligned < 0 && (start + at) % 8 === 0) aligned = start + at;
          }
          const expected = aligned >= 0 ? { address: aligned, aligned: true } : { address: any, aligned: false };
          assert.deepEqual(run(findWord(dumpOf([{ start, bytes }]), value)), any < 0 ? undefined : expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
