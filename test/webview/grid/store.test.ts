import assert from 'node:assert/strict';
import type { RowWindow, WindowRequest } from '../../../src/analysis/api.ts';
import { RowStore } from '../../../webview/grid/store.ts';
import { DumpModel } from '../harness/model.ts';

/** A store before a host that answers when told to. */
function setUp(size = 2 ** 37) {
  const model = new DumpModel({ size });
  const asked: { request: WindowRequest; resolve(window: RowWindow): void; reject(error: Error): void }[] = [];
  const failures: string[] = [];
  let changes = 0;
  const store = new RowStore(request => new Promise((resolve, reject) => asked.push({ request, resolve, reject })), {
    changed: () => changes++,
    failed: message => failures.push(message),
  });
  store.reset('file', 16);
  const answer = async (index: number) => {
    asked[index].resolve(model.window(asked[index].request));
    await new Promise(resolve => setImmediate(resolve));
  };
  return { model, store, asked, failures, answer, changes: () => changes };
}

describe('the rows that are kept', () => {
  it('has one question under way while dragging, and asks next for where the drag is by then', async () => {
    const { store, asked, answer } = setUp();
    store.want(0, 45, 0);
    for (let row = 1000; row < 1_000_000; row += 1000) store.want(row, row + 45, 1);
    assert.equal(asked.length, 1);
    await answer(0);
    assert.equal(asked.length, 2);
    const { firstRow, rowCount } = asked[1].request;
    assert(firstRow <= 999_000 && firstRow + rowCount >= 999_045);
    assert(rowCount <= 512);
  });

  it('gives each row its own bytes', async () => {
    const { model, store, answer } = setUp(5000);
    store.want(0, 45, 0);
    await answer(0);
    for (let row = 0; row < 128; row++) {
      const stored = store.get(row)!;
      assert.deepEqual(
        [...stored.bytes],
        Array.from({ length: 16 }, (_, at) => model.byte(row * 16 + at)),
      );
    }
    assert.equal(store.totalRows, 313);
  });

  it('fetches a screen ahead in the direction of scrolling', async () => {
    const { store, asked, answer } = setUp();
    store.want(640, 685, 1);
    await answer(0);
    const { firstRow, rowCount } = asked[0].request;
    assert(firstRow <= 640 && firstRow + rowCount >= 685 + 64);
  });

  it('drops the answer to a question from before a reset', async () => {
    const { store, asked, answer, changes } = setUp();
    store.want(0, 45, 0);
    store.reset('address', 16);
    await answer(0);
    assert.equal(changes(), 0);
    assert.equal(store.get(0), undefined);
    store.want(0, 45, 0);
    assert.equal(asked[1].request.order, 'address');
  });

  it('keeps old rows until the new ones are there when it is told to refresh', async () => {
    const { store, asked, answer } = setUp(4096);
    store.want(0, 45, 0);
    await answer(0);
    const before = store.get(0);
    store.refresh();
    assert.equal(asked.length, 2);
    assert.equal(store.get(0), before);
    await answer(1);
    assert.notEqual(store.get(0), before);
  });

  it('passes a failure on, does not ask in a loop, and lets nobody wait for ever', async () => {
    const { store, asked, failures } = setUp();
    store.want(0, 45, 0);
    const loaded = store.load(100_000);
    asked[0].reject(new Error('The file went away.'));
    await loaded;
    assert.deepEqual(failures, ['The file went away.']);
    assert.equal(store.get(100_000), undefined);
    assert.equal(asked.length, 1);
    store.refresh();
    assert.equal(asked.length, 2);
    store.reset('file', 16);
  });

  it('loads a row asked for by itself before the ones around the screen', async () => {
    const { store, asked, answer } = setUp();
    store.want(0, 45, 0);
    await answer(0);
    const loaded = store.load(2 ** 30);
    assert.equal(Math.floor(asked[1].request.firstRow / 64), 2 ** 30 / 64);
    await answer(1);
    await loaded;
    assert(store.get(2 ** 30));
  });

  it('forgets rows far away, never those on the screen', async () => {
    const { store, asked, answer } = setUp();
    for (let screen = 0; screen < 60; screen++) {
      const first = screen * 100_000;
      store.want(first, first + 45, 0);
      await answer(asked.length - 1);
      for (let row = first; row < first + 45; row++) assert(store.get(row), `row ${row}`);
    }
    assert.equal(store.get(0), undefined);
  });
});
