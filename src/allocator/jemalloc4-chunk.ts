import { popcountBits } from './columns.ts';
import type { ClassTable } from './jemalloc-classes.ts';
import { wordAt } from './scan.ts';
import type { SlabCollector } from './slab-collector.ts';

/**
 * An arena chunk of jemalloc 4.0 (arena_chunk_t, include/jemalloc/internal/arena.h at 4.0.3) describes itself: an extent_node_t
 * that names its own address, a word for each page (map_bits), and 96 bytes for each page (map_misc) with a run's bitmap.
 */
export interface ChunkLayout {
  readonly pageSize: number;
  readonly pages: number;
  /** Pages of the header; map_bits and map_misc leave them out. */
  readonly headerPages: number;
  /** Offset of map_misc in the chunk. */
  readonly miscOffset: number;
  readonly miscBytes: number;
}

/** Chunks are aligned to their size; 2 MiB unless configured (LG_CHUNK). */
export const CHUNK_BYTES = 2 * 1024 * 1024;
/** sizeof(extent_node_t): map_bits begins here. */
const NODE_BYTES = 104;
/** Offset of arena_run_t in a map_misc: behind the tree link. */
const RUN_OFFSET = 16;
/** Offset of the bitmap in arena_run_t: behind binind and nfree. */
const RUN_BITMAP = 8;

export function chunkLayout(pageSize: number): ChunkLayout {
  const pages = CHUNK_BYTES / pageSize;
  let groups = Math.ceil(pageSize / 8 / 64);
  let bitmap = groups;
  // The bitmap is a tree: each level has a bit for every word of the one below.
  while (groups > 1) {
    groups = Math.ceil(groups / 64);
    bitmap += groups;
  }
  const miscBytes = RUN_OFFSET + RUN_BITMAP + bitmap * 8;
  let headerPages = 0;
  // arena_boot: three rounds, for the header's size depends on how many pages it leaves out.
  for (let round = 0; round < 3; round++) {
    headerPages = Math.ceil((NODE_BYTES + (8 + miscBytes) * (pages - headerPages)) / pageSize);
  }
  return { pageSize, pages, headerPages, miscOffset: NODE_BYTES + 8 * (pages - headerPages), miscBytes };
}

/** What the header of a chunk says of itself. */
export interface ChunkHeader {
  readonly arena: number;
  readonly address: number;
}

/** Bytes of a chunk's header that `chunkHeader` reads. */
export const CHUNK_HEADER_BYTES = 32;

/** en_arena, en_addr, en_size, and the flags zeroed, committed, achunk; undefined where the words are no arena chunk's. */
export function chunkHeader(words: Uint32Array | undefined, at = 0): ChunkHeader | undefined {
  if (words === undefined || words[at + 4] !== CHUNK_BYTES || words[at + 5] !== 0) return undefined;
  if (words[at + 3] > 0xffff || words[at + 2] % CHUNK_BYTES !== 0) return undefined;
  const flags = words[at + 6];
  if ((flags & 0xfefefe) !== 0 || (flags & 0x010000) === 0) return undefined;
  const arena = wordAt(words, at);
  const address = wordAt(words, at + 2);
  if (arena < 4096 || arena % 8 !== 0 || address === 0) return undefined;
  return { arena, address };
}

/** What the pages of the chunks came to, added up. */
export interface ChunkTally {
  /** Runs whose bitmap agrees with their count of free regions. */
  runs: number;
  /** Runs that are right in everything else: they were changing at the moment of the dump. */
  changing: number;
  /** Pages that say "small run" but whose run contradicts: another class, or a bitmap far from the count of free regions. */
  contradictions: number;
  large: number;
  /** Large runs one page larger than a size class: starts are spread over the first page. */
  padded: number;
  /** Chunks whose map could not be followed to the end. */
  broken: number;
}

export function emptyTally(): ChunkTally {
  return { runs: 0, changing: 0, contradictions: 0, large: 0, padded: 0, broken: 0 };
}

/** Regions that a thread may have taken and not yet counted: half of a full thread cache (TCACHE_NSLOTS_SMALL_MAX). */
const MOST_OFF = 100;

const ALLOCATED = 1;
const LARGE_RUN = 2;
const CLASS_SHIFT = 5;
const RUN_SHIFT = 13;

/**
 * Walks the page map in `header` (the words of the chunk's header pages) of the chunk at `address`: adds every run's
 * regions to `into` and counts in `tally`.
 */
export function walkChunk(
  header: Uint32Array,
  address: number,
  layout: ChunkLayout,
  classes: ClassTable,
  tally: ChunkTally,
  into?: SlabCollector,
): void {
  const { pageSize, pages, headerPages } = layout;
  let page = headerPages;
  while (page < pages) {
    const at = (NODE_BYTES + 8 * (page - headerPages)) >>> 2;
    const bits = header[at];
    const span = bits >>> RUN_SHIFT;
    if (header[at + 1] !== 0) break;
    if ((bits & ALLOCATED) === 0) {
      if (span === 0) break;
      page += span;
      continue;
    }
    if ((bits & LARGE_RUN) !== 0) {
      if (span === 0 || page + span > pages) break;
      tally.large++;
      if (isPadded(span * pageSize, classes)) tally.padded++;
      into?.addSingle(address + page * pageSize, span * pageSize, false);
      page += span;
      continue;
    }
    const sizeIndex = (bits >>> CLASS_SHIFT) & 0xff;
    const run = (layout.miscOffset + (page - headerPages) * layout.miscBytes + RUN_OFFSET) >>> 2;
    const bitmap = run + (RUN_BITMAP >>> 2);
    if (sizeIndex >= classes.smallClasses || span !== 0 || page + classes.slab[sizeIndex] / pageSize > pages) {
      tally.contradictions++;
      page++;
      continue;
    }
    const size = classes.size[sizeIndex];
    const regions = classes.slab[sizeIndex] / size;
    const off = Math.abs(popcountBits(header, bitmap, regions) - header[run + 1]);
    if (header[run] !== sizeIndex || off > MOST_OFF) tally.contradictions++;
    else {
      if (off === 0) tally.runs++;
      else tally.changing++;
      into?.addSlab(address + page * pageSize, size, regions, header, bitmap);
    }
    page += classes.slab[sizeIndex] / pageSize;
  }
  if (page !== pages) tally.broken++;
}

/** Whether a large run is a size class and one page more (large_pad). */
function isPadded(bytes: number, classes: ClassTable): boolean {
  const payload = bytes - classes.pageSize;
  for (let i = classes.smallClasses; i < classes.size.length && classes.size[i] <= payload; i++) {
    if (classes.size[i] === payload) return true;
  }
  return false;
}
