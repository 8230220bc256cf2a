import { NumberColumn } from './columns.ts';
import type { MemoryWindow } from './memory-window.ts';

/** Chunks of glibc's malloc in address order of each walk: a size word 8 bytes before the payload, its low bits flags. */
export class ChunkColumns {
  /** Address of the chunk (its prev_size word): the payload begins 16 bytes on. */
  readonly at = new NumberColumn();
  /** Bytes of the chunk, with the sign telling whether it is in use (positive) or in a bin (negative). */
  readonly size = new NumberColumn();
}

const PREVIOUS_IN_USE = 1;
const FLAGS = 7;
export const SMALLEST_CHUNK = 32;

/** How a walk over chunks ended: at the place it was to reach, at a fence (the end of a heap), or at something that is no chunk. */
export type WalkEnd = 'reached' | 'fence' | 'broken';

export interface Walk {
  readonly end: WalkEnd;
  /** Where it stopped. */
  readonly at: number;
  readonly chunks: number;
}

/**
 * Walks the chunks from `start` up to `end` (the top chunk, or the end of a heap) and appends them to `into`.
 * A chunk is in use when the next one says so; the last before `end` is judged by the chunk at `end`.
 */
export function walkChunks(memory: MemoryWindow, start: number, end: number, into?: ChunkColumns): Walk {
  let at = start;
  let chunks = 0;
  let head = memory.word(at + 8);
  while (at < end) {
    const size = head - (head % 8);
    if (head < 0) return { end: 'broken', at, chunks };
    if (size <= 16) return { end: 'fence', at, chunks };
    const next = at + size;
    // The flag for memory of its own cannot occur here; the one for another arena is the same in a whole heap.
    if (size < SMALLEST_CHUNK || size % 16 !== 0 || next > end || ((head % 8) & 2) !== 0)
      return { end: 'broken', at, chunks };
    const nextHead = memory.word(next + 8);
    if (nextHead < 0) return { end: 'broken', at, chunks };
    const inUse = ((nextHead % 8) & PREVIOUS_IN_USE) !== 0;
    // A chunk that is not in use repeats its size at the head of the next.
    if (!inUse && memory.word(next) !== size) return { end: 'broken', at, chunks };
    if (into !== undefined) {
      into.at.push(at);
      into.size.push(inUse ? size : -size);
    }
    chunks++;
    at = next;
    head = nextHead;
  }
  return { end: 'reached', at, chunks };
}

/** Bytes of the chunk at `at`, without flags; -1 where absent. */
export function chunkSize(memory: MemoryWindow, at: number): number {
  const head = memory.word(at + 8);
  return head < 0 ? -1 : head - (head & FLAGS);
}

/** Index of the chunk at exactly `address` among those of `starts`, sorted, or -1. */
export function chunkAt(starts: Float64Array, address: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] < address) low = middle + 1;
    else if (starts[middle] > address) high = middle - 1;
    else return middle;
  }
  return -1;
}
