import assert from 'node:assert/strict';
import { unlinkSync, writeFileSync } from 'node:fs';
import type { AnalysisProgress } from '../../src/analysis/api.ts';
import { DumpSession } from '../../src/analysis/session.ts';
import { pattern } from '../dump/elf-builder.ts';
import { temporaryFolder } from '../dump/temporary-files.ts';

const READER = new URL('../../src/analysis/reader-worker.ts', import.meta.url);
const RPC = JSON.stringify(new URL('../../src/analysis/rpc.ts', import.meta.url).href);

describe('a session', function () {
  this.timeout(20_000);
  const path = temporaryFolder();
  const bytes = pattern(10_000);
  const sessions: DumpSession[] = [];

  before(() => {
    writeFileSync(path('a.rdump'), bytes);
  });
  afterEach(() => Promise.all(sessions.splice(0).map(session => session.dispose())));

  /** A worker of the test's own: the body of an object of methods, served. */
  function workerFile(name: string, methods: string): string {
    const file = path(`${name}.mjs`);
    writeFileSync(
      file,
      `import { parentPort } from 'node:worker_threads';\nimport { serve } from ${RPC};\nserve(parentPort, { ${methods} });\n`,
    );
    return file;
  }

  function session(analyser: string | URL = path('missing.mjs'), reader: string | URL = READER): DumpSession {
    const made = new DumpSession({ reader, analyser, explainer: path('missing.mjs') });
    sessions.push(made);
    return made;
  }

  it('opens a dump and answers from its thread', async () => {
    const open = session();
    const summary = await open.open(path('a.rdump'), { base: 0x10000 });
    assert.equal(summary.size, 10_000);
    assert.equal(summary.baseKnown, true);
    const window = await open.window({ order: 'file', firstRow: 1, rowCount: 3, bytesPerRow: 16 });
    assert.ok(window.bytes instanceof ArrayBuffer);
    assert.deepEqual(Buffer.from(window.bytes), bytes.subarray(16, 64));
    assert.equal((await open.goTo('0x10010', 0)).offset, 16);
    assert.equal((await open.inspect(16)).values[0].little, `${bytes[16]}`);
    assert.equal(await open.rowOf('address', 100, 16), 6);
    assert.equal(await open.offsetOfRow('file', 2, 16), 32);
    assert.equal(await open.check(), undefined);
    assert.deepEqual(Buffer.from(await open.bytes(5, 10)), bytes.subarray(5, 10));
  });

  it('hands over what is wrong as a DumpError', async () => {
    const open = session();
    await assert.rejects(open.open(path('nothing.core')), { name: 'DumpError', message: /does not exist/ });
    await assert.rejects(open.window({ order: 'file', firstRow: 0, rowCount: 1, bytesPerRow: 16 }), {
      name: 'DumpError',
      message: 'No dump is open.',
    });
    await assert.rejects(open.analyse(), { name: 'DumpError', message: 'No dump is open.' });
    assert.equal((await open.open(path('a.rdump'))).size, 10_000);
  });

  it('starts a new reader on the same dump when one has died, and rejects what was under way', async () => {
    const mortal = workerFile(
      'mortal-reader',
      `open: (path, options) => ({ path, size: options.base }), check: () => process.exit(3), bytes: () => new Promise(() => {}),
       clusters: () => ({ total: 7, clusters: [] })`,
    );
    const open = session(undefined, mortal);
    await open.open(path('a.rdump'), { base: 5 });
    const waiting = open.bytes(0, 1);
    const fatal = open.check();
    await assert.rejects(waiting, { name: 'DumpError', message: /^The reader stopped: its thread ended with code 3/ });
    await assert.rejects(fatal, { name: 'DumpError' });
    assert.deepEqual(await open.clusters(0, 1), { total: 7, clusters: [] });
  });

  it('opens the dump again in the new reader', async () => {
    const file = path('fragile-reader.mjs');
    writeFileSync(
      file,
      `import { parentPort } from 'node:worker_threads';
       import ${JSON.stringify(READER.href)};
       parentPort.on('message', ({ method }) => method === 'check' && process.exit(1));`,
    );
    const open = session(undefined, file);
    await open.open(path('a.rdump'), { base: 0x10000 });
    await assert.rejects(open.check(), /The reader stopped/);
    assert.equal((await open.goTo('0x10010', 0)).address, 0x10010);
    assert.deepEqual(Buffer.from(await open.bytes(0, 4)), bytes.subarray(0, 4));
  });

  it('answers on after a question that makes no sense', async () => {
    const open = session();
    await open.open(path('a.rdump'));
    await assert.rejects(open.window({ order: 'file', firstRow: 0, rowCount: 1e9, bytesPerRow: 16 }), {
      name: 'RangeError',
    });
    assert.deepEqual(Buffer.from(await open.bytes(0, 4)), bytes.subarray(0, 4));
  });

  it('says so when a thread cannot even start', async () => {
    const open = session(undefined, path('no-such-worker.mjs'));
    await assert.rejects(open.open(path('a.rdump')), {
      name: 'DumpError',
      message: /The reader stopped: .*no-such-worker/s,
    });
  });

  it('runs an analysis with progress and hands its findings to the reader, also to a later one', async () => {
    const analyser = workerFile(
      'analyser',
      `analyse(path, options, context) {
         context.progress({ stage: 'carve', share: 0.5, message: path.slice(-7) });
         return { summary: 'done', milliseconds: options.base };
       },
       findings() {
         const shared = new Uint32Array(new SharedArrayBuffer(8));
         shared[0] = 99;
         return { strings: { length: shared } };
       }`,
    );
    const reader = workerFile(
      'listening-reader',
      `open: (path) => ({ path, size: 1 }),
       useFindings(findings) { globalThis.length = findings.strings.length; },
       clusters() { const { length } = globalThis; length[1]++; return { total: length[0], clusters: length[1] }; },
       check: () => process.exit(1)`,
    );
    const open = session(analyser, reader);
    await open.open(path('a.rdump'), { base: 4 });
    const seen: AnalysisProgress[] = [];
    const summary = await open.analyse({ onProgress: progress => seen.push(progress) });
    assert.deepEqual(summary, { summary: 'done', milliseconds: 4 });
    assert.deepEqual(seen, [{ stage: 'carve', share: 0.5, message: 'a.rdump' }]);
    assert.deepEqual(await open.clusters(0, 1), { total: 99, clusters: 1 });
    await assert.rejects(open.check());
    // The new reader writes to the same memory: the findings were shared, not copied.
    assert.deepEqual(await open.clusters(0, 1), { total: 99, clusters: 2 });
  });

  it('cancels an analysis that is in a loop, and keeps what it returns', async () => {
    const analyser = workerFile(
      'patient-analyser',
      `analyse(path, options, context) {
         context.progress({ stage: 'mark', share: 0.1, message: '' });
         const end = Date.now() + 15000;
         while (!context.cancelled() && Date.now() < end);
         return { complete: !context.cancelled() };
       },
       findings: () => undefined`,
    );
    const open = session(analyser);
    await open.open(path('a.rdump'));
    const abort = new AbortController();
    const summary = await open.analyse({ cancelled: abort.signal, onProgress: () => abort.abort() });
    assert.equal(summary.complete, false);
    assert.deepEqual(Buffer.from(await open.bytes(0, 4)), bytes.subarray(0, 4));
  });

  it('rejects an analysis whose thread dies, and goes on reading', async () => {
    const open = session(
      workerFile(
        'mortal-analyser',
        'analyse: () => { setTimeout(() => process.exit(9)); return new Promise(() => {}); }',
      ),
    );
    await open.open(path('a.rdump'));
    await assert.rejects(open.analyse(), { name: 'DumpError', message: /^The analyser stopped: .*code 9/ });
    assert.deepEqual(Buffer.from(await open.bytes(0, 4)), bytes.subarray(0, 4));
  });

  it('stops an analysis when another one is started', async () => {
    const open = session(
      workerFile(
        'choosy-analyser',
        `analyse(path, options, context) {
           context.progress({ stage: 'mark', share: 0, message: '' });
           return new Promise(resolve => setTimeout(resolve, 300, { summary: 'second' }));
         },
         findings: () => undefined`,
      ),
    );
    await open.open(path('a.rdump'));
    const first = assert.rejects(open.analyse(), { message: 'Another analysis was started.' });
    assert.deepEqual(await open.analyse(), { summary: 'second' });
    await first;
  });

  it('ends everything when disposed', async () => {
    const open = session(workerFile('endless-analyser', 'analyse: () => { for (;;); }'));
    await open.open(path('a.rdump'));
    const analysis = open.analyse();
    const rejected = assert.rejects(analysis, { message: 'The dump was closed.' });
    await open.dispose();
    await rejected;
    await assert.rejects(open.bytes(0, 1), { message: 'The dump was closed.' });
  });

  it('reads a deleted dump on while its reader lives', async () => {
    writeFileSync(path('gone.rdump'), bytes);
    const open = session();
    await open.open(path('gone.rdump'));
    unlinkSync(path('gone.rdump'));
    assert.match((await open.check())!.message, /deleted or moved/);
    assert.deepEqual(Buffer.from(await open.bytes(0, 100)), bytes.subarray(0, 100));
  });
});
