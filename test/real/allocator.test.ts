import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOGUE } from '../../scripts/servers/catalog.ts';
import { type AvailableServer, installServers } from '../../scripts/servers/install.ts';
import { recoverAllocator } from '../../src/allocator/recover.ts';
import type { Bin, RegionTable } from '../../src/allocator/regions.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { jemallocClass } from '../../src/layout/size-classes.ts';
import { describeWith } from '../house/needs.ts';
import { glibcOracle, jemallocOracle, type Oracle, parseJemalloc, SMALLEST_LARGE } from './allocator-oracle.ts';
import { fill } from './fill.ts';
import type { RespClient } from './resp.ts';
import { type RealServer, startServer } from './server.ts';

type Load = (client: RespClient, server: RealServer) => Promise<void>;

function recover(core: string): RegionTable {
  const source = FileSource.open(core);
  try {
    const table = recoverAllocator(openDump(source), { progress: () => {}, cancelled: () => false });
    assert(table !== undefined, 'no allocator was recovered');
    return table;
  } finally {
    source.close();
  }
}

function sum(bins: readonly Bin[], of: (bin: Bin) => number): number {
  return bins.reduce((total, bin) => total + of(bin), 0);
}

/** Deletes, growth and shrinking on top of known data, so that slabs are partly free and caches partly full. */
async function churn(client: RespClient): Promise<void> {
  await fill(client, { keys: 20_000, leaks: 500, deletes: 0.3 });
  await client.callAll([
    ['SET', 'huge:kept', 'x'.repeat(5_000_000)],
    ['SET', 'huge:gone', 'x'.repeat(9_000_000)],
    ['DEL', 'huge:gone'],
    ['SET', 'large:kept', 'x'.repeat(300_000)],
  ]);
  const short = Array.from({ length: 3000 }, (_, i) => ['SET', `short:${i}`, 'y'.repeat(i % 90)]);
  await client.callAll(short);
  await client.callAll(short.filter((_, i) => i % 2 === 0).map(([, key]) => ['DEL', key]));
}

interface Plan {
  readonly settings?: readonly string[];
  readonly load?: Load;
  readonly plain?: { readonly command: readonly string[]; readonly debugCommand: boolean };
}

const INSTALLED = { command: ['redis-server'], debugCommand: true };
const THREADED = ['--io-threads', '4', '--io-threads-do-reads', 'yes', '--lazyfree-lazy-user-del', 'yes'];

/** Many clients at once, so that the I/O threads get work, and values that the freeing thread takes apart. */
async function manyClients(client: RespClient, server: RealServer): Promise<void> {
  await churn(client);
  const clients = await Promise.all(Array.from({ length: 40 }, () => server.connect()));
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      clients.map((one, c) =>
        one.callAll(
          Array.from({ length: 40 }, (_, i) => ['SET', `c:${c}:${i}`, 'w'.repeat((round * 53 + i * 7) % 3000)]),
        ),
      ),
    );
  }
  const members = Array.from({ length: 2000 }, (_, i) => `member:${i}:${'z'.repeat(i % 200)}`);
  await client.callAll([
    ['SADD', 'set:big', ...members],
    ['DEL', 'set:big'],
  ]);
}

/** Number of thread caches that were decoded. */
function caches(table: RegionTable): number {
  return Number(/(?:^|\n)(\d+) thread caches/.exec(table.allocator.evidence.join('\n'))![1]);
}

