import assert from 'node:assert/strict';
import type { CoreFile } from './core-file.ts';
import { type Sample, withSample } from './dumps.ts';

interface Walked {
  readonly user: number;
  readonly bytes: number;
  readonly used: boolean;
}

/** Chunks from the start of the break to the top, by their sizes alone (malloc.c): in use says the next chunk. */
function walkHeap(core: CoreFile): Walked[] {
  // The heap is the writable mapping that begins with the tcache_perthread_struct's chunk.
  const heap = core.segments.find(({ start, flags }) => flags === 6 && core.u64(start + 8) === 0x291)!;
  const chunks: Walked[] = [];
  for (let at = heap.start; ; ) {
    const bytes = core.u64(at + 8) & ~7;
    assert.ok(bytes >= 32 && bytes % 16 === 0 && at + bytes <= heap.end, at.toString(16));
    if (at + bytes === heap.end) return chunks;
    chunks.push({ user: at + 16, bytes, used: (core.u64(at + bytes + 8) & 1) === 1 });
    at += bytes;
  }
}

/** Follows a list of safe-linked chunks: each stores next ^ (its own place >> 12). */
function follow(core: CoreFile, head: number): number[] {
  const users: number[] = [];
  for (let user = head; user !== 0; ) {
    users.push(user);
    user = Number(core.bytes(user, 8).readBigUInt64LE() ^ (BigInt(user) >> 12n));
  }
  return users;
}

function cached(core: CoreFile, cache: number): number[] {
  const users: number[] = [];
  for (let bin = 0; bin < 64; bin++) {
    const list = follow(core, core.u64(cache + 128 + 8 * bin));
    assert.equal(list.length, core.bytes(cache + 2 * bin, 2).readUInt16LE());
    users.push(...list);
  }
  return users;
}

function checkTruth({ core, truth }: Sample, prefix: number): void {
  const [first, ...chunks] = walkHeap(core);
  const inCache = new Set(cached(core, first.user));
  const inUse = new Map<number, number>();
  for (const { bytes, used } of chunks) {
    const size = bytes - 8 - prefix;
    if (used) inUse.set(size, (inUse.get(size) ?? 0) + 1);
  }
  const bins = truth.allocator!.bins.filter(bin => bin.live > 0);
  assert.deepEqual(
    [...inUse].sort(([a], [b]) => a - b),
    bins.map(({ size, live }) => [size, live]),
  );
  assert.ok(inCache.size > 0);
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
    withSample({ scenario: 'healthy', server: 'redis-7.0.15-libc', strings: 9000 }, ({ core, truth }) => {
      const mapped = truth.allocator!.large.filter(item => !item.metadata);
      assert.ok(mapped.length > 0);
      for (const { address, size } of mapped) {
        const at = Number(address);
        assert.equal(at % 4096, 16);
        assert.equal(core.u64(at - 8), size + 16 + 2);
      }
    });
  });
});
