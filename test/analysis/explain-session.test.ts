import assert from 'node:assert/strict';
import { DumpSession } from '../../src/analysis/session.ts';
import { type GeneratedDump, generatedDump } from './generated-dump.ts';

const worker = (name: string) => new URL(`../../src/analysis/${name}.ts`, import.meta.url);
const files = {
  reader: worker('reader-worker'),
  analyser: worker('analysis-worker'),
  explainer: worker('explainer-worker'),
};

describe('a session explains', function () {
  this.timeout(20_000);
  let dump: GeneratedDump;
  let session: DumpSession;
  before(async () => {
    dump = generatedDump('healthy', 'redis-7.0.15', 200);
    session = new DumpSession(files);
    await session.open(dump.path);
  });
  after(async () => {
    await session.dispose();
    dump.remove();
  });
  const someKey = () => {
    const key = dump.strings.find(({ owner, verdict }) => owner?.kind === 'key' && verdict === 'live')!;
    return dump.offsetOf(Number(key.address));
  };

  it('nothing before an analysis', async () => {
    await assert.rejects(session.why(someKey()), /not been analysed yet/);
    await assert.rejects(session.references(someKey()), /not been analysed yet/);
  });

  it('from a thread of its own, while the reader answers', async () => {
    await session.analyse();
    const shares: number[] = [];
    const why = session.why(someKey(), { onProgress: share => shares.push(share) });
    const window = await session.window({ order: 'file', firstRow: 0, rowCount: 4, bytesPerRow: 16 });
    assert.equal(window.rows.length, 4);
    assert.equal((await why)?.steps.at(-1)?.name, 'string');
    assert.ok(shares.length > 0);
    const [why2, references] = await Promise.all([session.why(someKey()), session.references(someKey())]);
    assert.deepEqual(why2, await why);
    assert.equal(references?.references[0].where, 'dictEntry.key');
  });

  it('nothing to who gave up', async () => {
    assert.equal(await session.references(someKey(), { cancelled: AbortSignal.abort() }), undefined);
  });

  it('again after another analysis, and not after another dump was opened', async () => {
    await session.analyse();
    assert.match((await session.why(someKey()))?.sentence ?? '', /^It is alive/);
    await session.open(dump.path);
    await assert.rejects(session.why(someKey()), /not been analysed yet/);
  });

  it('ends when it is closed', async () => {
    const other = new DumpSession(files);
    await other.open(dump.path);
    await other.analyse();
    const why = other.why(someKey());
    const ended = assert.rejects(why, /closed/);
    await new Promise(resolve => setTimeout(resolve, 20));
    await other.dispose();
    await ended;
  });
});
