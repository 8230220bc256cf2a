import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { temporaryFolder } from '../dump/temporary-files.ts';
import { cli, hexheap } from './hexheap.ts';
import { known } from './samples.ts';

describe('what hexheap refuses', function () {
  this.timeout(30_000);
  const place = temporaryFolder();
  let dump = '';

  before(() => {
    dump = known({ scenario: 'healthy', path: place('dump.core'), strings: 200 }).path;
    mkdirSync(place('folder'));
    linkSync(dump, place('hard'));
    symlinkSync(dump, place('soft'));
    writeFileSync(place('empty'), '');
    writeFileSync(place('range'), new Uint8Array(4096));
  });

  const cases: [string, () => string[], RegExp][] = [
    ['a command it does not know', () => ['frobnicate'], /unknown command/],
    ['no dump', () => ['analyze'], /missing required argument 'dump'/],
    ['an option it does not know', () => ['analyze', dump, '--jsno'], /unknown option/],
    ['a dump that is missing', () => ['analyze', place('none')], /none does not exist/],
    ['a folder', () => ['info', place('folder')], /is a directory/],
    ['an empty file', () => ['info', place('empty')], /is empty \(0 bytes\)/],
    ['a base that is no address', () => ['info', dump, '--base', 'zz'], /"zz" is no address/],
    ['a server nobody knows', () => ['analyze', dump, '--server', 'mysql 8'], /names no server/],
    ['an address outside the dump', () => ['decode', dump, '0x10'], /Address 0x10 is not in the dump/],
    ['an address that is none', () => ['why', dump, 'here'], /no address, offset or distance/],
    ['maps for a core', () => ['info', dump, '--maps', place('range')], /is a core/],
    ['maps that are none', () => ['info', place('range'), '--maps', place('range')], /lists no mapping/],
    ['the dump as output', () => ['analyze', dump, '--strings', dump], /never written to/],
    ['a hard link to the dump as output', () => ['analyze', dump, '--strings', place('hard')], /never written to/],
    ['a link to the dump as output', () => ['analyze', dump, '--markdown', place('soft')], /never written to/],
    [
      'a range as output',
      () => ['analyze', place('empty'), '--range', place('range'), '--markdown', place('range')],
      /never/,
    ],
    ['a folder as output', () => ['analyze', dump, '--markdown', place('folder')], /is a directory/],
    ['an output in no folder', () => ['analyze', dump, '--strings', place('no/file')], /there is no directory/],
    [
      'one file for two outputs',
      () => ['analyze', dump, '--strings', place('o'), '--markdown', place('o')],
      /two outputs/,
    ],
    ['two things on one output', () => ['analyze', dump, '--json', '--strings', '-'], /both print/],
  ];
  for (const [name, words, message] of cases) {
    it(`refuses ${name} with exit code 2 and one line`, async () => {
      const before = readFileSync(dump);
      const { code, output, errors } = await hexheap(words());
      assert.equal(code, 2, errors);
      assert.equal(output, '');
      assert.match(errors, /^hexheap: [^\n]+\n$/);
      assert.match(errors, message);
      assert.ok(before.equals(readFileSync(dump)));
    });
  }

  it('says nothing when the reader of its output stops early', async () => {
    const child = spawn(process.execPath, [cli, 'analyze', dump, '--strings', '-'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', data => {
      errors += data;
    });
    child.stdout.destroy();
    const code = await new Promise(resolve => child.once('close', resolve));
    assert.deepEqual([code, errors], [0, '']);
  });
});
