import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AnalysisJson } from '../../src/report/analysis-json.ts';
import { describeWith } from '../house/needs.ts';
import { startServer } from './server.ts';

const cli = join(fileURLToPath(new URL('../..', import.meta.url)), 'dist/cli.js');
/** So many that the table has grown to 131,072 places and moved its entries there. */
const KEYS = 120_000;
const LEAKS = 5_000;

function within(found: number, expected: number, share: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= share * expected, `${what}: ${found} found, ${expected} expected`);
}

describeWith(['redis', 'gdb'], "the ledger of a real Redis's heap", function () {
  this.timeout(120_000);
  let ledger: NonNullable<AnalysisJson['ledger']>;
  const stats = new Map<string, number>();
  const bytesOf = (name: string) => ledger.lines.find(line => line.name === name)?.bytes ?? 0;

  before(async () => {
    const server = await startServer({ settings: ['--slowlog-log-slower-than', '-1'] });
    try {
      const client = await server.connect();
      const key = (i: number) => `basket:${String(i).padStart(8, '0')}`.padEnd(70, '.');
      for (let from = 0; from < KEYS; from += 10_000) {
        await client.callAll(Array.from({ length: 10_000 }, (_, i) => ['SET', key(from + i), 'v'.repeat(100)]));
      }
      await client.callAll(Array.from({ length: LEAKS }, (_, i) => ['DEBUG', 'LEAK', `leak${i}`.padEnd(61, 'x')]));
      // The server's clock takes the allocator's statistics, ten times a second.
      await new Promise(resolve => setTimeout(resolve, 500));
      const reply = (await client.call('MEMORY', 'STATS')) as unknown[];
      for (let at = 0; at < reply.length; at += 2) stats.set(String(reply[at]), Number(reply[at + 1]));
      client.close();
      const core = await server.takeCore();
      const { stdout } = await promisify(execFile)(process.execPath, [cli, 'analyze', core, '--json'], {
        maxBuffer: 1 << 26,
      });
      ledger = (JSON.parse(stdout) as AnalysisJson).ledger!;
    } finally {
      await server.stop();
    }
  });

  it('adds up to the byte', () => {
    assert.equal(
      ledger.lines.reduce((sum, { bytes }) => sum + bytes, 0),
      ledger.total,
    );
    for (const { name, bytes } of ledger.lines) assert.ok(bytes > 0, name);
  });

  it('has what the allocator itself calls allocated: everything in regions that are not free', () => {
    const idle = ['free regions', 'allocator metadata', 'pages in no region'];
    const allocated = ledger.total - idle.reduce((sum, name) => sum + bytesOf(name), 0);
    within(allocated, stats.get('allocator.allocated')!, 0.02, 'allocator.allocated');
  });

  it('has what Redis counts itself, which are its own allocations without the thread caches', () => {
    const idle = ['free regions', 'allocator metadata', 'pages in no region', 'thread caches'];
    const used = ledger.total - idle.reduce((sum, name) => sum + bytesOf(name), 0);
    // Lua and the dynamic linker allocate past Redis's own counter.
    within(used, stats.get('total.allocated')!, 0.03, 'total.allocated');
  });

  it('knows names of keys, their values, entries and leaks by their classes', () => {
    // An sdshdr8 of 70 bytes takes 74 of an 80-byte region, one of 100 takes 104 of a 112-byte one, beside an object of 16.
    assert.equal(bytesOf('names of keys'), KEYS * 80);
    within(bytesOf('values: strings and objects'), KEYS * (112 + 16), 0.01, 'values');
    // dictEntry of 24 bytes in a 32-byte region; the table has the next power of two of pointers. MEMORY STATS counts 24 and an object more.
    within(bytesOf('entries and tables'), KEYS * 32 + 131_072 * 8, 0.05, 'entries and tables');
    assert.equal(bytesOf('leaked'), LEAKS * 80);
  });
});
