import { strict as assert } from 'node:assert';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { stringLines } from '../../src/report/strings-ndjson.ts';
import { analyse } from '../accuracy/analysed.ts';
import { otherServers, ownServers } from '../accuracy/cases.ts';
import type { ServerCase } from '../accuracy/real-server.ts';
import { describeWith } from '../house/needs.ts';
import { type RealServer, startServer } from './server.ts';

interface Line {
  readonly owner: { readonly kind: string } | null;
  readonly verdict: string;
  readonly text?: string;
  readonly database?: number;
  readonly slot?: number;
}

/** Live keys by text, as `--strings` writes them. */
function keysOf(core: string): Map<string, Line> {
  const { findings } = analyse(core);
  const source = FileSource.open(core);
  try {
    const keys = new Map<string, Line>();
    for (const piece of stringLines(openDump(source), findings, false)) {
      for (const text of piece.trimEnd().split('\n')) {
        const line = JSON.parse(text) as Line;
        if (line.owner?.kind === 'key' && line.verdict === 'live') keys.set(line.text!, line);
      }
    }
    return keys;
  } finally {
    source.close();
  }
}

for (const server of [...ownServers(), ...(await otherServers(console.log))]) {
  if ('reason' in server) {
    describe.skip(`databases of ${server.name} (skipped: ${server.reason})`, () => {
      it('are told apart', () => {});
    });
    continue;
  }
  describeWith(['redis', 'gdb'], `databases of ${server.name}`, function () {
    this.timeout(60_000);
    suiteFor(server);
  });
}

function suiteFor({ command, debugCommand }: ServerCase): void {
  const runWith = async (settings: string[], use: (server: RealServer) => Promise<void>) => {
    const server = await startServer({ command, debugCommand, settings });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  };

  it('are told apart: every key comes with the number of its own', async () => {
    await runWith(['--databases', '20'], async server => {
      const client = await server.connect();
      const expected = new Map<string, number>();
      for (const database of [0, 5, 7, 19]) {
        await client.call('SELECT', database);
        for (let i = 0; i < 40; i++) {
          const key = `key:of:database:${database}:${i}`.padEnd(20 + i, '.');
          expected.set(key, database);
          await client.call('SET', key, `value ${i}`, ...(i % 4 === 0 ? ['EX', 5000] : []));
        }
      }
      client.close();
      const keys = keysOf(await server.takeCore());
      assert.deepEqual(new Map([...expected.keys()].map(key => [key, keys.get(key)?.database])), expected);
    });
  });

  it('and in a cluster every key comes with its slot, as the server itself computes it', async () => {
    await runWith(['--cluster-enabled', 'yes'], async server => {
      const client = await server.connect();
      const slots = Array.from({ length: 16_384 }, (_, slot) => slot);
      await client.call('CLUSTER', 'ADDSLOTS', ...slots);
      for (let tries = 0; tries < 100; tries++) {
        if (String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) break;
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      const expected = new Map<string, number>();
      for (let i = 0; i < 60; i++) {
        const key = i % 3 === 0 ? `{user:${i % 7}}:profile:${i}` : `cluster:key:${i}`;
        await client.call('SET', key, 'x');
        expected.set(key, Number(await client.call('CLUSTER', 'KEYSLOT', key)));
      }
      client.close();
      const keys = keysOf(await server.takeCore());
      assert.deepEqual(new Map([...expected.keys()].map(key => [key, keys.get(key)?.slot])), expected);
      assert.deepEqual(new Set([...expected.keys()].map(key => keys.get(key)?.database)), new Set([0]));
    });
  });
}
