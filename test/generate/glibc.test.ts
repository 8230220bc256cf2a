import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreFile } from './core-file.ts';
import { type Sample, withSample } from './dumps.ts';
import { GlibcHeap } from './glibc-heap.ts';
import { cachedChunks, findArena, walkHeap, walkThreadHeap } from './glibc-walk.ts';
import { ProcessImage } from './process-image.ts';
import { Random } from './random.ts';
import { hasTool } from './tools.ts';

function checkTruth({ core, truth }: Sample, prefix: number): void {
  const chunks = walkHeap(core);
  const [first] = chunks;
  const inCache = new Set(cachedChunks(core, first.user));
  const inUse = new Map<number, number>();
  const arena = findArena(core);
  for (const { bytes, used } of [...chunks, ...walkThreadHeap(core, arena.next)]) {
    const size = bytes - 8 - prefix;
    if (used) inUse.set(size, (inUse.get(size) ?? 0) + 1);
  }
  const bins = truth.allocator!.bins.filter(bin => bin.live > 0);
  assert.deepEqual(
    [...inUse].sort(([a], [b]) => a - b),
    bins.map(({ size, live }) => [size, live]),
  );
  assert.ok(inCache.size > 0);
  assert.equal(
    arena.systemMemory,
    core.segments.find(segment => segment.start === first.user - 16)!.end - first.user + 16,
  );
  assert.ok(bins.reduce((sum, bin) => sum + bin.cached, 0) >= inCache.size);
}

describe("generated heaps of glibc's malloc", () => {
  it('chunks follow each other to the top, and those in use count as the truth does', () => {
    withSample({ scenario: 'churned', server: 'redis-7.0.15-libc', strings: 1500 }, sample => checkTruth(sample, 0));
  });

  it('with a size prefix: every string’s prefix is its header, alloc and NUL', () => {
    withSample({ scenario: 'churned', server: 'redis-3.2.8-libc', strings: 1500 }, sample => {
      checkTruth(sample, 8);
      const headers = { sdshdr5: 1, sdshdr8: 3, sdshdr16: 5, sdshdr32: 9, sdshdr64: 17, sdshdr: 8 };
      const apart = sample.strings.filter(string => string.verdict === 'live' && string.owner?.kind === 'key');
      assert.ok(apart.length > 500);
      for (const string of apart) {
        const region = Number(string.region);
        assert.equal(region % 16, 8);
        assert.equal(sample.core.u64(region - 8), headers[string.header] + string.alloc + 1);
      }
    });
  });

  it('large blocks have a mapping of their own', () => {
    const image = new ProcessImage(new Random(1), 'server', 'server');
    const libc = image.module('/lib/libc.so.6', { text: 4096, rodata: 4096, data: 4096, bss: 4096 });
    const heap = new GlibcHeap(image, libc, { prefix: 0, arenas: 1 });
    const [small, large] = [heap.malloc(100_000), heap.malloc(200_000)];
    assert.equal(large % 4096, 16);
    assert.equal(image.space.read64(large - 8), 200_704 + 2, '49 pages, IS_MMAPPED');
    assert.equal(heap.usable(large), 200_704 - 16);
    assert.ok(image.mappings.some(({ start, end }) => start <= large - 16 && end >= large + 200_000));
    assert.equal(heap.usable(small), 100_008);
    assert.deepEqual(
      heap.finish().large.map(({ metadata }) => metadata),
      [true, false],
    );
  });

  it('the walk that these tests rest on holds for a real process', function () {
    if (!hasTool('gcore') && !hasTool('gdb')) return this.skip();
    const version = spawnSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' }).stdout ?? '';
    if (!/^glibc 2\.(3[5-9]|4\d)/.test(version)) return this.skip();
    this.timeout(20_000);
    const folder = mkdtempSync(join(tmpdir(), 'sleeper-'));
    const process = spawn('sleep', ['60']);
    try {
      spawnSync('gcore', ['-o', join(folder, 'core'), String(process.pid)]);
      const [name] = readdirSync(folder);
      if (!name) return this.skip();
      const core = new CoreFile(join(folder, name));
      const chunks = walkHeap(core);
      assert.ok(chunks.length > 1 && chunks[0].used);
      assert.ok(cachedChunks(core, chunks[0].user).every(user => chunks.some(chunk => chunk.user === user)));
      const arena = findArena(core);
      assert.equal(arena.next, arena.state, 'one arena: a ring of one');
      assert.equal(arena.systemMemory % 4096, 0);
      core.close();
    } finally {
      process.kill();
      rmSync(folder, { recursive: true });
    }
  });
});
