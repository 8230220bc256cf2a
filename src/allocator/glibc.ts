import type { Dump } from '../dump/dump.ts';
import { type Arena, findArenas } from './glibc-arena.ts';
import { ChunkColumns } from './glibc-chunks.ts';
import { cacheAt, fastChunks, type GlibcCache, type KnownChunks } from './glibc-free.ts';
import { addChunks, type HeapRange, mainHeap, mappedChunks, otherHeaps } from './glibc-heaps.ts';
import type { RecoverHooks } from './hooks.ts';
import { MemoryWindow } from './memory-window.ts';
import { RangeList } from './ranges.ts';
import { type RegionTable, regionAt, setBit } from './regions.ts';
import { countText } from './sentences.ts';
import { SlabCollector } from './slab-collector.ts';

/** AT_PAGESZ of the auxiliary vector. */
const AT_PAGESZ = 6;
/** Chunks looked at to tell whether payloads begin with zmalloc's size prefix. */
const PREFIX_SAMPLE = 20_000;

/** Free lists lead everywhere: a large window would be read anew at each step. */
const LIST_WINDOW = 4096;

interface FreeLists {
  readonly safe: boolean;
  readonly caches: readonly GlibcCache[];
  /** Indices of chunks in fast bins. */
  readonly fast: readonly number[];
}

/**
 * Recovers a heap of glibc's malloc: the main arena by its bins in libc's data, its heap from the first chunk to the top one, the
 * other arenas' heaps, and what was mapped on its own. Undefined where there is no such heap. Throws Cancelled.
 */
export function recoverGlibc(dump: Dump, hooks: RecoverHooks): RegionTable | undefined {
  const memory = new MemoryWindow(dump, hooks);
  const arenas = findArenas(dump, memory, hooks);
  if (arenas.length === 0) return undefined;
  const main = mainHeap(dump, memory, arenas[0]);
  if (main === undefined) return undefined;
  const heaps = [main, ...otherHeaps(dump, memory, arenas, hooks)].sort((a, b) => a.start - b.start);
  const columns = new ChunkColumns();
  heaps.forEach((heap, i) => {
    addChunks(memory, heap, columns);
    hooks.progress((i + 1) / heaps.length / 2);
  });
  const chunks = { at: columns.at.values(), size: columns.size.values() };
  const pageSize = dump.auxiliary.get(AT_PAGESZ) ?? 4096;
  const mapped = mappedChunks(dump, memory, pageSize, heaps, hooks);
  const free = freeLists(new MemoryWindow(dump, hooks, LIST_WINDOW), chunks, arenas);
  const prefix = hasPrefix(memory, chunks) ? 8 : 0;
  hooks.progress(0.9);

  const collector = new SlabCollector();
  // In address order, which spares the collector a sort of every chunk.
  let nextMapped = 0;
  const addMapped = (below: number) => {
    for (; nextMapped < mapped.length && mapped[nextMapped].start < below; nextMapped++) {
      const { start, end } = mapped[nextMapped];
      collector.addSingle(start + 16 + prefix, end - start - 16 - prefix, false);
    }
  };
  for (let i = 0; i < chunks.at.length; i++) {
    const size = Math.abs(chunks.size[i]);
    addMapped(chunks.at[i]);
    collector.addSingle(chunks.at[i] + 16 + prefix, size - 8 - prefix, chunks.size[i] < 0);
  }
  addMapped(Number.POSITIVE_INFINITY);
  const metadata = new RangeList();
  const owned = new RangeList();
  for (const arena of arenas) metadata.add(arena.start, arena.end);
  for (const heap of heaps) {
    owned.add(heap.start, heap.end);
    metadata.add(heap.start, heap.firstChunk);
  }
  for (const chunk of mapped) owned.add(chunk.start, chunk.end);
  for (const cache of free.caches) {
    const at = chunks.at[cache.chunk] + 16;
    metadata.add(at, at + chunks.size[cache.chunk] - 8);
  }
  const { table } = collector.table({
    allocator: {
      name: 'glibc',
      version: '',
      quantum: 16,
      pageSize,
      prefix,
      evidence: evidence(arenas, heaps, chunks, mapped.length, free, prefix),
      missing: missing(arenas, heaps, free),
    },
    metadata: metadata.merged(),
    owned: owned.merged(),
  });
  // A chunk in a fast bin still counts as in use in the heap, as one in a thread cache does.
  for (const list of [free.fast, ...free.caches.map(cache => cache.holds)]) {
    for (const index of list) setBit(table.cached, regionAt(table, chunks.at[index] + 16 + prefix));
  }
  return table;
}

