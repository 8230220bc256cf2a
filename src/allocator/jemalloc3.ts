import type { Dump } from '../dump/dump.ts';
import { type RecoverHooks, throwIfCancelled } from './hooks.ts';
import { presentRuns, readWords, wordAt } from './scan.ts';
import { countText } from './sentences.ts';

/** Chunks are aligned to, and a multiple of, 4 MiB (LG_CHUNK_DEFAULT, include/jemalloc/internal/chunk.h at 3.6.0). */
const CHUNK_BYTES = 4 * 1024 * 1024;
const PAGE_BYTES = 4096;
/** An arena_t with its bins is smaller. */
const ARENA_BYTES = 16 * 1024;
/** More regions than a run has. */
const MOST_REGIONS = 4096;
/** Runs, and bins that they name between them, that chance does not bring about. */
const ENOUGH_RUNS = 4;
const ENOUGH_BINS = 2;

/**
 * Whether the heap looks like jemalloc 3's, which is told and not recovered: a chunk begins with its arena's address, and the
 * runs in it, unlike those of later versions, each with that of its bin inside the arena, then the index of the next region
 * never used and the number of free ones (arena_chunk_t, arena_run_t, include/jemalloc/internal/arena.h at 3.6.0). Returns a
 * sentence, or undefined. Throws Cancelled.
 */
export function recognizeJemalloc3(dump: Dump, hooks: RecoverHooks): string | undefined {
  let runs = 0;
  const bins = new Set<number>();
  for (const segment of dump.segments) {
    if (!segment.writable) continue;
    for (const [from, to] of presentRuns(dump, segment.start, segment.end)) {
      for (let at = Math.ceil(from / CHUNK_BYTES) * CHUNK_BYTES; at + PAGE_BYTES < to; at += CHUNK_BYTES) {
        throwIfCancelled(hooks);
        runs += countRuns(dump, at, Math.min(to, at + CHUNK_BYTES), bins);
      }
    }
  }
  if (runs < ENOUGH_RUNS || bins.size < ENOUGH_BINS) return undefined;
  return `The heap looks like that of jemalloc 3, as Redis 2.4 to 3.0 bundle it: ${countText(runs)} runs begin with the address of a bin in their chunk's arena. That allocator is not recovered.`;
}

/** Counts the runs of the chunk that may begin at `chunk` and adds the bins they name. */
function countRuns(dump: Dump, chunk: number, end: number, bins: Set<number>): number {
  const arena = pointerAt(readWords(dump, chunk, 8));
  if (arena === 0 || arena % 64 !== 0 || !dump.segmentAt(arena)?.writable) return 0;
  let runs = 0;
  for (let page = chunk + PAGE_BYTES; page + 16 <= end; page += PAGE_BYTES) {
    const words = readWords(dump, page, 16);
    if (words === undefined) continue;
    const bin = pointerAt(words);
    if (bin <= arena || bin >= arena + ARENA_BYTES || bin % 8 !== 0) continue;
    const [next, free] = [words[2], words[3]];
    if (next > MOST_REGIONS || free > MOST_REGIONS) continue;
    runs++;
    bins.add(bin);
  }
  return runs;
}

function pointerAt(words: Uint32Array | undefined): number {
  return words === undefined || words[1] > 0xffff ? 0 : wordAt(words, 0);
}
