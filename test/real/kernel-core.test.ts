import { strict as assert } from 'node:assert';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyse, isLeaked } from '../accuracy/analysed.ts';
import { agreement } from '../accuracy/known-texts.ts';
import { describeWith } from '../house/needs.ts';
import { fill, type KnownData } from './fill.ts';
import { type RealServer, startServer } from './server.ts';

const PATTERN = '/proc/sys/kernel/core_pattern';

/** Why the kernel would write no core into a process's own folder; undefined where it does, after `prepare`. */
function obstacle(): string | undefined {
  if (!existsSync(PATTERN)) return 'no Linux kernel writes cores here';
  if (isPlain(pattern())) return undefined;
  try {
    writeFileSync(PATTERN, pattern());
    return undefined;
  } catch {
    return `the kernel's core_pattern is ${JSON.stringify(pattern())} and may not be changed`;
  }
}

const pattern = () => readFileSync(PATTERN, 'utf8').trim();

/** A file in the process's working folder: no pipe, no folder of its own. */
const isPlain = (text: string) => /^[^|/]+$/.test(text);

function suite(this: Mocha.Suite): void {
  this.timeout(120_000);
  const original = pattern();
  let server: RealServer;
  let core: string;
  let known: KnownData;

  before(async () => {
    if (!isPlain(original)) writeFileSync(PATTERN, 'core');
    const command = ['sh', '-c', 'ulimit -c unlimited && exec "$0" "$@"', 'redis-server'];
    server = await startServer({ command });
    const client = await server.connect();
    known = await fill(client, { keys: 6_000, leaks: 2_000, deletes: 0.3, seed: 41 });
    client.close();
    process.kill(server.pid, 'SIGABRT');
    core = await written(server);
  });

  after(async () => {
    if (pattern() !== original) writeFileSync(PATTERN, original);
    await server?.stop();
  });

  it('gives the same answer as one of gcore', () => {
    const analysed = analyse(core);
    assert.equal(analysed.findings.complete, true, analysed.findings.notes.join('\n'));
    assert.match(analysed.findings.server!.version, /^7\.0\.\d+$/);
    const { missedLive, missedLeaks, planted, falseLeaks } = agreement(analysed, known);
    assert.equal(planted, 2_000);
    assert.deepEqual({ missedLive, missedLeaks, falseLeaks }, { missedLive: [], missedLeaks: [], falseLeaks: [] });
  });

  for (const share of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999]) {
    it(`never says leaked when it was cut at ${share * 100} %`, () => {
      const cut = join(server.folder, 'cut.core');
      copyFileSync(core, cut);
      truncateSync(cut, Math.floor(statSync(core).size * share));
      const analysed = analyse(cut);
      assert.deepEqual(
        [...analysed.strings()].filter(({ verdict }) => isLeaked(verdict)),
        [],
      );
      assert.equal(analysed.findings.complete, false);
      assert.ok(analysed.findings.notes.length > 0);
    });
  }
}

/** The core in the server's folder, when the kernel has written all of it. */
async function written(server: RealServer): Promise<string> {
  let before = -1;
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const name = readdirSync(server.folder).find(each => /^core/.test(each));
    const size = name === undefined ? -1 : statSync(join(server.folder, name)).size;
    if (name !== undefined && size > 0 && size === before && !existsSync(`/proc/${server.pid}/mem`)) {
      return join(server.folder, name);
    }
    before = size;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  throw new Error('the kernel wrote no core within 30 s');
}

const reason = obstacle();
if (reason === undefined) describeWith(['redis'], 'a core that the kernel wrote', suite);
else {
  describe.skip(`a core that the kernel wrote (skipped: ${reason})`, () => {
    it('gives the same answer as one of gcore', () => {});
  });
}
