import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf } from '../../scripts/tools.ts';
import type { RealServer } from './server.ts';

/**
 * The allocator's own count at the very moment of the core: a small library in the server prints the statistics when it gets
 * SIGURG, then stops the process, so that nothing moves until the core is taken.
 */
export interface Oracle {
  /** What to start the server with. */
  readonly environment: NodeJS.ProcessEnv;
  /** The command with what it needs: a loader's library path comes before the environment's. */
  command(plain: readonly string[]): string[];
  /** Statistics as the allocator printed them, and the core of the same moment. */
  freeze(server: RealServer): Promise<{ statistics: string; core: string }>;
}

const ON_SIGNAL = `
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static void print(int file);
static void on_signal(int number) {
  (void)number;
  int file = open(getenv("STATISTICS_FILE"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  print(file);
  close(file);
  raise(SIGSTOP);
}
__attribute__((constructor)) static void prepare(void) {
  if (getenv("STATISTICS_FILE")) signal(SIGURG, on_signal);
}
`;

const JEMALLOC = `${ON_SIGNAL}
void malloc_stats_print(void (*)(void *, const char *), void *, const char *);
static void put(void *file, const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  if (write(*(int *)file, text, length) < 0) _exit(1);
}
static void print(int file) { malloc_stats_print(put, &file, ""); }
`;

/** Stands in for libjemalloc.so.2 and has no malloc, so that the server runs on the one of libc. */
const GLIBC = `${ON_SIGNAL}
#include <malloc.h>
#include <stdio.h>
#include <string.h>
int mallctl(const char *name, void *old, size_t *length, void *new, size_t new_length) {
  size_t value = strstr(name, "page") ? 4096 : 1;
  (void)new; (void)new_length;
  if (old && length) { memset(old, 0, *length); memcpy(old, &value, *length < 8 ? *length : 8); }
  return 0;
}
void malloc_stats_print(void (*write)(void *, const char *), void *opaque, const char *options) {
  (void)write; (void)opaque; (void)options;
}
size_t nallocx(size_t size, int flags) { (void)flags; return size; }
void *mallocx(size_t size, int flags) { (void)flags; return malloc(size); }
void *rallocx(void *block, size_t size, int flags) { (void)flags; return realloc(block, size); }
void dallocx(void *block, int flags) { (void)flags; free(block); }
void sdallocx(void *block, size_t size, int flags) { (void)size; (void)flags; free(block); }
static void print(int file) {
  struct mallinfo i = mallinfo();
  char text[300];
  int n = snprintf(text, sizeof text, "{\\"freeChunks\\":%u,\\"fastChunks\\":%u,\\"mapped\\":%u,\\"mappedBytes\\":%u,\\"fastBytes\\":%u,\\"usedBytes\\":%u}",
    i.ordblks, i.smblks, i.hblks, i.hblkhd, i.fsmblks, i.uordblks);
  if (write(file, text, n) < 0) _exit(1);
}
`;

function compile(folder: string, name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(`${path}.c`, source);
  execFileSync(pathOf('compiler')!, ['-x', 'c', '-w', '-shared', '-fPIC', '-O1', '-o', path, `${path}.c`]);
  return path;
}

/** For a server that is linked with the system's jemalloc. */
export function jemallocOracle(folder: string): Oracle {
  const library = compile(folder, 'statistics.so', JEMALLOC);
  return oracle(folder, { LD_PRELOAD: library }, plain => [...plain]);
}

/** For a server that is linked with the system's jemalloc, and runs on libc's malloc instead. */
export function glibcOracle(folder: string): Oracle {
  compile(folder, 'libjemalloc.so.2', GLIBC);
  return oracle(folder, { LD_LIBRARY_PATH: folder }, plain =>
    plain.map((word, i) => (plain[i - 1] === '--library-path' ? `${folder}:${word}` : word)),
  );
}

function oracle(folder: string, environment: NodeJS.ProcessEnv, command: Oracle['command']): Oracle {
  const file = join(folder, 'statistics.txt');
  return {
    environment: { ...environment, STATISTICS_FILE: file },
    command,
    freeze: async server => {
      await settled(server);
      process.kill(server.pid, 'SIGURG');
      await stopped(server.pid);
      const core = await server.takeCore();
      process.kill(server.pid, 'SIGCONT');
      return { statistics: readFileSync(file, 'utf8'), core };
    },
  };
}

/** Waits until the thread that frees what was deleted has nothing left to do: else it goes on while the statistics are printed. */
async function settled(server: RealServer): Promise<void> {
  const client = await server.connect();
  for (let quiet = 0; quiet < 5; ) {
    const memory = String(await client.call('INFO', 'memory'));
    quiet = memory.includes('lazyfree_pending_objects:0') ? quiet + 1 : 0;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  client.close();
}

async function stopped(pid: number): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    if (/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`process ${pid} did not stop after its statistics`);
}

export interface JemallocStatistics {
  /** Allocated regions (curregs) of each size class, all arenas together; 65,536 bytes of the printer itself left out. */
  readonly live: ReadonlyMap<number, number>;
  /** Bytes parked in all thread caches; of small classes only where `cachedSmallOnly`. */
  readonly cachedBytes: number;
  /** 5.1 and 5.2 look for the large classes' caches at the wrong place and count none (arena_stats_merge, src/arena.c). */
  readonly cachedSmallOnly: boolean;
}

/** From here on allocations have pages of their own. */
export const SMALLEST_LARGE = 16_384;

/** jemalloc 5.3 prints through a buffer of its own of 64 KiB, which it counts and then frees (STATS_PRINT_BUFSIZE, src/stats.c). */
const PRINT_BUFFER = 65_536;

export function parseJemalloc(text: string): JemallocStatistics {
  const merged = text.indexOf('Merged arenas stats');
  const part = text.slice(merged < 0 ? text.indexOf('arenas[0]:') : merged);
  const live = new Map<number, number>();
  let inTable = false;
  for (const line of part.split('\n')) {
    if (/^extents:/.test(line)) break;
    if (/^(bins|large):/.test(line)) inTable = true;
    const columns = line.trim().split(/\s+/).map(Number);
    const [size, , allocated] = columns;
    // Of large classes the last column counts extents; 5.3.1 makes them of any number of pages, so bytes do not tell.
    if (inTable && size > 0) live.set(size, size < SMALLEST_LARGE ? allocated / size : columns[columns.length - 1]);
  }
  const buffer = live.get(PRINT_BUFFER);
  if (/^Version: "5\.3/m.test(text) && buffer !== undefined) live.set(PRINT_BUFFER, buffer - 1);
  const cachedBytes = Number(/^tcache_bytes:\s+(\d+)/m.exec(part)![1]);
  return { live, cachedBytes, cachedSmallOnly: /^Version: "5\.[12]/m.test(text) };
}
