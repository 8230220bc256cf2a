import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { AnalysisJson } from '../../src/report/analysis-json.ts';
import { temporaryFolder } from '../dump/temporary-files.ts';
import { cli, hexheap, root } from './hexheap.ts';
import { countOf, type Known, known } from './samples.ts';

describe('hexheap analyze', function () {
  this.timeout(30_000);
  const place = temporaryFolder();
  let didi: Known;
  let healthy: Known;

  before(() => {
    didi = known({ scenario: 'didi', path: place('didi.core'), strings: 2000 });
    healthy = known({ scenario: 'healthy', path: place('healthy.core'), strings: 500 });
  });

  it('begins with the sentence that counts the leaks, then verdicts and clusters in columns', async () => {
    const { code, output, errors } = await hexheap(['analyze', didi.path]);
    assert.deepEqual([code, errors], [0, '']);
    const lines = output.split('\n');
    const leaked = countOf(didi.strings, 'leaked');
    assert.match(
      lines[0],
      new RegExp(`^[\\d,]+ strings were found; ${leaked.toLocaleString('en-US')} of them leaked, `),
    );
    const at = lines.findIndex(line => line.startsWith('HEADER '));
    const table = lines.slice(at, lines.indexOf('', at) < 0 ? -1 : lines.indexOf('', at));
    assert.ok(table.length > 3);
    for (const column of ['CLASS', 'COUNT', 'LEAKED', 'SIZE', 'LENGTH', 'FILLED']) {
      const end = table[0].indexOf(column) + column.length;
      for (const row of table) {
        assert.match(row.slice(end - 1, end), /\S/, `${column} of ${row}`);
        assert.match(row.slice(end, end + 2), /^ *$/, `${column} of ${row}`);
      }
    }
    for (const line of lines) assert.ok(line.length <= 100, line);
    assert.doesNotMatch(output, /\b1 strings|\b1 clusters/);
  });

  it('says that nothing leaked where nothing did, whatever is asked for on a leak', async () => {
    const { code, output } = await hexheap(['analyze', healthy.path, '--fail-on-leak']);
    assert.equal(code, 0);
    assert.match(output, /^[\d,]+ strings were found; no leak\.\n/);
  });

  it('ends with 1 on a leak only when asked to', async () => {
    assert.equal((await hexheap(['analyze', didi.path, '--fail-on-leak'])).code, 1);
    assert.equal((await hexheap(['analyze', didi.path])).code, 0);
  });

  it('prints JSON that the schema in the repository describes, with the true counts', async () => {
    const { output, errors } = await hexheap(['analyze', didi.path, '--json']);
    assert.equal(errors, '');
    const json = JSON.parse(output) as AnalysisJson;
    const schema = JSON.parse(readFileSync(join(root, 'src/report/analysis.schema.json'), 'utf8'));
    const validate = new Ajv().compile(schema);
    assert.ok(validate(json), JSON.stringify(validate.errors));
    const { byVerdict } = json.strings;
    const sum = ['leaked', 'leaked-indirect', 'leaked-weak'].reduce(
      (all, verdict) => all + byVerdict[verdict as 'leaked'].count,
      0,
    );
    assert.equal(sum, countOf(didi.strings, 'leaked'));
    assert.equal(json.dump.size, statSync(didi.path).size);
    assert.equal(json.server?.version.split('.')[0], '3');
  });

  it('writes every string with its text, and without it when masked', async () => {
    const file = place('strings.ndjson');
    assert.equal((await hexheap(['analyze', didi.path, '--strings', file])).code, 0);
    const found = new Map(
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => [JSON.parse(line).address, JSON.parse(line)]),
    );
    const missed = didi.strings.filter(
      ({ address, verdict, text }) => verdict === 'leaked' && found.get(address)?.text !== text,
    );
    assert.equal(missed.length, 0, JSON.stringify(missed[0]));
    const masked = await hexheap(['analyze', didi.path, '--strings', '-', '--mask']);
    assert.equal(masked.output.trimEnd().split('\n').length, found.size);
    assert.doesNotMatch(masked.output, /"text"|"base64"/);
  });

  it('prints no text of the dump when masked', async () => {
    // Parts of texts that nothing else can be: with letters and digits mixed.
    const secrets = didi.strings.flatMap(({ text = '' }) => text.match(/(?=\w*\d)(?=\w*[a-z])\w{10,}/gi) ?? []);
    assert.ok(secrets.length > 2000);
    const told = (output: string) => secrets.filter(secret => output.includes(secret));
    assert.notEqual(told((await hexheap(['analyze', didi.path, '--json'])).output).length, 0);
    assert.deepEqual(told((await hexheap(['analyze', didi.path, '--json', '--mask'])).output), []);
    const { output } = await hexheap(['analyze', didi.path, '--mask']);
    assert.deepEqual(told(output), []);
    assert.match(output, /\{word\d+\}/);
  });

  it('masks the report unless its text is asked for', async () => {
    const file = place('report.md');
    assert.equal((await hexheap(['analyze', didi.path, '--markdown', file])).code, 0);
    const masked = readFileSync(file, 'utf8');
    assert.match(masked, /Clusters of repeated allocations/);
    assert.ok(/\{word\d+\}/.test(masked));
    assert.equal((await hexheap(['analyze', didi.path, '--markdown', file, '--include-text'])).code, 0);
    assert.notEqual(readFileSync(file, 'utf8'), masked);
    const both = await hexheap(['analyze', didi.path, '--markdown', file, '--include-text', '--mask']);
    assert.deepEqual([both.code, both.errors], [2, 'hexheap: --mask and --include-text contradict each other.\n']);
  });

  it('gives outputs the permissions of the dump, and leaves nothing else behind', async () => {
    const folder = place('outputs');
    mkdirSync(folder);
    const dump = join(folder, 'secret.core');
    copyFileSync(healthy.path, dump);
    chmodSync(dump, 0o640);
    const before = readFileSync(dump);
    const outputs = [join(folder, 'r.md'), join(folder, 's.ndjson')];
    writeFileSync(outputs[0], 'old', { mode: 0o666 });
    await hexheap(['analyze', dump, '--markdown', outputs[0], '--strings', outputs[1]]);
    for (const file of outputs) assert.equal(statSync(file).mode & 0o777, 0o640, file);
    assert.deepEqual(readdirSync(folder).sort(), ['r.md', 's.ndjson', 'secret.core']);
    assert.ok(before.equals(readFileSync(dump)));
  });

  it('runs from its one file alone, on the Node that is there', async () => {
    const folder = place('elsewhere');
    mkdirSync(folder);
    copyFileSync(cli, join(folder, 'cli.js'));
    const { code, output } = await hexheap(['info', healthy.path], join(folder, 'cli.js'), folder);
    assert.equal(code, 0);
    assert.match(output, /^Format +ELF core of x86-64$/m);
    const analysis = await hexheap(['analyze', healthy.path], join(folder, 'cli.js'), folder);
    assert.match(analysis.output, /no leak/);
  });
});
