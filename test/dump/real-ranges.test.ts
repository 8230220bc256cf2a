import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DumpAnalyser } from '../../src/analysis/analyser.ts';
import type { AnalysisSummary, OpenOptions } from '../../src/analysis/api.ts';
import { describeWith } from '../house/needs.ts';
import { fill } from '../real/fill.ts';
import { type RealServer, startServer } from '../real/server.ts';
import { type TakenRanges, takeRanges } from './ranges-of.ts';

const LEAKS = 500;

function analyse(path: string, options: OpenOptions = {}): AnalysisSummary {
  return new DumpAnalyser().analyse(path, options, { progress() {}, cancelled: () => false });
}

describeWith(['redis', 'gdb'], 'all writable memory of a real server as raw ranges', function () {
  this.timeout(120_000);
  let server: RealServer;
  let taken: TakenRanges;
  let ofCore: AnalysisSummary;

  before(async () => {
    server = await startServer();
    const client = await server.connect();
    await fill(client, { keys: 3000, leaks: LEAKS, deletes: 0.2, seed: 5 });
    // All of the stack counts in ranges: what the last leak left below its pointer is written over.
    for (let i = 0; i < 3; i++) {
      for (const command of ['INFO', 'COMMAND', 'PING']) await client.call(command);
      await client.call('DEBUG', 'SDSLEN', 'border:70000:'.padEnd(70_000, 'k'));
      await client.call('EVAL', 'return redis.sha1hex(string.rep("x", 1000))', '0');
    }
    client.close();
    taken = takeRanges(server.pid, server.folder, true);
    ofCore = analyse(taken.core);
  });
  after(() => server.stop());

  const together = (): [string, OpenOptions] => {
    const [first, ...ranges] = taken.files;
    return [first.path, { ranges: ranges.map(({ path }) => ({ path })), maps: taken.maps }];
  };

  it('gives the verdicts that a core of the same moment gives', () => {
    const summary = analyse(...together());
    assert.equal(summary.complete, true, summary.notes.join(' '));
    assert.deepEqual(summary.allocator, ofCore.allocator);
    assert.equal(summary.server?.version, ofCore.server?.version);
    assert.equal(summary.strings, ofCore.strings);
    assert.deepEqual(summary.byVerdict, ofCore.byVerdict);
    const { leaked, 'leaked-weak': weak } = summary.byVerdict;
    assert.equal(leaked.count + weak.count, LEAKS);
    assert.match(summary.notes[0], /hold no registers/);
  });

  it('calls nothing leaked where one range with roots is missing, or the maps are', () => {
    const lines = readFileSync(taken.maps, 'utf8').split('\n');
    const stack = lines.find(line => line.endsWith('[stack]'))!.split('-')[0];
    const [first, { ranges = [], maps }] = together();
    const rest = ranges.filter(({ path }) => !path.includes(stack));
    assert.equal(rest.length, ranges.length - 1);
    const withoutStack = analyse(first, { ranges: rest, maps: maps! });
    assert.match(withoutStack.notes.join('\n'), /Writable memory of \[stack\] .* is not in the file/);
    const withoutMaps = analyse(first, { ranges });
    for (const { byVerdict, complete } of [withoutStack, withoutMaps]) {
      assert.equal(complete, false);
      const leaks = byVerdict.leaked.count + byVerdict['leaked-indirect'].count + byVerdict['leaked-weak'].count;
      assert.equal(leaks, 0);
      assert.ok(byVerdict.unknown.count > LEAKS - 10, String(byVerdict.unknown.count));
      assert.ok(byVerdict.live.count > 3000);
    }
  });

  it('refuses verdicts where the maps are of another process', () => {
    const other = join(server.folder, 'other.maps');
    writeFileSync(other, readFileSync('/proc/self/maps'));
    const [first, options] = together();
    const summary = analyse(first, { ...options, maps: other });
    assert.equal(summary.byVerdict.leaked.count, 0);
    assert.match(summary.notes.join('\n'), /lie where the maps file lists nothing/);
  });
});
