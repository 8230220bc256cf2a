import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AnalysisJson } from '../../src/report/analysis-json.ts';
import { describeWith } from '../house/needs.ts';
import { startServer } from './server.ts';

const cli = join(fileURLToPath(new URL('../..', import.meta.url)), 'dist/cli.js');
const run = promisify(execFile);
const KEYS = 60_000;
const [FIRST_MOVED, LAST_MOVED] = [5000, 5399];

describeWith(['redis', 'gdb'], 'a cluster node that gave slots away and leaked copies of their keys', function () {
  this.timeout(180_000);
  let json: AnalysisJson;
  let given: AnalysisJson;
  /** Slots that the server itself names for the leaked names. */
  const slots = new Set<number>();
  let leaks = 0;
  let stays = 0;

  before(async () => {
    const server = await startServer({ settings: ['--cluster-enabled', 'yes', '--slowlog-log-slower-than', '-1'] });
    try {
      const client = await server.connect();
      await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
      while (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      for (let from = 0; from < KEYS; from += 10_000) {
        const name = (i: number) =>
          `warehouse:section:{${i % 3 === 0 ? 'west' : 'east'}-${i}}:shelf:stock:reserved:lot:${i}`;
        await client.callAll(Array.from({ length: 10_000 }, (_, i) => ['SET', name(from + i), `value-${from + i}`]));
      }
      for (let slot = FIRST_MOVED; slot <= LAST_MOVED; slot++) {
        const names = (await client.call('CLUSTER', 'GETKEYSINSLOT', slot, 1000)) as string[];
        if (names.length === 0) continue;
        slots.add(slot);
        leaks += names.length;
        await client.callAll(names.map(name => ['DEBUG', 'LEAK', String(name)]));
        await client.callAll(names.map(name => ['DEL', String(name)]));
      }
      await client.call('CLUSTER', 'DELSLOTSRANGE', FIRST_MOVED, LAST_MOVED);
      stays = Number(await client.call('DBSIZE'));
      client.close();
      const core = await server.takeCore();
      const buffer = { maxBuffer: 1 << 26 };
      json = JSON.parse((await run(process.execPath, [cli, 'analyze', core, '--json'], buffer)).stdout);
      const slotsGiven = ['--slots', '0-99,5100-16383'];
      given = JSON.parse((await run(process.execPath, [cli, 'analyze', core, '--json', ...slotsGiven], buffer)).stdout);
    } finally {
      await server.stop();
    }
  });

  it('finds one family of leaked names', () => {
    const [first] = json.families;
    assert.match(first.template, /^warehouse:section:\{.*\}:shelf:stock:reserved:lot:\{n\}$/);
    const leaked = json.families.reduce(
      (sum, { byVerdict }) => sum + byVerdict.leaked.count + byVerdict['leaked-weak'].count,
      0,
    );
    assert.equal(leaked, leaks);
    const live = json.families.reduce(
      (sum, { template, byVerdict }) => sum + (template.startsWith('warehouse') ? byVerdict.live.count : 0),
      0,
    );
    assert.equal(live, stays);
  });

  it('says that their slots are not owned any more, and which, as the cluster state in the dump does', () => {
    const known = json.families.flatMap(({ attribution }) => (attribution === null ? [] : [attribution.slots]));
    assert.equal(
      known.reduce((sum, { foreign }) => sum + foreign, 0),
      leaks,
    );
    assert.equal(
      known.reduce((sum, { owned }) => sum + owned, 0),
      0,
    );
    for (const { known: from, distinct, foreignRanges } of known) {
      assert.equal(from, 'dump');
      assert.ok(distinct > 0 && distinct <= slots.size);
      for (const [first, last] of foreignRanges)
        for (let slot = first; slot <= last; slot++) assert.ok(slots.has(slot), `${slot}`);
    }
  });

  it('ranks names of moved slots first, with the slots as its evidence', () => {
    const [first] = json.origins;
    assert.equal(first.rule, 'moved-slots');
    assert.ok(first.score > 0.9, `${first.score}`);
    assert.match(
      first.evidence[0],
      /hash slots that this server does not own, as the cluster state in the dump says: 50\d\d/,
    );
    assert.match(json.summary, /Likeliest origin: Names of keys in hash slots that this server does not own\./);
  });

  it('believes the slots that somebody gives instead', () => {
    const [slots] = given.families.flatMap(({ attribution }) => (attribution === null ? [] : [attribution.slots]));
    assert.equal(slots.known, 'given');
    assert.ok(slots.owned > 0 && slots.foreign > 0);
    for (const [first, last] of slots.foreignRanges) assert.ok(first >= FIRST_MOVED && last < 5100, `${first}-${last}`);
  });
});
