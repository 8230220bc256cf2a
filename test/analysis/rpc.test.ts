import assert from 'node:assert/strict';
import { MessageChannel, Worker } from 'node:worker_threads';
import { type Connection, connect, type Port, type Served, serve } from '../../src/analysis/rpc.ts';
import { DumpError } from '../../src/dump/dump.ts';

interface TestApi {
  add(a: number, b: number): number;
  later(milliseconds: number): Promise<string>;
  fail(kind: 'dump' | 'range' | 'text'): never;
  buffers(): { head: string; bytes: ArrayBuffer };
  buffer(length: number): ArrayBuffer;
  steps(count: number): number;
  unclonable(): unknown;
  never(): Promise<void>;
}

describe('questions between threads', () => {
  const kept: ArrayBuffer[] = [];
  const ports: { close(): void }[] = [];

  const api: Served<TestApi> = {
    add: (a, b) => a + b,
    later: async milliseconds => {
      await new Promise(resolve => setTimeout(resolve, milliseconds));
      return `after ${milliseconds}`;
    },
    fail: kind => {
      if (kind === 'dump') throw new DumpError('The file is empty.');
      if (kind === 'range') throw new RangeError('out of range');
      throw 'a mere text';
    },
    buffers: () => {
      const bytes = new Uint8Array([1, 2, 3]).buffer;
      kept.push(bytes);
      return { head: 'rows', bytes };
    },
    buffer: length => new ArrayBuffer(length),
    steps: (count, context) => {
      for (let step = 0; step < count; step++) context.progress({ step });
      return count;
    },
    unclonable: () => () => undefined,
    never: () => new Promise<void>(() => undefined),
  };

  function connected(): Connection<TestApi> {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    serve<TestApi>(port2, api);
    return connect<TestApi>(port1);
  }

  after(() => {
    for (const port of ports) port.close();
  });

  it('are answered each with its own answer, in whatever order those come', async () => {
    const connection = connected();
    const order: string[] = [];
    const slow = connection.call('later', [30]).then(value => order.push(value));
    const quick = connection.call('add', [2, 3]).then(value => order.push(`sum ${value}`));
    await Promise.all([slow, quick]);
    assert.deepEqual(order, ['sum 5', 'after 30']);
  });

  it('hand over errors with name and message', async () => {
    const connection = connected();
    await assert.rejects(connection.call('fail', ['dump']), { name: 'DumpError', message: 'The file is empty.' });
    await assert.rejects(connection.call('fail', ['range']), { name: 'RangeError', message: 'out of range' });
    await assert.rejects(connection.call('fail', ['text']), { name: 'Error', message: 'a mere text' });
    await assert.rejects(connection.call('unclonable', []), { name: 'DataCloneError' });
    await assert.rejects(connection.call('toString' as 'never', []), /no question named toString/);
    assert.equal(await connection.call('add', [1, 1]), 2);
  });

  it('reject what cannot be sent', async () => {
    const connection = connected();
    await assert.rejects(connection.call('add', [1, (() => 1) as unknown as number]), { name: 'DataCloneError' });
  });

  it('hand ArrayBuffers over instead of copying them', async () => {
    const connection = connected();
    const answer = await connection.call('buffers', []);
    assert.deepEqual([...new Uint8Array(answer.bytes)], [1, 2, 3]);
    assert.equal(answer.head, 'rows');
    assert.equal(kept.at(-1)!.byteLength, 0);
    const bare = await connection.call('buffer', [1000]);
    assert.ok(bare instanceof ArrayBuffer);
    assert.equal(bare.byteLength, 1000);
  });

  it('report progress in order, before the answer', async () => {
    const connection = connected();
    const seen: unknown[] = [];
    const count = await connection.call('steps', [3], { onProgress: value => seen.push(value) });
    assert.equal(count, 3);
    assert.deepEqual(seen, [{ step: 0 }, { step: 1 }, { step: 2 }]);
  });

  it('are rejected, those under way and all later ones, when the other side is gone', async () => {
    const connection = connected();
    const waiting = connection.call('never', []);
    connection.close(new DumpError('The reader stopped.'));
    await assert.rejects(waiting, { name: 'DumpError', message: 'The reader stopped.' });
    await assert.rejects(connection.call('add', [1, 2]), { message: 'The reader stopped.' });
  });

  it('can be cancelled while the other side is in a loop that never pauses', async () => {
    interface LoopApi {
      count(): { cancelled: boolean; inTime: boolean };
    }
    const rpc = JSON.stringify(new URL('../../src/analysis/rpc.ts', import.meta.url).href);
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       import(${rpc}).then(({ serve }) => {
         serve(parentPort, { count(context) {
           context.progress('running');
           const end = Date.now() + 20000;
           while (!context.cancelled() && Date.now() < end);
           return { cancelled: context.cancelled(), inTime: Date.now() < end };
         } });
         parentPort.postMessage({ progress: -1 });
       });`,
      { eval: true },
    );
    try {
      const connection = connect<LoopApi>(worker as Port);
      await new Promise(resolve => worker.once('message', resolve));
      const abort = new AbortController();
      const result = await connection.call('count', [], { cancelled: abort.signal, onProgress: () => abort.abort() });
      assert.deepEqual(result, { cancelled: true, inTime: true });
      const early = await connection.call('count', [], { cancelled: AbortSignal.abort() });
      assert.deepEqual(early, { cancelled: true, inTime: true });
    } finally {
      await worker.terminate();
    }
  });
});
