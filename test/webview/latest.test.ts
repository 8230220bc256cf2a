import assert from 'node:assert/strict';
import { Latest } from '../../webview/latest.ts';

function setUp() {
  const running: { ask: number; resolve(answer: string): void; reject(error: Error): void }[] = [];
  const delivered: string[] = [];
  const latest = new Latest<number, string>(
    ask => new Promise((resolve, reject) => running.push({ ask, resolve, reject })),
    (answer, ask) => delivered.push(`${ask}:${answer}`),
    (error, ask) => delivered.push(`${ask}:${error.message}`),
  );
  const settle = () => new Promise(resolve => setImmediate(resolve));
  return { latest, running, delivered, settle };
}

describe('questions that supersede each other', () => {
  it('has one under way and keeps only the newest of the others', async () => {
    const { latest, running, delivered, settle } = setUp();
    for (let ask = 0; ask < 100; ask++) latest.submit(ask);
    assert.equal(running.length, 1);
    running[0].resolve('first');
    await settle();
    assert.deepEqual(
      running.map(({ ask }) => ask),
      [0, 99],
    );
    running[1].resolve('last');
    await settle();
    assert.deepEqual(delivered, ['0:first', '99:last']);
  });

  it('goes on after a failure', async () => {
    const { latest, running, delivered, settle } = setUp();
    latest.submit(1);
    latest.submit(2);
    running[0].reject(new Error('gone'));
    await settle();
    running[1].resolve('back');
    await settle();
    assert.deepEqual(delivered, ['1:gone', '2:back']);
  });

  it('does not deliver what was dropped', async () => {
    const { latest, running, delivered, settle } = setUp();
    latest.submit(1);
    latest.submit(2);
    latest.drop();
    latest.submit(3);
    running[0].resolve('old');
    await settle();
    assert.deepEqual(
      running.map(({ ask }) => ask),
      [1, 3],
    );
    running[1].resolve('new');
    await settle();
    assert.deepEqual(delivered, ['3:new']);
  });
});