describeWith(['redis', 'gdb', 'compiler'], "a real Redis's allocator", function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hexheap-allocator-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function frozen(oracle: Oracle, { settings = [], load = churn, plain = INSTALLED }: Plan = {}) {
    const server = await startServer({
      environment: oracle.environment,
      command: oracle.command(plain.command),
      debugCommand: plain.debugCommand,
      settings,
    });
    try {
      const client = await server.connect();
      await load(client, server);
      const { statistics, core } = await oracle.freeze(server);
      client.close();
      return { statistics, table: recover(core) };
    } finally {
      await server.stop();
    }
  }

  function assertJemalloc(statistics: string, table: RegionTable): void {
    const truth = parseJemalloc(statistics);
    // 5.3.1 counts a large allocation of any number of pages in the size class above.
    const live = new Map<number, number>();
    for (const bin of table.bins.filter(({ live }) => live > 0)) {
      const size = jemallocClass(bin.size, 16);
      live.set(size, (live.get(size) ?? 0) + bin.live);
    }
    const expected = new Map([...truth.live].filter(([, count]) => count > 0));
    assert(expected.size > 30, `only ${expected.size} size classes in the statistics`);
    assert.deepEqual(
      [...live],
      [...expected].sort(([a], [b]) => a - b),
    );
    const counted = table.bins.filter(bin => !truth.cachedSmallOnly || bin.size < SMALLEST_LARGE);
    assert.equal(
      sum(counted, bin => bin.cached * bin.size),
      truth.cachedBytes,
    );
    assert.deepEqual(table.allocator.missing, []);
    const { name, version, quantum, pageSize } = table.allocator;
    assert.deepEqual({ name, quantum, pageSize }, { name: 'jemalloc', quantum: 16, pageSize: 4096 });
    assert.equal(version, /^Version: "(\d+\.\d+)/m.exec(statistics)![1]);
  }

  it('jemalloc: every size class and every byte in thread caches as it counts them itself', async () => {
    const { statistics, table } = await frozen(jemallocOracle(folder));
    assertJemalloc(statistics, table);
    assert(table.count > 150_000, `${table.count} regions`);
  });

  it('jemalloc with threads that allocate: several caches, several arenas', async () => {
    const { statistics, table } = await frozen(jemallocOracle(folder), { settings: THREADED, load: manyClients });
    assertJemalloc(statistics, table);
    assert(caches(table) > 1, table.allocator.evidence.join('\n'));
  });

  it("libc's malloc: every chunk, in use, in a bin, in a fast bin, mapped on its own", async () => {
    const { statistics, table } = await frozen(glibcOracle(folder));
    assertGlibc(statistics, table);
  });

  it("libc's malloc with threads that allocate: several arenas in heaps of their own", async () => {
    const { statistics, table } = await frozen(glibcOracle(folder), { settings: THREADED, load: manyClients });
    assertGlibc(statistics, table);
    assert(caches(table) > 1, table.allocator.evidence.join('\n'));
  });

  let available: Promise<AvailableServer[]> | undefined;

  for (const { name } of CATALOGUE) {
    for (const [malloc, oracleOf, compare] of [
      ['jemalloc', jemallocOracle, assertJemalloc],
      ["libc's malloc", glibcOracle, assertGlibc],
    ] as const) {
      it(`${name} on its suite's ${malloc}`, async function () {
        this.timeout(300_000);
        available ??= installServers(() => {});
        const server = (await available).find(one => one.name === name)!;
        if (server.command === undefined) {
          console.log(`      ${name} is not available: ${server.reason}`);
          this.skip();
        }
        const { statistics, table } = await frozen(oracleOf(folder), { plain: server });
        compare(statistics, table);
      });
    }
  }

  function assertGlibc(statistics: string, table: RegionTable): void {
    const truth = JSON.parse(statistics) as Record<string, number>;
    assert.deepEqual([table.allocator.name, table.allocator.prefix, table.allocator.missing], ['glibc', 0, []]);
    const arenas = Number(/^(\d+) arenas/.exec(table.allocator.evidence[0])![1]);
    // Each arena's top chunk counts as one free chunk more.
    assert.equal(
      sum(table.bins, bin => bin.free),
      truth.freeChunks - arenas,
    );
    const inUse = sum(table.bins, bin => bin.live * (bin.size + 8));
    // A mapped chunk's header is 16 bytes, not 8: what is used ends where the mapping does. Of the other arenas' heaps, heap_info
    // and malloc_state count as used: 2,256 bytes from glibc 2.35 on, 2,240 before.
    // 2.43 counts 16 bytes too many each time it remaps one (mremap_chunk), so only whole pages of theirs count.
    const mappedBytes = truth.mappedBytes - (truth.mappedBytes % 4096);
    const own = truth.usedBytes + truth.fastBytes + mappedBytes - 8 * truth.mapped - inUse;
    assert(own === (arenas - 1) * 2256 || own === (arenas - 1) * 2240, `${own} bytes in use that are no region`);
    const fast = /fast bins ([\d,]+)/.exec(table.allocator.evidence[2])![1].replaceAll(',', '');
    assert.equal(Number(fast), truth.fastChunks);
    assert(sum(table.bins, bin => bin.cached) > truth.fastChunks, 'no chunk in a thread cache');
  }
});
