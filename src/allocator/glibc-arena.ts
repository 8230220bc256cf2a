import type { Dump } from '../dump/dump.ts';
import type { RecoverHooks } from './hooks.ts';
import type { MemoryWindow } from './memory-window.ts';
import { scanRange, wordAt } from './scan.ts';

/**
 * An arena of glibc's malloc (struct malloc_state, malloc/malloc.c): lock and flags, fast bins (none from 2.43 on), top,
 * last_remainder, 127 bins of two words each, a bit for each bin, the next arena, the next free one, the number of threads,
 * and the memory taken from the system. What comes before the bins differs between versions, what follows does not.
 */
export interface Arena {
  readonly start: number;
  readonly end: number;
  /** Address of bins[0]. */
  readonly bins: number;
  /** Address of the first fast bin; those run up to `top`. Undefined where the version has none. */
  readonly fastBins: number | undefined;
  readonly top: number;
  readonly systemBytes: number;
  /** The arena's heap grows with brk; the others lie in heaps of their own. */
  readonly main: boolean;
}

const BIN_WORDS = 254;
const BINS_BYTES = BIN_WORDS * 8;
const NEXT = BINS_BYTES + 16;
const SYSTEM_BYTES = NEXT + 24;
const END = NEXT + 40;
const FAST_BINS = 10;
/** Bytes before the bins: 2.43 and later, up to 2.25, 2.26 to 2.42. */
const BEFORE_BINS = [24, 104, 112];
/** More arenas than this are not followed: eight for every processor. */
const MOST_ARENAS = 8192;

/** The arenas of the process, the main one first; empty where there is no glibc malloc in the dump. Throws Cancelled. */
export function findArenas(dump: Dump, memory: MemoryWindow, hooks: RecoverHooks): Arena[] {
  for (const segment of dump.segments) {
    if (!segment.writable || segment.kind !== 'file') continue;
    for (const bins of binsIn(dump, segment.start, segment.start + segment.present, hooks)) {
      const main = arenaAt(dump, memory, bins, true);
      if (main !== undefined) return [main, ...ring(dump, memory, main)];
    }
  }
  return [];
}

/** Places where an array of bins may begin: an empty bin's two words both name the place 16 bytes before it. */
function binsIn(dump: Dump, start: number, end: number, hooks: RecoverHooks): number[] {
  const empty: number[] = [];
  scanRange(dump, start, end, 8, hooks, (address, words, starts) => {
    for (let i = 0; i < starts && i + 4 <= words.length; i += 2) {
      const self = address + i * 4 - 16;
      if (wordAt(words, i) === self && wordAt(words, i + 2) === self) empty.push(address + i * 4);
    }
  });
  const places: number[] = [];
  let tried = Number.NEGATIVE_INFINITY;
  for (const first of empty) {
    if (first < tried + BINS_BYTES) continue;
    tried = first;
    for (let at = first; at > first - BINS_BYTES; at -= 16) places.push(at);
  }
  return places;
}

function arenaAt(dump: Dump, memory: MemoryWindow, bins: number, main: boolean): Arena | undefined {
  const top = memory.word(bins - 16);
  const next = memory.word(bins + NEXT);
  const systemBytes = memory.word(bins + SYSTEM_BYTES);
  if (top <= 0 || top % 16 !== 0 || next <= 0 || systemBytes <= 0 || systemBytes >= 2 ** 47) return undefined;
  const segment = dump.segmentAt(top);
  if (segment === undefined || !segment.writable) return undefined;
  for (const before of BEFORE_BINS) {
    const start = bins - before;
    if (next !== start && !reaches(memory, next, before, start)) continue;
    const fastBins = before > FAST_BINS * 8 ? bins - 16 - FAST_BINS * 8 : undefined;
    return { start, end: bins + END, bins, fastBins, top, systemBytes, main };
  }
  return undefined;
}

/** Whether the ring of arenas that goes on at `from` comes back to `start`. */
function reaches(memory: MemoryWindow, from: number, before: number, start: number): boolean {
  let at = from;
  for (let i = 0; i < MOST_ARENAS; i++) {
    if (at === start) return true;
    at = memory.word(at + before + NEXT);
    if (at <= 0) return false;
  }
  return false;
}

function ring(dump: Dump, memory: MemoryWindow, main: Arena): Arena[] {
  const arenas: Arena[] = [];
  const before = main.bins - main.start;
  let at = memory.word(main.bins + NEXT);
  while (at !== main.start && arenas.length < MOST_ARENAS) {
    const arena = arenaAt(dump, memory, at + before, false);
    if (arena === undefined) break;
    arenas.push(arena);
    at = memory.word(arena.bins + NEXT);
  }
  return arenas;
}
