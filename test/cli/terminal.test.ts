import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { temporaryFolder } from '../dump/temporary-files.ts';
import { cli, hexheap } from './hexheap.ts';
import { known } from './samples.ts';

/** Runs a shell command on a terminal of its own (util-linux script); undefined where that program is another one or missing. */
function onTerminal(command: string, columns: number): string | undefined {
  try {
    return execFileSync('script', ['-qec', `stty cols ${columns} rows 40; ${command}`, '/dev/null'], {
      encoding: 'utf8',
    });
  } catch {
    return undefined;
  }
}

/** Back to the line's start, and the line cleared. */
const CLEARED = '\r\x1b[K';

const terminal = onTerminal('true', 80) !== undefined;

describe('hexheap on a terminal', function () {
  this.timeout(30_000);
  const place = temporaryFolder();
  let dump = '';

  before(() => {
    dump = known({ scenario: 'didi', path: place('didi.core'), strings: 500 }).path;
  });

  const quoted = (...words: string[]) => words.map(word => `'${word}'`).join(' ');

  (terminal ? it : it.skip)(
    `shows a bar on standard error while it works${terminal ? '' : ' (skipped: script of util-linux is missing)'}`,
    () => {
      const shown = onTerminal(`${quoted(process.execPath, cli, 'analyze', dump)} >/dev/null`, 80)!;
      assert.ok(shown.includes(`${CLEARED}░`), shown);
      assert.match(shown, /█░+ +\d+ % {2}\S/);
      assert.ok(shown.endsWith(CLEARED), 'and takes it away');
      for (const line of shown.split(CLEARED)) assert.ok(line.length < 80, line);
    },
  );

  (terminal ? it : it.skip)('fits 80 columns and 120', () => {
    for (const columns of [80, 120]) {
      const shown = onTerminal(`${quoted(process.execPath, cli, 'analyze', dump)} 2>/dev/null`, columns)!;
      const lines = shown.replaceAll('\r', '').split('\n');
      assert.ok(lines.some(line => line.startsWith('HEADER')));
      for (const line of lines) assert.ok(line.length <= columns, `${line.length}: ${line}`);
    }
  });

  it('shows no bar in a pipe', async () => {
    const { errors, output } = await hexheap(['analyze', dump]);
    assert.equal(errors, '');
    assert.ok(!output.includes('\x1b') && !output.includes('\r'));
  });

  it('explains each command with an example', async () => {
    for (const command of ['info', 'analyze', 'decode', 'why']) {
      const { code, output } = await hexheap([command, '--help']);
      assert.equal(code, 0);
      assert.match(output, new RegExp(`Example:\\n {2}hexheap ${command} `));
    }
    assert.match((await hexheap(['--help'])).output, /Exit codes: 0 done, 1 leaks found/);
  });
});
