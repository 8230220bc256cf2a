import { NumberColumn, popcountBits, WordColumn } from './columns.ts';
import type { ClassTable } from './jemalloc-classes.ts';
import { classCount } from './jemalloc-classes.ts';
import {
  ARENA_MASK,
  BITMAP_OFFSET,
  bitsOf,
  type ExtentLayout,
  NO_ARENA,
  SLAB_SHIFT,
  STATE_ACTIVE,
} from './jemalloc5-layout.ts';

/**
 * A thread that was allocating when it was stopped has set a bit and not yet counted it; filling a thread cache
 * takes this many regions of a slab at once (half of TCACHE_NSLOTS_SMALL_MAX).
 */
const MOST_OFF = 100;

export const SLAB = 0;
export const LARGE = 1;
/** Dirty, muzzy, retained, or on its way between them: the allocator's, and not in use. */
export const INACTIVE = 2;

/** Extents in the order of their structs, in columns. */
export class ExtentColumns {
  /** Address of the struct itself. */
  readonly at = new NumberColumn();
  /** e_addr: the first region; in a cache-oblivious large extent some way into the first page. */
  readonly address = new NumberColumn();
  /** Bytes, whole pages, of the extent. */
  readonly bytes = new NumberColumn();
  /** SLAB, LARGE or INACTIVE. */
  readonly kind = new WordColumn();
  readonly sizeIndex = new WordColumn();
  /** Place in `bitmaps` of a slab's words, else 0. */
  readonly bitmap = new WordColumn();
  readonly bitmaps = new WordColumn();
  /** Arenas met, as bits: index & 31 of word index >>> 5. */
  readonly arenas = new Uint32Array(128);
  /** Slabs whose bitmap agrees with their count of free regions. */
  slabs = 0;
  /** Slabs that are right in everything but the count of free regions: they were changing at the moment of the dump. */
  miscounted = 0;
  /** Extents with something in the six bits of e_bits above the count of free regions, and those with something above these six only: tell 5.1 from 5.2. */
  lowSerials = 0;
  highSerials = 0;
}

/**
 * Finds the extents whose structs begin in the first `starts` of `words`, read from `address` on.
 * Every check is the allocator's own invariant: a slab has its class's number of pages, its bitmap has as many
 * bits set as e_bits says regions are free; a large extent has its class's size (and one more page where starts are spread).
 */
export function carveExtents(
  address: number,
  words: Uint32Array,
  starts: number,
  layout: ExtentLayout,
  classes: ClassTable,
  into: ExtentColumns,
): void {
  const { pageSize } = layout;
  const step = layout.alignment >>> 2;
  const length = layout.bytes >>> 2;
  const none = classCount(classes.quantum);
  const firstStruct = (Math.ceil(address / layout.alignment) * layout.alignment - address) >>> 2;
  const last = Math.min(starts - 1, words.length - length);
  for (let i = firstStruct; i <= last; i += step) {
    const addressHigh = words[i + 3];
    if (addressHigh > 0xffff || (addressHigh === 0 && words[i + 2] < pageSize)) continue;
    const low = words[i];
    const high = words[i + 1];
    const arena = low & ARENA_MASK;
    if (arena === NO_ARENA) continue;
    const bytes = words[i + 5] * 0x1_0000_0000 + (words[i + 4] - (words[i + 4] % pageSize));
    if (bytes === 0 || words[i + 5] > 0xffff) continue;
    const sizeIndex = bitsOf(low, high, layout.sizeIndexShift, 8);
    const start = words[i + 2] + addressHigh * 0x1_0000_0000;
    const state = bitsOf(low, high, layout.stateShift, layout.stateBits);
    const slab = ((low >>> SLAB_SHIFT) & 1) === 1;
    const within = start % pageSize;
    let kind = INACTIVE;
    if (state !== STATE_ACTIVE) {
      // A slab given back keeps its slab bit (5.3), but no class.
      if (sizeIndex !== none || within !== 0) continue;
    } else if (slab) {
      if (sizeIndex >= classes.smallClasses || within !== 0 || bytes !== classes.slab[sizeIndex]) continue;
      const regions = bytes / classes.size[sizeIndex];
      const free = bitsOf(low, high, layout.freeShift, layout.freeBits);
      if (free > regions) continue;
      const off = Math.abs(popcountBits(words, i + (BITMAP_OFFSET >>> 2), regions) - free);
      if (off > MOST_OFF) continue;
      if (off === 0) into.slabs++;
      else into.miscounted++;
      kind = SLAB;
    } else {
      if (sizeIndex < classes.smallClasses || sizeIndex >= none || sizeIndex >= classes.size.length) continue;
      if (within % 64 !== 0 || !largeFits(bytes, sizeIndex, within, classes)) continue;
      kind = LARGE;
    }
    into.at.push(address + i * 4);
    into.address.push(start);
    into.bytes.push(bytes);
    into.kind.push(kind);
    into.sizeIndex.push(sizeIndex);
    into.bitmap.push(into.bitmaps.length);
    into.arenas[arena >>> 5] |= 1 << (arena & 31);
    const above = bitsOf(low, high, layout.freeShift + layout.freeBits, 20);
    if ((above & 0x3f) !== 0) into.lowSerials++;
    else if (above !== 0) into.highSerials++;
    if (kind === SLAB) {
      into.bitmaps.append(words, i + (BITMAP_OFFSET >>> 2), (bytes / classes.size[sizeIndex] + 31) >>> 5);
    }
  }
}

/**
 * Whether a large extent may be of the class: exactly its size, one page more where starts are spread over the first page
 * (cache-oblivious), or any number of pages above the class below (5.3.1, which keeps no large classes).
 */
function largeFits(bytes: number, sizeIndex: number, within: number, classes: ClassTable): boolean {
  const most = classes.size[sizeIndex] + classes.pageSize;
  const least = within > 0 ? classes.size[sizeIndex - 1] + classes.pageSize : classes.size[sizeIndex - 1];
  return bytes > least && bytes <= most;
}
