import { strict as assert } from 'node:assert';
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '../house/needs.ts';
import { keepBusy } from './busy.ts';
import { fill, type KnownData } from './fill.ts';
import { type Judged, judgeCore, score } from './judged.ts';
import { type RealServer, startServer } from './server.ts';

describeWith(['redis', 'gdb'], 'verdicts on a real Redis that leaks', function () {
  this.timeout(180_000);
  let server: RealServer;
  let core: string;
  let known: KnownData;
  let judged: Judged;

  before(async () => {
    // The slow log keeps copies of arguments, which are live although their keys are deleted.
    server = await startServer({ settings: ['--slowlog-log-slower-than', '-1'] });
    const client = await server.connect();
    known = await fill(client, { keys: 100_000, leaks: 20_000, deletes: 0.3, seed: 11 });
    const connections = await keepBusy(server, client, 20_000);
    core = await server.takeCore();
    for (const one of [client, ...connections]) one.close();
    judged = judgeCore(core);
  });

  after(async () => {
    judged?.close();
    await server?.stop();
  });

  it('finds at least 99.99 % of the planted leaks', () => {
    const { planted, found } = score(judged, known);
    assert.equal(planted, 20_000);
    assert.ok(found >= planted * 0.9999, `${found} of ${planted}`);
  });

  it('calls nothing leaked that was not planted', () => {
    assert.deepEqual(score(judged, known).strangers, []);
  });

  it('finds every known key and value, and every one of them live', () => {
    const result = score(judged, known);
    assert.deepEqual(result.falselyLeaked, []);
    assert.deepEqual(result.notFound, []);
    assert.equal(result.live, known.keys.size + known.strings.size);
  });

  it('never calls a deleted string live or leaked', () => {
    const wrong = [...known.deleted].filter(text => judged.verdictsOf(text).some(one => one !== 'freed'));
    assert.deepEqual(wrong, []);
  });

  it('knows the server', () => {
    const identity = judged.findings.server!;
    assert.equal(identity.name, 'redis');
    assert.match(identity.version, /^7\.0\.\d+$/);
    assert.equal(identity.unverified, false);
  });

  it('says unknown, not leaked, where the core was cut off', () => {
    const cut = join(server.folder, 'cut.core');
    copyFileSync(core, cut);
    const size = statSync(cut).size;
    for (const share of [0.9, 0.6]) {
      truncateSync(cut, Math.floor(size * share));
      let part: Judged;
      try {
        part = judgeCore(cut);
      } catch (error) {
        assert.match((error as Error).message, /no allocator/); // cut before the allocator's own memory
        continue;
      }
      assert.deepEqual(part.leaked(), []);
      assert.equal(part.findings.complete, false);
      assert.ok(part.findings.notes.length > 0);
      part.close();
    }
  });
});

describeWith(['redis', 'gdb'], 'verdicts on a real Redis that does not leak', function () {
  this.timeout(120_000);

  it('finds no leak, with clients connected and blocked, streams, scripts and expiries', async () => {
    const server = await startServer();
    try {
      const client = await server.connect();
      const known = await fill(client, { keys: 30_000, leaks: 0, deletes: 0.4, seed: 12 });
      const connections = await keepBusy(server, client, 20_000);
      const core = await server.takeCore();
      for (const one of [client, ...connections]) one.close();
      const judged = judgeCore(core);
      const result = score(judged, known);
      assert.deepEqual(judged.leaked(), []);
      assert.deepEqual(result.notFound, []);
      assert.equal(result.live, known.keys.size + known.strings.size);
      assert.equal(judged.findings.complete, true);
      judged.close();
    } finally {
      await server.stop();
    }
  });
});
