import type { Dump } from '../dump/dump.ts';
import { Cancelled, type RecoverHooks } from './hooks.ts';
import { CHUNK_HEADER_BYTES, chunkHeader } from './jemalloc4-chunk.ts';
import { BASE_HEADER, baseBlock } from './jemalloc5-base.ts';
import { scanRange } from './scan.ts';
import { countText } from './sentences.ts';

/** Where a raw range lay in the process, as the allocator's metadata inside it tells. */
export interface BaseAddress {
  /** Address of the range's first byte. */
  readonly base: number;
  /** A sentence with numbers. */
  readonly evidence: string;
}

/** Headers looked at before the vote is counted. */
const ENOUGH = 10_000;

/**
 * The base address of a raw range (`dump.baseKnown` false): jemalloc 4's chunks name their own address, and so do, by what they
 * have left, the blocks in which jemalloc 5 keeps its structs. Undefined where nothing in the range tells, or when cancelled.
 */
export function revealBase(dump: Dump, hooks: RecoverHooks): BaseAddress | undefined {
  const votes = new Map<number, number>();
  let headers = 0;
  const vote = (told: number, address: number) => {
    const base = told - address;
    if (base < 0 || base % 8 !== 0) return;
    headers++;
    votes.set(base, (votes.get(base) ?? 0) + 1);
  };
  const end = dump.segments.reduce((last, segment) => Math.max(last, segment.end), 0);
  try {
    for (const segment of dump.segments) {
      const overlap = Math.max(BASE_HEADER, CHUNK_HEADER_BYTES);
      scanRange(dump, segment.start, segment.end, overlap, hooks, (address, words, starts) => {
        hooks.progress(address / end);
        if (headers > ENOUGH) return;
        for (let i = 0; i < starts; i += 2) {
          // Both begin where a huge page does: the low bits of what they name are zero.
          if (i + 10 > words.length || (words[i + 4] !== 0x20_0000 && (words[i + 4] & 0xfff) !== 0xfff)) continue;
          const chunk = chunkHeader(words, i);
          if (chunk !== undefined) vote(chunk.address, address + i * 4);
          const block = baseBlock(words.subarray(i, i + 10));
          if (block !== undefined) vote(block.start, address + i * 4);
        }
      });
    }
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
  const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
  if (winner === undefined || winner[1] * 2 <= headers) return undefined;
  return {
    base: winner[0],
    evidence: `${countText(winner[1])} of ${countText(headers)} allocator headers in the range name this base`,
  };
}
