import assert from 'node:assert/strict';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { decodeSdsAt } from '../../src/heap/decode-sds.ts';
import { findWord } from '../../src/heap/find-word.ts';
import { HandMade, quiet } from './hand-made.ts';

const HEAP = 0x7f00_0010_0000;
const DATA = 0x5555_0000_0000;
const STACK = 0x7fff_0000_0000;
const region = (n: number) => HEAP + n * 80;
const text = (name: string) => name.padEnd(76, '.');

/** What "a word points at it" says of a string in region 3, with the words that `write` puts somewhere. */
async function evidence(write: (one: HandMade, sds: number) => void) {
  const one = new HandMade()
    .segment(HEAP, 0x10000)
    .segment(DATA, 0x1000, 'file', '/usr/bin/redis-server')
    .segment(STACK, 0x2000, 'stack', '[stack]')
    .slab(HEAP, 80, 64)
    .own(DATA + 0x800, DATA + 0x900)
    .thread(STACK + 0x1000);
  const sds = one.sds(region(3), text('told'), 76);
  write(one, sds);
  const dump = one.dump();
  const findings = analyseHeap(dump, one.regions(), quiet, 'redis 7.0.15');
  const decoded = await decodeSdsAt(dump, dump.offsetOf(sds)!, {
    findings,
    wordPointsAt: async (value, counts) => {
      const search = findWord(dump, value, counts);
      for (;;) {
        const step = search.next();
        if (step.done) return step.value;
      }
    },
  });
  assert.ok(decoded.found);
  const { holds, detail } = decoded.sds.evidence.find(({ check }) => check === 'a word points at it')!;
  return { verdict: decoded.sds.verdict, holds, detail };
}

describe('the word that points at a string', () => {
  it('is named with its memory where it keeps the string alive', async () => {
    const found = await evidence((one, sds) => one.word(DATA + 0x40, sds));
    assert.deepEqual([found.verdict, found.holds], ['live', true]);
    assert.match(found.detail, /the word at 0x555500000040 lies in the data of \/usr\/bin\/redis-server and points at/);
  });

  it('is preferred to those that do not count', async () => {
    const found = await evidence((one, sds) => one.word(DATA + 0x808, sds).word(STACK + 0x1800, sds));
    assert.deepEqual([found.verdict, found.holds], ['live', true]);
    assert.match(found.detail, /the stack of thread 1/);
  });

  for (const [where, write, reason] of [
    [
      'the allocator’s own memory',
      (one, sds) => one.word(DATA + 0x808, sds),
      /jemalloc's own bookkeeping, which does not count: the allocator keeps it/,
    ],
    [
      'a thread cache',
      (one, sds) => one.parked(region(6)).word(region(6) + 8, sds),
      /freed region in a thread cache, which does not count/,
    ],
    [
      'a free region',
      (one, sds) => one.freed(region(5)).word(region(5) + 8, sds),
      /a free region, which does not count: freed memory/,
    ],
    [
      'the stack below its pointer',
      (one, sds) => one.word(STACK + 0x100, sds),
      /below the stack pointer of thread 1, which does not count/,
    ],
    ['no place on the grid', (one, sds) => one.word(DATA + 0x41, sds), /not on the 8-byte grid/],
  ] as readonly [string, (one: HandMade, sds: number) => void, RegExp][]) {
    it(`does not count in ${where}, and that is said`, async () => {
      const found = await evidence(write);
      assert.match(found.verdict, /^leaked/);
      assert.equal(found.holds, false);
      assert.match(found.detail, /^no word in memory that is in use points at 0x/);
      assert.match(found.detail, reason);
    });
  }

  it('counts in leaked memory, whose verdict is named', async () => {
    const found = await evidence((one, sds) => one.word(region(9) + 24, sds));
    assert.deepEqual([found.verdict, found.holds], ['leaked-indirect', true]);
    assert.match(found.detail, /lies in a region of unknown content that is leaked and points at/);
  });
});
