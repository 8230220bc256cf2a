import type { AddressSpace } from './address-space.ts';
import { bitmapGroups, type Run, writeTreeBitmap } from './jemalloc-run.ts';

export const CHUNK = 2 * 1024 * 1024;
/** sizeof(extent_node_t) at 4.0.3: also the offset of map_bits. */
export const NODE = 104;
const ALLOCATED = 1;
const LARGE = 2;
const DIRTY = 0x10;
const NO_BIN = 0xff;

/** Where the parts of a chunk's header lie (arena_boot at 4.0.3). */
export class ChunkShape {
  readonly pageSize: number;
  readonly pages: number;
  /** Header pages: 13 with 4 KiB pages. */
  readonly bias: number;
  /** Bytes of one arena_chunk_map_misc_t: rb_link 16, run { binind, nfree, bitmap }; 96 with 4 KiB pages. */
  readonly miscBytes: number;

  constructor(pageSize: number) {
    this.pageSize = pageSize;
    this.pages = CHUNK / pageSize;
    this.miscBytes = 16 + 8 + 8 * bitmapGroups(pageSize / 8);
    let bias = 0;
    for (let i = 0; i < 3; i++) bias = Math.ceil((NODE + (8 + this.miscBytes) * (this.pages - bias)) / pageSize);
    this.bias = bias;
  }

  bitsAt(chunk: number, page: number): number {
    return chunk + NODE + 8 * (page - this.bias);
  }

  miscAt(chunk: number, page: number): number {
    return chunk + NODE + 8 * (this.pages - this.bias) + this.miscBytes * (page - this.bias);
  }

  /** Address of the arena_run_t of the run that starts at `page`. */
  runAt(chunk: number, page: number): number {
    return this.miscAt(chunk, page) + 16;
  }
}

/** A stretch of free pages in one chunk. */
export interface Span {
  readonly chunk: number;
  page: number;
  pages: number;
  readonly dirty: boolean;
}

/** extent_node_t at 4.0.3: arena, addr, size, zeroed, committed, achunk, prof_tctx, rd, cc_link, szad_link, ad_link. */
export function writeExtentNode(
  space: AddressSpace,
  at: number,
  node: { arena: number; address: number; size: number; chunk: boolean },
): void {
  space.write64(at, node.arena);
  space.write64(at + 8, node.address);
  space.write64(at + 16, node.size);
  space.write8(at + 24, 1);
  space.write8(at + 25, 1);
  space.write8(at + 26, node.chunk ? 1 : 0);
}

/** map_bits of an unallocated span: its size in the first and last page's word, no bin. */
export function markFree(space: AddressSpace, shape: ChunkShape, span: Span): void {
  const word = mapWord(span.pages, NO_BIN, span.dirty ? DIRTY : 0);
  space.write64(shape.bitsAt(span.chunk, span.page), word);
  space.write64(shape.bitsAt(span.chunk, span.page + span.pages - 1), word);
}

/** map_bits of a small run: each page's word has its place in the run and the bin. */
export function markSmall(
  space: AddressSpace,
  shape: ChunkShape,
  chunk: number,
  page: number,
  pages: number,
  bin: number,
): void {
  for (let i = 0; i < pages; i++) space.write64(shape.bitsAt(chunk, page + i), mapWord(i, bin, ALLOCATED));
}

/** map_bits of a large run: the last page's word first with size 0, then the first page's with the run's. */
export function markLarge(space: AddressSpace, shape: ChunkShape, chunk: number, page: number, pages: number): void {
  for (let i = 1; i < pages - 1; i++) space.write64(shape.bitsAt(chunk, page + i), 0);
  space.write64(shape.bitsAt(chunk, page + pages - 1), mapWord(0, NO_BIN, LARGE | ALLOCATED));
  space.write64(shape.bitsAt(chunk, page), mapWord(pages, NO_BIN, LARGE | ALLOCATED));
}

/** arena_run_t { u32 binind, u32 nfree, bitmap }. */
export function writeRun(space: AddressSpace, at: number, run: Run): void {
  space.write32(at, run.bin);
  space.write32(at + 4, run.nfree);
  writeTreeBitmap(space, at + 8, run);
}

/** A map_bits word: run page offset or run pages from bit 13 on (whatever the page size), binind at 5, flags below. */
function mapWord(pages: number, bin: number, flags: number): number {
  return pages * 0x2000 + bin * 32 + flags;
}
