import type { Dump } from '../dump/dump.ts';
import { type RecoverHooks, throwIfCancelled } from './hooks.ts';

/** Bytes read at a time: large enough that reading is not the cost, small enough to stay in the cache. */
const CHUNK = 1024 * 1024;

/**
 * One chunk of memory: `words` are the little-endian 32-bit words from `address` on (a multiple of 8).
 * Structs that begin in the first `starts` words belong to this chunk; the words behind are there so that they can be read whole.
 */
export type ChunkVisitor = (address: number, words: Uint32Array, starts: number) => void;

/**
 * Reads the present bytes of [start, end) in chunks, `overlap` bytes (a multiple of 8) of each shown again at the head of the next.
 * What is absent is skipped; each run of present bytes begins a chunk of its own. `start` must be a multiple of 8. Throws Cancelled.
 */
export function scanRange(
  dump: Dump,
  start: number,
  end: number,
  overlap: number,
  hooks: RecoverHooks,
  visit: ChunkVisitor,
): void {
  const buffer = new Uint8Array(Math.min(CHUNK, Math.max(8, end - start)) + overlap);
  for (const [from, to] of presentRuns(dump, start, end)) {
    for (let at = from; at < to; at += CHUNK) {
      throwIfCancelled(hooks);
      const wanted = Math.min(CHUNK + overlap, to - at) & ~7;
      const got = readAcross(dump, at, buffer.subarray(0, wanted)) & ~7;
      if (got === 0) break;
      const words = new Uint32Array(buffer.buffer, 0, got >>> 2);
      visit(at, words, Math.min(got, CHUNK) >>> 2);
    }
  }
}

/** Runs of adjoining present bytes within [start, end), in order; each begins at a multiple of 8. */
export function presentRuns(dump: Dump, start: number, end: number): [number, number][] {
  const runs: [number, number][] = [];
  for (const segment of dump.segments) {
    const from = Math.max(segment.start, start);
    const to = Math.min(segment.start + segment.present, end);
    if (segment.start >= end) break;
    if (to <= from) continue;
    const last = runs[runs.length - 1];
    if (last !== undefined && last[1] === from) last[1] = to;
    else runs.push([Math.ceil(from / 8) * 8, to]);
  }
  return runs;
}

/** Fills `into` from `address` on, over segments that adjoin; returns how many bytes there were. */
export function readAcross(dump: Dump, address: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.length) {
    const got = dump.readInto(address + done, into.subarray(done));
    if (got <= 0) break;
    done += got;
  }
  return done;
}

/** Copies `length` bytes (a multiple of 8) from `address` as 32-bit words, or undefined where any is absent. */
export function readWords(dump: Dump, address: number, length: number): Uint32Array | undefined {
  const words = new Uint32Array(length >>> 2);
  return readAcross(dump, address, new Uint8Array(words.buffer)) === length ? words : undefined;
}

/** The 64-bit word at index `at` of 32-bit words as a number: exact below 2^53. */
export function wordAt(words: Uint32Array, at: number): number {
  return words[at] + words[at + 1] * 0x1_0000_0000;
}
