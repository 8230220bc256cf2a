import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import type { DiffJson } from '../../src/report/diff-json.ts';
import { describeWith } from '../house/needs.ts';
import { random } from './fill.ts';
import { startServer } from './server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist/cli.js');
const run = promisify(execFile);
const LEAKS = 30_000;
const NEW_KEYS = 20_000;

describeWith(['redis', 'gdb'], 'two dumps of one server, 30,000 leaks apart', function () {
  this.timeout(180_000);
  let json: DiffJson;
  let same: DiffJson;
  let printed = '';
  let masked = '';
  let bytes = 0;

  before(async () => {
    const server = await startServer({ settings: ['--slowlog-log-slower-than', '-1'] });
    try {
      const client = await server.connect();
      const next = random(3);
      const name = (number: number) => {
        const length = number % 2 === 0 ? 61 : 80;
        let text = `basket:${String(number).padStart(7, '0')}:item:`;
        while (text.length < length) text += Math.floor(next() * 16).toString(16);
        return text;
      };
      await client.callAll(Array.from({ length: 30_000 }, (_, i) => ['SET', name(i), `v${i}`]));
      await client.call('DEBUG', 'POPULATE', 50_000, 'session');
      // A leak that was there before and does not grow.
      await client.callAll(Array.from({ length: 2_000 }, (_, i) => ['DEBUG', 'LEAK', `old:leak:${i}`.padEnd(64, 'x')]));
      const earlier = await server.takeCore('earlier');
      const leaks = Array.from({ length: LEAKS }, (_, i) => name(100_000 + i));
      bytes = leaks.reduce((sum, { length }) => sum + (length === 61 ? 80 : 96), 0);
      await client.call('DEBUG', 'POPULATE', NEW_KEYS, 'cart');
      await client.callAll(leaks.map(leak => ['DEBUG', 'LEAK', leak]));
      client.close();
      const later = await server.takeCore('later');
      const buffer = { maxBuffer: 1 << 26 };
      json = JSON.parse((await run(process.execPath, [cli, 'diff', earlier, later, '--json'], buffer)).stdout);
      same = JSON.parse((await run(process.execPath, [cli, 'diff', later, later, '--json'], buffer)).stdout);
      printed = (await run(process.execPath, [cli, 'diff', earlier, later], buffer)).stdout;
      masked = (await run(process.execPath, [cli, 'diff', earlier, later, '--json', '--mask'], buffer)).stdout;
    } finally {
      await server.stop();
    }
  });

  const leaked = (amount: DiffJson['families'][number]['delta'], what: 'count' | 'bytes') =>
    amount.byVerdict.leaked[what] + amount.byVerdict['leaked-indirect'][what] + amount.byVerdict['leaked-weak'][what];

  it('puts the family that leaked first, with its number and bytes', () => {
    const [first] = json.families;
    assert.equal(first.template, 'basket:{n}:item:{hex}');
    assert.equal(leaked(first.delta, 'count'), LEAKS);
    assert.equal(leaked(first.delta, 'bytes'), bytes);
    assert.equal(leaked(first.before, 'count'), 0);
    assert.equal(leaked(first.after, 'count'), LEAKS);
    assert.match(
      json.summary,
      /^Between the two dumps: 30,000 more leaked strings, 2\.5 MiB\. The family that leaked most is basket:/,
    );
  });

  it('parts it by header and class', () => {
    const [first] = json.families;
    const grown = first.clusters.filter(({ delta }) => leaked(delta, 'count') > 0);
    assert.deepEqual(grown.map(({ header, sizeClass, delta }) => [header, sizeClass, leaked(delta, 'count')]).sort(), [
      ['sdshdr8', 80, LEAKS / 2],
      ['sdshdr8', 96, LEAKS / 2],
    ]);
  });

  it('counts what grew without leaking, and leaves a leak that did not grow alone', () => {
    const cart = json.families.find(({ template }) => template === 'cart:{n}');
    assert.equal(cart?.delta.byVerdict.live.count, NEW_KEYS);
    assert.equal(cart?.before.count, 0);
    const old = json.families.find(({ template }) => template.startsWith('old:leak'));
    assert.equal(old === undefined ? 0 : leaked(old.delta, 'count'), 0);
  });

  it('finds nothing between a dump and itself', () => {
    assert.deepEqual(same.families, []);
    assert.equal(same.summary, 'Between the two dumps: no more leaked strings.');
  });

  it('says the same to people, and keeps words out where asked', () => {
    assert.match(printed, /\+30,000 +\+\S+ +\+2\.\d MiB +[\d,]+ +[\d,]+ +basket:\{n\}:item:\{hex\}/);
    assert.doesNotMatch(masked, /basket|session|cart/);
  });

  it('prints JSON that its schema describes', () => {
    const validate = new Ajv().compile(JSON.parse(readFileSync(join(root, 'src/report/diff.schema.json'), 'utf8')));
    assert.ok(validate(json), JSON.stringify(validate.errors));
  });
});
