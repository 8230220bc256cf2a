import type { Dump } from '../dump/dump.ts';
import { type RecoverHooks, throwIfCancelled } from './hooks.ts';
import { NO_ARENA } from './jemalloc5-layout.ts';
import { presentRuns, readWords, wordAt } from './scan.ts';

/**
 * A block of the allocator's own memory (base_block_t, src/base.c at 5.1.0 to 5.3.1): mapped apart from all regions,
 * aligned to 2 MiB, begun by its size, the next block, and an extent that says what of it is not yet handed out.
 */
export interface BaseBlock {
  readonly start: number;
  readonly end: number;
  /** End of what is in use: structs lie in [start, used). */
  readonly used: number;
}

/** Base blocks are aligned to, and a multiple of, a huge page. */
export const BASE_ALIGNMENT = 2 * 1024 * 1024;

/** size, next, and of the extent e_bits, e_addr and e_bsize. */
export const BASE_HEADER = 40;

/**
 * All base blocks of the dump, in address order. One is told by its header alone: the unused rest it names
 * (address + bytes) must end exactly where the block does, and belong to no arena. Throws Cancelled.
 */
export function findBaseBlocks(dump: Dump, hooks: RecoverHooks): BaseBlock[] {
  const blocks: BaseBlock[] = [];
  let reached = 0;
  for (const segment of dump.segments) {
    if (!segment.writable) continue;
    throwIfCancelled(hooks);
    for (const [from, to] of presentRuns(dump, segment.start, segment.end)) {
      const first = Math.ceil(from / BASE_ALIGNMENT) * BASE_ALIGNMENT;
      for (let at = Math.max(first, reached); at + BASE_HEADER <= to; at += BASE_ALIGNMENT) {
        throwIfCancelled(hooks);
        const block = baseBlock(readWords(dump, at, BASE_HEADER));
        if (block === undefined || block.start !== at || !adjoins(dump, at, block.end)) continue;
        blocks.push(block);
        reached = block.end;
        at = block.end - BASE_ALIGNMENT;
      }
    }
  }
  return blocks;
}

/** Whether [start, end) is mapped without a gap and writable, be its bytes in the dump or not. */
function adjoins(dump: Dump, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const segment = dump.segmentAt(at);
    if (segment === undefined || !segment.writable) return false;
    at = segment.end;
  }
  return true;
}

/** The block whose header the words are, wherever they were read: the header tells its address. Undefined when it is none. */
export function baseBlock(header: Uint32Array | undefined): BaseBlock | undefined {
  if (header === undefined) return undefined;
  const size = wordAt(header, 0);
  if (size === 0 || size % BASE_ALIGNMENT !== 0) return undefined;
  if ((header[4] & 0xfff) !== NO_ARENA) return undefined;
  const next = wordAt(header, 2);
  const used = wordAt(header, 6);
  const end = used + wordAt(header, 8);
  const start = end - size;
  const plausible =
    next % BASE_ALIGNMENT === 0 &&
    start > 0 &&
    start % BASE_ALIGNMENT === 0 &&
    end < 2 ** 53 &&
    used >= start + BASE_HEADER &&
    next !== start;
  return plausible ? { start, end, used } : undefined;
}
