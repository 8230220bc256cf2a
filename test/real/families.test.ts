import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import type { AnalysisJson } from '../../src/report/analysis-json.ts';
import { describeWith } from '../house/needs.ts';
import { random } from './fill.ts';
import { startServer } from './server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist/cli.js');
const run = promisify(execFile);

const KEYS_OF_EACH = 100_000;
const LEAKS = 20_000;
/** Nine templates whose keys only live; the tenth also leaks. */
const PREFIXES = [
  'user:cart',
  'session',
  'photo:meta:v1',
  'shop.stock',
  'lesson/topic',
  'a',
  'queue-job',
  '用户',
  'x:y:z',
];

/** basket:{n}:item:{hex} of 61 bytes or, one in three, of 87. */
function basket(number: number, next: () => number): string {
  const length = number % 3 === 0 ? 87 : 61;
  let name = `basket:${String(number).padStart(7, '0')}:item:`;
  while (name.length < length) name += Math.floor(next() * 16).toString(16);
  return name;
}

describeWith(['redis', 'gdb'], 'families of a real Redis with a million keys of ten templates', function () {
  this.timeout(300_000);
  let json: AnalysisJson;
  let masked: AnalysisJson;
  let printed = '';
  let markdown = '';
  const planted = { count: 0, bytes: 0, live: 0, long: 0 };

  before(async () => {
    // The slow log keeps copies of the commands it names.
    const server = await startServer({ settings: ['--slowlog-log-slower-than', '-1'] });
    try {
      const client = await server.connect();
      const next = random(11);
      for (const prefix of PREFIXES) await client.call('DEBUG', 'POPULATE', KEYS_OF_EACH, prefix);
      for (let from = 0; from < KEYS_OF_EACH; from += 10_000) {
        const keys = Array.from({ length: 10_000 }, (_, i) => ['SET', basket(from + i, next), String(from + i)]);
        await client.callAll(keys);
        planted.live += keys.length;
      }
      const leaks = Array.from({ length: LEAKS }, (_, i) => basket(1_000_000 + i, next));
      for (let from = 0; from < LEAKS; from += 5_000) {
        await client.callAll(leaks.slice(from, from + 5_000).map(name => ['DEBUG', 'LEAK', name]));
      }
      planted.count = LEAKS;
      // An sdshdr8 of 61 bytes takes 65 of an 80-byte region, one of 87 takes 91 of a 96-byte one.
      planted.long = leaks.filter(({ length }) => length === 87).length;
      planted.bytes = leaks.reduce((sum, { length }) => sum + (length === 61 ? 80 : 96), 0);
      await client.callAll(Array.from({ length: 50 }, () => ['PING']));
      client.close();
      const core = await server.takeCore();
      const report = join(server.folder, 'report.md');
      const buffer = { maxBuffer: 1 << 26 };
      json = JSON.parse((await run(process.execPath, [cli, 'analyze', core, '--json'], buffer)).stdout);
      masked = JSON.parse((await run(process.execPath, [cli, 'analyze', core, '--json', '--mask'], buffer)).stdout);
      printed = (await run(process.execPath, [cli, 'analyze', core, '--markdown', report], buffer)).stdout;
      markdown = readFileSync(report, 'utf8');
    } finally {
      await server.stop();
    }
  });

  it('names the leaking family first, with exactly what was planted', () => {
    const [first, second] = json.families;
    assert.equal(first.template, 'basket:{n}:item:{hex}');
    assert.deepEqual(
      {
        count:
          first.byVerdict.leaked.count +
          first.byVerdict['leaked-indirect'].count +
          first.byVerdict['leaked-weak'].count,
        bytes:
          first.byVerdict.leaked.bytes +
          first.byVerdict['leaked-indirect'].bytes +
          first.byVerdict['leaked-weak'].bytes,
      },
      { count: planted.count, bytes: planted.bytes },
    );
    assert.equal(first.byVerdict.live.count, planted.live);
    assert.deepEqual(first.lengths, [61, 87]);
    const leaked = first.histogram.filter(range => range.leaked > 0);
    assert.deepEqual(
      leaked.map(range => [range.from, range.to, range.leaked]),
      [
        [61, 61, LEAKS - planted.long],
        [87, 87, planted.long],
      ],
    );
    assert.equal(second.byVerdict.leaked.count + second.byVerdict['leaked-weak'].count, 0, second.template);
  });

  it('parts the family by header and size class', () => {
    const [first] = json.families;
    const classes = first.clusters.filter(({ byVerdict }) => byVerdict.leaked.count > 0);
    assert.deepEqual(classes.map(({ header, sizeClass, stride }) => [header, sizeClass, stride]).sort(), [
      ['sdshdr8', 80, 80],
      ['sdshdr8', 96, 96],
    ]);
    for (const { fill, sizeClass } of classes) assert.ok(fill > 0.8 && fill <= 1, `${sizeClass}: ${fill}`);
    assert.equal(
      first.clusters.reduce((sum, { count }) => sum + count, 0),
      first.count,
    );
  });

  it('finds the other nine templates of keys under their names, all live', () => {
    for (const prefix of PREFIXES) {
      const family = json.families.find(({ template }) => template === `${prefix}:{n}`);
      assert.ok(
        family,
        `${prefix}:{n} among ${json.families
          .map(({ template }) => template)
          .slice(0, 20)
          .join('  ')}`,
      );
      assert.equal(family.byVerdict.live.count, KEYS_OF_EACH, prefix);
      assert.ok(family.perString.owner >= 24, `entries of ${prefix}: ${family.perString.owner}`);
    }
    assert.ok(json.families.length <= 200, `${json.families.length} families`);
  });

  it('adds up: each string is in one family, in one of its clusters', () => {
    const total = json.families.reduce((sum, { count }) => sum + count, 0);
    assert.equal(total, json.strings.total);
    assert.equal(
      json.families.reduce((sum, { bytes }) => sum + bytes, 0),
      json.clusters.reduce((sum, { bytes }) => sum + bytes, 0),
    );
  });

  it('says so in the summary, on the terminal and in the report', () => {
    const sentence = /They are one family, basket:\{n\}:item:\{hex\}: 20,000 strings of 61 to 87 bytes, 1\.6 MiB\./;
    assert.match(json.summary, sentence);
    assert.match(printed.replace(/\s+/g, ' '), sentence);
    assert.match(markdown, /## Families of strings/);
  });

  it('keeps the words of templates out of what is masked', () => {
    assert.equal(masked.families[0].template, '{word6}:{n}:{word4}:{hex}');
    for (const text of [JSON.stringify(masked), markdown]) assert.doesNotMatch(text, /basket|queue-job|用户/);
    assert.equal(masked.families.length, json.families.length);
  });

  it('prints JSON that its schema describes', () => {
    const validate = new Ajv().compile(JSON.parse(readFileSync(join(root, 'src/report/analysis.schema.json'), 'utf8')));
    assert.ok(validate(json), JSON.stringify(validate.errors));
    assert.ok(validate(masked), JSON.stringify(validate.errors));
  });
});
