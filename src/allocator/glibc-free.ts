import type { Arena } from './glibc-arena.ts';
import { chunkAt } from './glibc-chunks.ts';
import type { MemoryWindow } from './memory-window.ts';

/** Longest free list that is followed: longer than any cache, and a bound for one that runs in a circle. */
const LONGEST_LIST = 10_000_000;

/** Chunks as the lists of free ones need them: sorted by address, with their sizes (negative: in a bin). */
export interface KnownChunks {
  readonly at: Float64Array;
  readonly size: Float64Array;
}

/**
 * Shapes of a thread's cache (tcache_perthread_struct): so many bins, a count of one or two bytes for each, then a pointer for
 * each. 2.26 to 2.29; 2.30 to 2.41; from 2.42 on, where the count is of what may still be added.
 */
const CACHE_SHAPES = [
  { bins: 64, countBytes: 1, chunk: 0x250, counts: true },
  { bins: 64, countBytes: 2, chunk: 0x290, counts: true },
  { bins: 76, countBytes: 2, chunk: 0x300, counts: false },
] as const;
const SMALL_BINS = 64;
const SMALLEST = 32;

export interface GlibcCache {
  /** The chunk of the struct itself. */
  readonly chunk: number;
  /** Indices of the chunks its lists hold. */
  readonly holds: readonly number[];
  /** Lists that could not be followed: changing at the moment of the dump, or overwritten. */
  readonly broken: number;
}

/** A cache may have this many lists that cannot be followed, as long as many more can. */
const MOST_BROKEN = 2;

/** The link at `place`. From 2.32 on it is exclusive-ored with its own place >> 12 (PROTECT_PTR). */
function follow(memory: MemoryWindow, place: number, safe: boolean): number {
  return safe ? memory.wordXor(place, Math.floor(place / 4096)) : memory.word(place);
}

/**
 * Indices of the chunks of the list that begins at `first`; undefined when it leads to anything else than chunks of a size that
 * `fits`. A thread cache's links name payloads, a fast bin's the chunks 16 bytes before: `behind`.
 */
function listOf(
  memory: MemoryWindow,
  chunks: KnownChunks,
  first: number,
  behind: 0 | 16,
  safe: boolean,
  fits: (size: number) => boolean,
): number[] | undefined {
  const found: number[] = [];
  let link = first;
  while (link !== 0) {
    const chunk = link + behind - 16;
    const index = chunkAt(chunks.at, chunk);
    if (index < 0 || !fits(chunks.size[index]) || found.length > LONGEST_LIST) return undefined;
    if (found.length > 0 && index === found[0]) return undefined;
    found.push(index);
    link = follow(memory, chunk + 16, safe);
  }
  return found;
}

/** The cache that chunk `index` is, or undefined. A cache that holds nothing cannot be told from other memory, and needs not be. */
export function cacheAt(
  memory: MemoryWindow,
  chunks: KnownChunks,
  index: number,
  safe: boolean,
): GlibcCache | undefined {
  const shape = CACHE_SHAPES.find(one => one.chunk === chunks.size[index]);
  if (shape === undefined) return undefined;
  const at = chunks.at[index] + 16;
  const holds: number[] = [];
  let slots = -1;
  let broken = 0;
  let whole = 0;
  for (let bin = 0; bin < shape.bins; bin++) {
    const first = memory.word(at + shape.bins * shape.countBytes + bin * 8);
    if (first < 0) return undefined;
    const count = countAt(memory, at + bin * shape.countBytes, shape.countBytes);
    if (first === 0 && shape.counts) {
      if (count !== 0 && ++broken > MOST_BROKEN) return undefined;
      continue;
    }
    const small = SMALLEST + 16 * bin;
    const fits = (size: number) => (bin < SMALL_BINS ? size === small : size > SMALLEST + 16 * (SMALL_BINS - 1));
    const list = listOf(memory, chunks, first, 0, safe, fits);
    let sound = list !== undefined && (!shape.counts || list.length === count);
    if (sound && !shape.counts && bin < SMALL_BINS) {
      if (slots < 0) slots = list!.length + count;
      sound = list!.length + count === slots;
    }
    if (!sound) {
      if (++broken > MOST_BROKEN) return undefined;
      continue;
    }
    if (list!.length > 0) whole++;
    holds.push(...list!);
  }
  return whole > 4 * broken ? { chunk: index, holds, broken } : undefined;
}

function countAt(memory: MemoryWindow, address: number, bytes: 1 | 2): number {
  const half = memory.half(address - (address % 4));
  return (half >>> ((address % 4) * 8)) & (bytes === 1 ? 0xff : 0xffff);
}

/** Indices of the chunks in the arena's fast bins, as far as the lists can be followed. */
export function fastChunks(memory: MemoryWindow, chunks: KnownChunks, arena: Arena, safe: boolean): number[] {
  if (arena.fastBins === undefined) return [];
  const found: number[] = [];
  for (let place = arena.fastBins, size = SMALLEST; place < arena.bins - 16; place += 8, size += 16) {
    const first = memory.word(place);
    if (first <= 0) continue;
    const list = listOf(memory, chunks, first, 16, safe, one => one === size);
    if (list !== undefined) found.push(...list);
  }
  return found;
}
