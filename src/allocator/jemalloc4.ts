import type { Dump } from '../dump/dump.ts';
import { type RecoverHooks, throwIfCancelled } from './hooks.ts';
import { type ClassTable, classTable } from './jemalloc-classes.ts';
import {
  CHUNK_BYTES,
  CHUNK_HEADER_BYTES,
  type ChunkLayout,
  chunkHeader,
  chunkLayout,
  emptyTally,
  walkChunk,
} from './jemalloc4-chunk.ts';
import { baseChunkEnd, chunkNode, hugeAllocations } from './jemalloc4-nodes.ts';
import { PAGE_SIZES } from './jemalloc5-layout.ts';
import { RangeList } from './ranges.ts';
import type { RegionTable } from './regions.ts';
import { presentRuns, readWords, scanRange, wordAt } from './scan.ts';
import { countText } from './sentences.ts';
import { SlabCollector } from './slab-collector.ts';
import { addThreadCaches, findThreadCaches } from './thread-cache.ts';
import { headsOf40 } from './thread-cache-heads.ts';

/** Chunks on which the hypotheses compete; the winner then reads them all. */
const SAMPLE_CHUNKS = 8;

/** A thread cache with its slots takes about 30 KiB; an allocation above this is none. */
const MOST_CACHE_BYTES = 128 * 1024;

/** Share of the work that is done once the chunks are walked. */
const WALKED = 0.8;
/** One run in so many may have been changing when the dump was taken. */
const MOST_CHANGING = 100;

interface Chunks {
  /** Addresses of arena chunks, ascending, and the arenas that own them. */
  readonly arena: readonly number[];
  readonly arenas: ReadonlySet<number>;
  /** The allocator's own chunks: [start, end). */
  readonly base: readonly (readonly [number, number])[];
}

interface Hypothesis {
  readonly layout: ChunkLayout;
  readonly classes: ClassTable;
  readonly runs: number;
}

/** Recovers a jemalloc 4.0 heap from the chunks that describe themselves. Undefined where there are none. Throws Cancelled. */
export function recoverJemalloc4(dump: Dump, hooks: RecoverHooks): RegionTable | undefined {
  const chunks = findChunks(dump, hooks);
  if (chunks.arena.length === 0) return undefined;
  const best = bestHypothesis(dump, chunks.arena);
  if (best === undefined) return undefined;
  const { layout, classes } = best;
  const { pageSize } = layout;
  const collector = new SlabCollector();
  const metadata = new RangeList();
  const owned = new RangeList();
  const tally = emptyTally();
  const missing: string[] = [];
  let unread = 0;
  for (let i = 0; i < chunks.arena.length; i++) {
    const address = chunks.arena[i];
    throwIfCancelled(hooks);
    owned.add(address, address + CHUNK_BYTES);
    metadata.add(address, address + layout.headerPages * pageSize);
    const header = readWords(dump, address, layout.headerPages * pageSize);
    if (header === undefined) unread++;
    else walkChunk(header, address, layout, classes, tally, collector);
    hooks.progress(((i + 1) / chunks.arena.length) * WALKED);
  }
  for (const [start, end] of chunks.base) {
    metadata.add(start, end);
    owned.add(start, end);
    addSpareChunks(dump, start, end, chunks.arenas, owned, hooks);
  }
  let huge = 0;
  const arenaChunks = new Set(chunks.arena);
  for (const arena of chunks.arenas) {
    for (const node of hugeAllocations(dump, arena, arenaChunks)) {
      huge++;
      collector.addSingle(node.address, node.bytes, false);
      owned.add(node.address, Math.ceil((node.address + node.bytes) / CHUNK_BYTES) * CHUNK_BYTES);
    }
  }
  const spread = tally.padded > 0;
  const evidence = [
    `${countText(chunks.arena.length)} chunks of 2 MiB that name their own address, of ${countText(chunks.arenas.size)} arenas`,
    `${countText(tally.runs + tally.changing)} runs of jemalloc 4.0 with quantum ${classes.quantum} and ${countText(pageSize)}-byte pages, the number of free regions equal to the bitmap in ${tally.changing === 0 ? 'every one' : `all but ${countText(tally.changing)}`}`,
    `${countText(tally.large)} large and ${countText(huge)} huge allocations`,
  ];
  if (tally.contradictions > 0)
    missing.push(`${countText(tally.contradictions)} runs contradict their own bitmap or class`);
  if (tally.changing * MOST_CHANGING > tally.runs) {
    missing.push(`${countText(tally.changing)} runs disagree with their own count of free regions`);
  }
  if (tally.broken > 0)
    missing.push(`The page map of ${countText(tally.broken)} chunks could not be followed to the end`);
  if (unread > 0) missing.push(`The headers of ${countText(unread)} chunks are not in the dump`);
  const { table, dropped } = collector.table({
    allocator: { name: 'jemalloc', version: '4.0', quantum: classes.quantum, pageSize, prefix: 0, evidence, missing },
    metadata: metadata.merged(),
    owned: owned.merged(),
  });
  if (dropped > 0) missing.push(`${countText(dropped)} runs overlap others and were left out`);
  const whole: RegionTable = spread ? { ...table, startSpread: pageSize - 64 } : table;
  const caches = findThreadCaches(dump, whole, cacheSized(whole), headsOf40(whole), hooks);
  return addThreadCaches(dump, whole, classes.size, caches, []);
}

