import type { Dump } from '../dump/dump.ts';
import { CHUNK_BYTES } from './jemalloc4-chunk.ts';
import { readWords, wordAt } from './scan.ts';

/**
 * jemalloc 4.0's extent_node_t (include/jemalloc/internal/extent.h at 4.0.3), 104 bytes: en_arena, en_addr, en_size,
 * the flags zeroed, committed, achunk, then links; the list of an arena's huge allocations runs through +72.
 */
export interface ExtentNode {
  readonly address: number;
  readonly bytes: number;
}

const NODE_WORDS = 26;
const HUGE_LINK = 72;
/** arena_t with its 39 bins takes some 12 KiB; the head of the huge list lies in it. */
const ARENA_BYTES = 16 * 1024;
/** More huge allocations than this in one arena are not followed. */
const MOST_HUGE = 1_000_000;

/**
 * Huge allocations (from 2 MiB on) of the arena at `arena`. Their nodes are ordinary small allocations, linked in a ring
 * whose first the arena_t names: a word of it that points at a node of this arena inside an arena chunk (`chunks`: their addresses).
 * Nodes of chunks kept for reuse are named there too, but lie in the allocator's own memory.
 */
export function hugeAllocations(dump: Dump, arena: number, chunks: ReadonlySet<number>): ExtentNode[] {
  const found = new Map<number, ExtentNode>();
  const words = readWords(dump, arena, ARENA_BYTES) ?? new Uint32Array(0);
  for (let i = 0; i < words.length; i += 2) {
    let at = wordAt(words, i);
    while (found.size < MOST_HUGE && !found.has(at) && chunks.has(at - (at % CHUNK_BYTES))) {
      const node = nodeAt(dump, at, arena);
      if (node === undefined) break;
      found.set(at, node.huge);
      at = node.next;
    }
  }
  return [...found.values()];
}

/** A node of a huge allocation: its class is not a whole number of chunks, but its address is a chunk's. */
function nodeAt(dump: Dump, at: number, arena: number): { huge: ExtentNode; next: number } | undefined {
  if (at === 0 || at % 64 !== 0) return undefined;
  const words = readWords(dump, at, NODE_WORDS * 4);
  if (words === undefined || wordAt(words, 0) !== arena) return undefined;
  const node = chunkNode(words, 0);
  if (node === undefined || dump.segmentAt(node.address) === undefined) return undefined;
  return { huge: node, next: wordAt(words, HUGE_LINK >>> 2) };
}

/** The node at `words[at]` where its range begins as a chunk does and it is no arena chunk's own. */
export function chunkNode(words: Uint32Array, at: number): ExtentNode | undefined {
  const flags = words[at + 6];
  if ((flags & 0xfffefe) !== 0) return undefined;
  const address = wordAt(words, at + 2);
  const bytes = wordAt(words, at + 4);
  if (address === 0 || address % CHUNK_BYTES !== 0 || bytes < CHUNK_BYTES || bytes % 4096 !== 0) return undefined;
  return words[at + 3] <= 0xffff && words[at + 5] <= 0xff ? { address, bytes } : undefined;
}

/**
 * A chunk of the allocator's own memory (base_chunk_alloc, src/base.c): it begins with the node of what is left of it,
 * which belongs to no arena and ends where a chunk does. Returns where it ends, or undefined.
 */
export function baseChunkEnd(header: Uint32Array | undefined, at: number): number | undefined {
  if (header === undefined || wordAt(header, 0) !== 0) return undefined;
  const rest = wordAt(header, 2);
  const end = rest + wordAt(header, 4);
  if ((header[6] & 0xffffff) !== 0x000101) return undefined;
  return rest > at && end > rest && end % CHUNK_BYTES === 0 && end < 2 ** 53 ? end : undefined;
}
