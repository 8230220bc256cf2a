import { strict as assert } from 'node:assert';
import { type Analysed, analyse } from '../accuracy/analysed.ts';
import { compareBins } from '../accuracy/bins.ts';
import { type Agreement, agreement, recall } from '../accuracy/known-texts.ts';
import { describeWith } from '../house/needs.ts';
import { parseJemalloc } from './allocator-oracle.ts';
import { fill } from './fill.ts';
import type { RespClient } from './resp.ts';
import { startServer } from './server.ts';

const PLAN = { keys: 160_000, leaks: 20_000, deletes: 0.3, seed: 21 };

/** Bytes of jemalloc's largest class that lies in slabs. */
const LARGEST_SMALL_CLASS = 14_336;

/**
 * `MEMORY MALLOC-STATS`, asked until it says the same twice: the first reply takes its own memory, from then on the
 * regions it needs wait in the thread cache, which counts them as live.
 */
async function settledStatistics(client: RespClient): Promise<ReadonlyMap<number, number>> {
  let before = '';
  for (let round = 0; round < 20; round++) {
    const { live } = parseJemalloc(String(await client.call('MEMORY', 'MALLOC-STATS')));
    const now = JSON.stringify([...live]);
    if (now === before) return live;
    before = now;
  }
  throw new Error('the statistics never settled');
}

describeWith(['redis', 'gdb'], 'a million regions of a stripped Redis, and 20,000 leaks', function () {
  this.timeout(120_000);
  let analysed: Analysed;
  let result: Agreement;
  let statistics: ReadonlyMap<number, number>;
  let inUse = 0;

  before(async () => {
    const server = await startServer({ settings: ['--slowlog-log-slower-than', '-1'] });
    try {
      const client = await server.connect();
      // The server's clock would exchange this client's reply buffer between the statistics and the core.
      await client.call('DEBUG', 'REPLYBUFFER', 'RESIZING', '0');
      const known = await fill(client, PLAN);
      statistics = await settledStatistics(client);
      const core = await server.takeCore();
      client.close();
      analysed = analyse(core);
      result = agreement(analysed, known);
    } finally {
      await server.stop();
    }
    for (const bin of analysed.findings.regions!.bins) inUse += bin.live - bin.cached;
    console.log(
      `      ${inUse} regions in use, ${result.strings} strings, ${result.known} known and live, ` +
        `${result.planted - result.missedLeaks.length} of ${result.planted} leaks, ${result.falseLeaks.length} false; ` +
        `analysed in ${(analysed.summary.milliseconds / 1000).toFixed(1)} s`,
    );
  });

  it('is as large as that', () => {
    assert.ok(inUse >= 1_000_000, `${inUse} regions in use`);
    assert.equal(result.planted, 20_000);
  });

  it('has as many live regions of every size class as MEMORY MALLOC-STATS says', () => {
    const { different, total } = compareBins(analysed.findings.regions!.bins, statistics);
    assert.ok(total > 30, `only ${total} size classes`);
    // Small classes are exact. Of the large ones two may differ by one: the client's query buffer, which the server exchanges
    // for a smaller one when the client was idle for two seconds (clientsCronResizeQueryBuffer, src/server.c).
    const small = different.filter(line => Number(line.split(':')[0]) <= LARGEST_SMALL_CLASS);
    assert.deepEqual(small, []);
    assert.ok(different.length <= 2, different.join('\n'));
  });

  it('finds at least 99.99 % of the planted leaks', () => {
    assert.ok(recall(result) >= 0.9999, result.missedLeaks.join('\n'));
  });

  it('finds every known key and value live, and calls nothing leaked but what was', () => {
    assert.deepEqual(result.missedLive, []);
    assert.deepEqual(result.unnamedKeys, []);
    assert.deepEqual(result.falseLeaks, []);
  });
});