function findChunks(dump: Dump, hooks: RecoverHooks): Chunks {
  const arena: number[] = [];
  const arenas = new Set<number>();
  const base: [number, number][] = [];
  for (const segment of dump.segments) {
    if (!segment.writable) continue;
    for (const [from, to] of presentRuns(dump, segment.start, segment.end)) {
      for (let at = Math.ceil(from / CHUNK_BYTES) * CHUNK_BYTES; at + CHUNK_HEADER_BYTES <= to; at += CHUNK_BYTES) {
        throwIfCancelled(hooks);
        const words = readWords(dump, at, CHUNK_HEADER_BYTES);
        const header = chunkHeader(words);
        if (header?.address === at) {
          arena.push(at);
          arenas.add(header.arena);
          continue;
        }
        const end = baseChunkEnd(words, at);
        if (end !== undefined) base.push([at, end]);
      }
    }
  }
  // An arena_t lies in the allocator's own memory, so the chunk around it is that, whatever it begins with.
  for (const address of arenas) {
    const start = address - (address % CHUNK_BYTES);
    if (!base.some(([from, to]) => address >= from && address < to)) base.push([start, start + CHUNK_BYTES]);
  }
  return { arena, arenas, base };
}

function bestHypothesis(dump: Dump, chunks: readonly number[]): Hypothesis | undefined {
  let best: Hypothesis | undefined;
  let bestScore = 0;
  for (const pageSize of PAGE_SIZES) {
    const layout = chunkLayout(pageSize);
    const headers = chunks
      .slice(0, SAMPLE_CHUNKS)
      .map(address => readWords(dump, address, layout.headerPages * pageSize))
      .filter(words => words !== undefined);
    for (const quantum of [8, 16]) {
      const classes = classTable(quantum, pageSize);
      const tally = emptyTally();
      for (const header of headers) walkChunk(header, 0, layout, classes, tally);
      const score = tally.runs - tally.changing - tally.contradictions - 10 * tally.broken;
      if (score > bestScore) {
        bestScore = score;
        best = { layout, classes, runs: tally.runs };
      }
    }
  }
  return best;
}

/** Chunks kept for reuse: their nodes lie in the allocator's own memory, aligned to a cache line. */
function addSpareChunks(
  dump: Dump,
  start: number,
  end: number,
  arenas: ReadonlySet<number>,
  owned: RangeList,
  hooks: RecoverHooks,
): void {
  scanRange(dump, start, end, 128, hooks, (_address, words, starts) => {
    for (let i = 0; i < starts && i + 16 <= words.length; i += 16) {
      if (words[i] === 0 || !arenas.has(wordAt(words, i))) continue;
      const node = chunkNode(words, i);
      if (node === undefined || node.bytes % CHUNK_BYTES !== 0) continue;
      if (holdsStack(dump, node.address, node.address + node.bytes)) continue;
      owned.add(node.address, node.address + node.bytes);
    }
  });
}

/** Nodes outlive what they described: a range that a thread runs on is not the allocator's any more. */
function holdsStack(dump: Dump, start: number, end: number): boolean {
  return dump.threads.some(thread => thread.stackPointer >= start && thread.stackPointer < end);
}

/** Allocations of one region that are small enough for a thread cache: [start, end) each. */
function* cacheSized(table: RegionTable): Generator<[number, number]> {
  const { slabs } = table;
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    // The heads begin in the first page, wherever the allocation does.
    if (slabs.regions[slab] === 1 && size <= MOST_CACHE_BYTES) yield [slabs.base[slab], slabs.base[slab] + size];
  }
}
