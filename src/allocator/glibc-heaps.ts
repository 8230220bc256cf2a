import type { Dump } from '../dump/dump.ts';
import type { Arena } from './glibc-arena.ts';
import { type ChunkColumns, chunkSize, type Walk, walkChunks } from './glibc-chunks.ts';
import { type RecoverHooks, throwIfCancelled } from './hooks.ts';
import type { MemoryWindow } from './memory-window.ts';
import { presentRuns } from './scan.ts';

/** A run of chunks: from the first one to the top chunk, or to the fence that ends a heap. */
export interface HeapRange {
  /** What the allocator owns: [start, end), its own structs included. */
  readonly start: number;
  readonly end: number;
  readonly firstChunk: number;
  /** Where the walk over its chunks ends. */
  readonly walkEnd: number;
  readonly arena: Arena;
  readonly walk: Walk;
}

/** Heaps of arenas other than the main one are aligned to 64 MiB (HEAP_MAX_SIZE, malloc/arena.c, 64-bit). */
const HEAP_ALIGNMENT = 64 * 1024 * 1024;
/** sizeof(heap_info): four words up to 2.34, six from 2.35 on. */
const HEAP_INFO_BYTES = [32, 48];
/** How far into the brk area the first chunk may lie: a static program keeps its thread-local storage there. */
const FIRST_CHUNK_WITHIN = 64 * 1024;

/** The range of the main arena: the memory around its top chunk, from the first place from which a walk arrives there. */
export function mainHeap(dump: Dump, memory: MemoryWindow, arena: Arena): HeapRange | undefined {
  const segment = dump.segmentAt(arena.top);
  if (segment === undefined) return undefined;
  let start = segment.start;
  // The kernel splits a mapping where its flags differ; the heap runs on.
  for (let i = segment.index - 1; i >= 0 && dump.segments[i].end === start && dump.segments[i].kind === 'heap'; i--) {
    start = dump.segments[i].start;
  }
  for (let first = start; first < Math.min(start + FIRST_CHUNK_WITHIN, arena.top); first += 16) {
    const walk = walkChunks(memory, first, arena.top);
    if (walk.end === 'broken' || walk.end === 'fence') continue;
    const end = arena.top + Math.max(0, chunkSize(memory, arena.top));
    return { start: first, end, firstChunk: first, walkEnd: arena.top, arena, walk };
  }
  return undefined;
}

/** The heaps of the arenas other than the main one, each told by the arena its first word names. Throws Cancelled. */
export function otherHeaps(
  dump: Dump,
  memory: MemoryWindow,
  arenas: readonly Arena[],
  hooks: RecoverHooks,
): HeapRange[] {
  const byStart = new Map(arenas.filter(arena => !arena.main).map(arena => [arena.start, arena]));
  const heaps: HeapRange[] = [];
  if (byStart.size === 0) return heaps;
  for (const segment of dump.segments) {
    if (!segment.writable) continue;
    throwIfCancelled(hooks);
    for (const [from, to] of presentRuns(dump, segment.start, segment.end)) {
      for (let at = Math.ceil(from / HEAP_ALIGNMENT) * HEAP_ALIGNMENT; at < to; at += HEAP_ALIGNMENT) {
        const arena = byStart.get(memory.word(at));
        const size = memory.word(at + 16);
        if (arena === undefined || size <= 0 || size > HEAP_ALIGNMENT) continue;
        const heap = heapAt(memory, at, at + size, arena);
        if (heap !== undefined) heaps.push(heap);
      }
    }
  }
  return heaps;
}

function heapAt(memory: MemoryWindow, start: number, end: number, arena: Arena): HeapRange | undefined {
  const holdsArena = arena.start >= start && arena.start < end;
  const starts = holdsArena ? [Math.ceil(arena.end / 16) * 16] : HEAP_INFO_BYTES.map(bytes => start + bytes);
  const walkEnd = arena.top >= start && arena.top < end ? arena.top : end;
  for (const firstChunk of starts) {
    const walk = walkChunks(memory, firstChunk, walkEnd);
    if (walk.end !== 'broken') return { start, end, firstChunk, walkEnd, arena, walk };
  }
  return undefined;
}

export function addChunks(memory: MemoryWindow, heap: HeapRange, into: ChunkColumns): void {
  walkChunks(memory, heap.firstChunk, heap.walkEnd, into);
}

/** An allocation with a mapping of its own: [start, end), whole pages; its payload begins 16 bytes on and goes to the end. */
export interface MappedChunk {
  readonly start: number;
  readonly end: number;
}

/** Allocations that glibc mapped one by one (IS_MMAPPED): at the start of a page, a whole number of pages, nothing before them. Throws Cancelled. */
export function mappedChunks(
  dump: Dump,
  memory: MemoryWindow,
  pageSize: number,
  heaps: readonly HeapRange[],
  hooks: RecoverHooks,
): MappedChunk[] {
  const found: MappedChunk[] = [];
  for (const segment of dump.segments) {
    if (!segment.writable || segment.kind !== 'anonymous') continue;
    throwIfCancelled(hooks);
    const end = segment.start + segment.present;
    let at = segment.start;
    while (at + 16 <= end) {
      const heap = heaps.find(one => at >= one.start && at < one.end);
      const size = heap === undefined ? mappedSize(memory, at, segment.end, pageSize) : 0;
      if (size > 0) found.push({ start: at, end: at + size });
      at += heap !== undefined ? Math.ceil((heap.end - at) / pageSize) * pageSize : Math.max(size, pageSize);
    }
  }
  return found;
}

/** Bytes of the mapping whose chunk begins at `at`, or 0. The size word counts all of it; from 2.43 on, all but the chunk's header. */
function mappedSize(memory: MemoryWindow, at: number, end: number, pageSize: number): number {
  const head = memory.word(at + 8);
  // prev_size is the chunk's place in its mapping, from 2.43 on with a flag for huge pages.
  if (head <= 0 || head % 8 !== 2 || memory.word(at) > 1) return 0;
  const size = head - 2;
  const total = size % pageSize === 0 ? size : size + 16;
  return total > 0 && total % pageSize === 0 && at + total <= end ? total : 0;
}
