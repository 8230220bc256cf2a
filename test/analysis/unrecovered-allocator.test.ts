import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyse } from '../accuracy/analysed.ts';
import { writeCore } from '../generate/core-writer.ts';
import { GlibcHeap } from '../generate/glibc-heap.ts';
import { ProcessImage } from '../generate/process-image.ts';
import { Random } from '../generate/random.ts';

const CHUNK = 4 * 1024 * 1024;
/** Pages of the chunk's own map of 1024 pages, 24 bytes each (map_bias). */
const HEADER_PAGES = 7;

/** A string with the header of Redis up to 3.0. */
function oldString(text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(text.length);
  return Buffer.concat([header, Buffer.from(`${text}\0`)]);
}

/**
 * A server of Redis 2.8 on jemalloc 3.6 (include/jemalloc/internal/arena.h): one chunk { arena … }, in it runs of 64 and 96
 * bytes { bin, nextind, nfree, bitmap }, regions behind; beside it a glibc heap with what Lua allocates. `use` gets the core's path and the texts.
 */
function withJemalloc3(runs: number, use: (path: string, texts: readonly string[]) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-jemalloc3-'));
  const image = new ProcessImage(new Random(3), 'redis-server', '/usr/bin/redis-server');
  try {
    image.module('/usr/bin/redis-server', { text: 4096, rodata: 4096, data: 4096, bss: 4096 }, true);
    const libc = image.module('/lib/libc.so.6', { text: 4096, rodata: 4096, data: 4096, bss: 4096 });
    const lua = new GlibcHeap(image, libc, { prefix: 0, arenas: 1 });
    const tables = Array.from({ length: 300 }, (_, i) => lua.malloc(40 + (i % 7) * 16));
    for (const at of tables.slice(0, 60)) lua.free(at);
    lua.finish();
    const base = image.mmap(CHUNK, CHUNK);
    const arena = base + 0x40;
    const chunk = image.mmap(CHUNK, CHUNK);
    const { space } = image;
    space.write64(chunk, arena);
    const texts: string[] = [];
    for (let run = 0; run < runs; run++) {
      const [bin, size, first] = run % 2 === 0 ? [6, 64, 64] : [8, 96, 64];
      const at = chunk + (HEADER_PAGES + run) * 4096;
      const regions = Math.floor((4096 - first) / size);
      space.write64(at, arena + 0x400 + bin * 216);
      space.write32(at + 8, regions);
      space.write32(at + 12, 0);
      for (let i = 0; i < regions; i++) {
        const text = `session:${run}:${i}:`.padEnd(size - 20, 'abcdefgh');
        space.writeBytes(at + first + i * size, oldString(text));
        texts.push(text);
      }
    }
    image.thread(libc.start, libc.code(0));
    const path = join(folder, 'dump.core');
    writeCore(image, path, { style: 'gcore' });
    use(path, texts);
  } finally {
    image.space.close();
    rmSync(folder, { recursive: true });
  }
}

describe('a dump whose allocator is not recovered', () => {
  it('on jemalloc 3: says which it looks like, finds the strings by their bytes, and judges none', () => {
    withJemalloc3(24, (path, texts) => {
      const { summary, findings, strings } = analyse(path);
      assert.equal(findings.regions, undefined);
      assert.equal(summary.allocator, undefined);
      const notes = findings.notes.join(' ');
      assert.match(notes, /No allocator was recovered/);
      assert.match(notes, /looks like that of jemalloc 3.*: 24 runs/);
      assert.match(summary.summary, /no allocator was recovered/);
      const found = [...strings()];
      const old = new Set(found.filter(({ header }) => header === 'sdshdr').map(({ text }) => text));
      assert.deepEqual(
        texts.filter(text => !old.has(text)),
        [],
      );
      assert.ok(found.every(({ verdict }) => verdict === 'unknown'));
    });
  });

  it('two runs are no evidence: then glibc’s heap, which is there, is what is recovered', () => {
    withJemalloc3(2, path => assert.equal(analyse(path).findings.regions?.allocator.name, 'glibc'));
  });
});
