import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreFile } from './core-file.ts';

const SCRIPT = new URL('../../scripts/generate.ts', import.meta.url).pathname;

function run(...words: string[]) {
  return spawnSync(process.execPath, [SCRIPT, ...words], { encoding: 'utf8' });
}

describe('the generate command', () => {
  it('writes a dump and its truth, and says what is in them', function () {
    this.timeout(10_000);
    const folder = mkdtempSync(join(tmpdir(), 'generate-'));
    try {
      const [out, truth] = [join(folder, 'didi.core'), join(folder, 'didi.json')];
      const { status, stdout } = run('didi', '--out', out, '--strings', '300', '--seed', '5', '--truth', truth);
      assert.equal(status, 0);
      assert.match(stdout, /redis 3\.2\.8, strings: \d+ live, 300 leaked, 0 leaked-indirect, \d+ freed/);
      const { strings, seed, allocator } = JSON.parse(readFileSync(truth, 'utf8'));
      assert.equal(seed, 5);
      assert.equal(allocator.version, '4.0');
      assert.equal(strings.filter((string: { verdict: string }) => string.verdict === 'leaked').length, 300);
      const core = new CoreFile(out);
      assert.ok(core.segments.length > 10);
      core.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses what it does not know, and writes nothing', () => {
    const out = join(tmpdir(), `never-${process.pid}.core`);
    for (const words of [
      ['nonsense'],
      ['didi', '--server', 'redis-1.0'],
      ['sparse', '--size', '6X'],
      ['didi', '--seed', 'x'],
    ]) {
      const { status, stderr } = run(...words, '--out', out);
      assert.notEqual(status, 0);
      assert.match(stderr, /error:/);
      assert.equal(existsSync(out), false);
    }
  });
});
