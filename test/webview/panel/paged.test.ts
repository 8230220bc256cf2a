import assert from 'node:assert/strict';
import { Paged } from '../../../webview/panel/paged.ts';

function setUp(total: number) {
  const asked: [number, number][] = [];
  let refuse = false;
  const paged: Paged<number> = new Paged(
    async (first, count) => {
      asked.push([first, count]);
      if (refuse) throw new Error('refused');
      const items = Array.from({ length: Math.max(0, Math.min(count, total - first)) }, (_, index) => first + index);
      return { total, items };
    },
    () => {},
  );
  const settle = () => new Promise(resolve => setTimeout(resolve, 0));
  return {
    paged,
    asked,
    settle,
    refuse: () => {
      refuse = true;
    },
  };
}

describe('a list fetched in pages', () => {
  it('fetches what is looked at, and only once', async () => {
    const { paged, asked, settle } = setUp(100_000);
    paged.reset();
    await settle();
    paged.want(0, 20);
    paged.want(50_030, 50_050);
    await settle();
    paged.want(50_030, 50_050);
    await settle();
    assert.deepEqual(asked, [
      [0, 100],
      [50_000, 100],
    ]);
    assert.equal(paged.total, 100_000);
    assert.equal(paged.get(50_030), 50_030);
    assert.equal(paged.get(400), undefined);
  });

  it('never asks for more than the host gives at once', async () => {
    const { paged, asked, settle } = setUp(100_000);
    paged.reset();
    await settle();
    paged.want(150, 99_000);
    await settle();
    assert.deepEqual(asked[1], [100, 400]);
  });

  it('says why it failed and does not ask again by itself', async () => {
    const { paged, asked, settle, refuse } = setUp(10);
    refuse();
    paged.reset();
    await settle();
    paged.want(0, 10);
    await settle();
    assert.equal(paged.error, 'refused');
    assert.equal(asked.length, 1);
  });
});
