import assert from 'node:assert/strict';
import type { FromWebview } from '../../src/editor/protocol.ts';
import { type Announcement, Host } from '../../webview/host.ts';

function setUp() {
  const sent: FromWebview[] = [];
  const announced: Announcement[] = [];
  const host = new Host(
    message => sent.push(message),
    message => announced.push(message),
  );
  return { host, sent, announced };
}

describe('questions to the host', () => {
  it('gives each question the answer with its id, in whatever order they come', async () => {
    const { host, sent } = setUp();
    const first = host.ask('rowOf', { order: 'file', offset: 16, bytesPerRow: 16 });
    const second = host.ask('rowOf', { order: 'file', offset: 32, bytesPerRow: 16 });
    const [a, b] = sent as { id: number }[];
    assert.notEqual(a.id, b.id);
    host.receive({ type: 'answer', id: b.id, ok: true, value: 2 });
    host.receive({ type: 'answer', id: a.id, ok: true, value: 1 });
    assert.deepEqual(await Promise.all([first, second]), [1, 2]);
  });

  it('rejects with the sentence of the host', async () => {
    const { host, sent } = setUp();
    const question = host.ask('setBase', { base: 'x' });
    host.receive({ type: 'answer', id: (sent[0] as { id: number }).id, ok: false, error: '“x” is no address.' });
    await assert.rejects(question, { message: '“x” is no address.' });
  });

  it('drops an answer that nobody waits for, and one that comes twice', async () => {
    const { host, sent, announced } = setUp();
    const question = host.ask('rowOf', { order: 'file', offset: 0, bytesPerRow: 16 });
    const { id } = sent[0] as { id: number };
    host.receive({ type: 'answer', id: 999, ok: true, value: 7 });
    host.receive({ type: 'answer', id, ok: true, value: 1 });
    host.receive({ type: 'answer', id, ok: true, value: 2 });
    assert.equal(await question, 1);
    assert.deepEqual(announced, []);
  });

  it('hands on what the host says by itself', () => {
    const { host, announced } = setUp();
    host.receive({ type: 'reveal', start: 1, end: 2 });
    assert.deepEqual(announced, [{ type: 'reveal', start: 1, end: 2 }]);
  });
});