/** The thread caches and fast bins, read with plain links and with protected ones: whichever lead to more chunks. */
function freeLists(memory: MemoryWindow, chunks: KnownChunks, arenas: readonly Arena[]): FreeLists {
  const [safe, plain] = [true, false].map(protectedLinks => {
    const caches: GlibcCache[] = [];
    for (let i = 0; i < chunks.at.length; i++) {
      const cache = cacheAt(memory, chunks, i, protectedLinks);
      if (cache !== undefined) caches.push(cache);
    }
    const fast = arenas.flatMap(arena => fastChunks(memory, chunks, arena, protectedLinks));
    return { safe: protectedLinks, caches, fast };
  });
  return held(plain) > held(safe) ? plain : safe;
}

function held(lists: FreeLists): number {
  return lists.fast.length + lists.caches.reduce((sum, cache) => sum + cache.holds.length, 0);
}

/**
 * Whether payloads begin with the size that was asked for (zmalloc.c up to Redis 4.0 on libc): it then explains the chunk's size.
 */
function hasPrefix(memory: MemoryWindow, chunks: KnownChunks): boolean {
  const step = Math.max(1, Math.floor(chunks.at.length / PREFIX_SAMPLE));
  let seen = 0;
  let explained = 0;
  for (let i = 0; i < chunks.at.length; i += step) {
    if (chunks.size[i] < 0) continue;
    seen++;
    const request = memory.word(chunks.at[i] + 16);
    if (request <= 0) continue;
    const chunk = Math.max(32, Math.ceil((request + 8 + 8) / 16) * 16);
    // malloc leaves a remainder of 16 bytes in the chunk rather than making one that is too small.
    if (chunk === chunks.size[i] || chunk + 16 === chunks.size[i]) explained++;
  }
  return explained > seen / 2;
}

function evidence(
  arenas: readonly Arena[],
  heaps: readonly HeapRange[],
  chunks: KnownChunks,
  mapped: number,
  free: FreeLists,
  prefix: number,
): string[] {
  const cached = free.caches.reduce((sum, cache) => sum + cache.holds.length, 0);
  const sentences = [
    `${countText(arenas.length)} arenas of glibc's malloc, told by their bins, in ${countText(heaps.length)} heaps`,
    `${countText(chunks.at.length)} chunks, each ending where the next begins, up to the top chunk; ${countText(mapped)} mapped on their own`,
    `${countText(free.caches.length)} thread caches hold ${countText(cached)} freed chunks, fast bins ${countText(free.fast.length)}${free.safe ? ' (protected links: glibc 2.32 or later)' : ''}`,
  ];
  if (prefix > 0) sentences.push('Payloads begin with the size asked for: zmalloc as in Redis up to 4.0');
  return sentences;
}

function missing(arenas: readonly Arena[], heaps: readonly HeapRange[], free: FreeLists): string[] {
  const sentences: string[] = [];
  for (const arena of arenas) {
    const own = heaps.filter(heap => heap.arena === arena);
    const found = own.reduce((sum, heap) => sum + heap.end - heap.start, 0);
    const lost = arena.systemBytes - found;
    if (own.length === 0) sentences.push(`The heap of an arena of ${countText(arena.systemBytes)} bytes was not found`);
    else if (lost > 64 * 1024) sentences.push(`${countText(lost)} bytes of an arena's memory were not found`);
  }
  const broken = free.caches.reduce((sum, cache) => sum + cache.broken, 0);
  if (broken > 0) {
    sentences.push(
      `${countText(broken)} lists of thread caches could not be followed: what they hold counts as allocated`,
    );
  }
  if (free.caches.length === 0) {
    sentences.push('No thread cache was found: a string freed a moment before the dump may still count as allocated');
  }
  return sentences;
}
