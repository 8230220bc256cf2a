import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AnalysisJson } from '../../src/report/analysis-json.ts';
import { describeWith } from '../house/needs.ts';
import { startServer } from './server.ts';

const cli = join(fileURLToPath(new URL('../..', import.meta.url)), 'dist/cli.js');
const KEYS = 10_000;
const ALIVE = 2_000;
const ELSEWHERE = 500;

describeWith(['redis', 'gdb'], 'leaked copies of the names of keys', function () {
  this.timeout(120_000);
  let json: AnalysisJson;

  before(async () => {
    const server = await startServer({ settings: ['--slowlog-log-slower-than', '-1'] });
    try {
      const client = await server.connect();
      const key = (i: number) => `basket:${String(i).padStart(8, '0')}:of:someone`.padEnd(64, '.');
      await client.call('SELECT', 3);
      await client.callAll(Array.from({ length: KEYS }, (_, i) => ['SET', key(i), 'v'.repeat(50)]));
      await client.callAll(Array.from({ length: ALIVE }, (_, i) => ['DEBUG', 'LEAK', key(i)]));
      await client.callAll(Array.from({ length: ELSEWHERE }, (_, i) => ['DEBUG', 'LEAK', key(KEYS + i)]));
      // One text leaks again and again.
      await client.callAll(Array.from({ length: 100 }, () => ['DEBUG', 'LEAK', key(0)]));
      client.close();
      const core = await server.takeCore();
      const { stdout } = await promisify(execFile)(process.execPath, [cli, 'analyze', core, '--json'], {
        maxBuffer: 1 << 26,
      });
      json = JSON.parse(stdout);
    } finally {
      await server.stop();
    }
  });

  it('are told from texts that nothing else has, with the database of the keys', () => {
    const { texts, members } = json.families[0].attribution!;
    assert.equal(members, ALIVE + ELSEWHERE + 100);
    assert.equal(texts.compared, members);
    assert.equal(texts.liveKey, ALIVE + 100);
    assert.equal(texts.none, ELSEWHERE);
    assert.deepEqual(texts.databases, [{ database: 3, count: ALIVE + 100 }]);
    assert.equal(texts.distinct, ALIVE + ELSEWHERE);
    assert.equal(texts.mostCopies, 101);
  });

  it('are the likeliest origin, with its evidence and what speaks against it', () => {
    const [first] = json.origins;
    assert.equal(first.rule, 'key-copies');
    assert.match(first.evidence.join(' '), /2,100 of 2,600 \(80\.8 %\) have the text of a key that lives/);
    assert.match(first.evidence.join(' '), /2,100 of 2,100 \(100 %\) of these keys are in database 3/);
    assert.match(first.evidence.join(' '), /in one go or in few bursts/);
    assert.match(first.counter.join(' '), /500 of 2,600 \(19\.2 %\) have a text that nothing else in the dump has/);
    assert.match(json.summary, /Likeliest origin: Copies of names of keys, freed by nobody/);
  });

  it('have the room that making a string in one piece gives', () => {
    const { alloc } = json.families[0].attribution!;
    // An sdshdr8 of 64 bytes in an 80-byte region: 76 bytes of room, by sdsnewlen of 6.2 and later.
    assert.deepEqual(alloc, { exact: 0, usable: ALIVE + ELSEWHERE + 100, doubled: 0, other: 0, none: 0 });
  });
});
