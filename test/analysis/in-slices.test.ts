import assert from 'node:assert/strict';
import { inSlices } from '../../src/analysis/in-slices.ts';

describe('long work in slices', () => {
  /** `count` steps of a millisecond each. */
  function* work(count: number): Generator<number, string, void> {
    for (let step = 1; step <= count; step++) {
      const end = performance.now() + 1;
      while (performance.now() < end);
      yield step / count;
    }
    return 'done';
  }

  it('gives its result, reports rising shares, and lets others have their turn', async () => {
    const shares: number[] = [];
    let others = 0;
    const timer = setInterval(() => others++, 1);
    const result = await inSlices(work(60), { progress: share => shares.push(share), cancelled: () => false });
    clearInterval(timer);
    assert.equal(result, 'done');
    assert.ok(shares.length >= 3 && shares.every((share, place) => place === 0 || share > shares[place - 1]));
    assert.ok(others >= 3, `${others} turns`);
  });

  it('stops when cancelled, also in the middle of a slice', async () => {
    let asked = 0;
    const result = await inSlices(work(1e9), { progress() {}, cancelled: () => asked++ >= 20 });
    assert.equal(result, 'cancelled');
    assert.equal(asked, 21);
  });

  it('passes errors on', async () => {
    // biome-ignore lint/correctness/useYield: it fails before it could
    const failing = (function* (): Generator<number, never, void> {
      throw new RangeError('no');
    })();
    await assert.rejects(inSlices(failing, { progress() {}, cancelled: () => false }), RangeError);
  });
});
