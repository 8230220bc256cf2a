/**
 * Where jemalloc 5 keeps what in the struct that describes an extent (a run of pages).
 * 5.1.0 and 5.2.1: extent_t (include/jemalloc/internal/extent_structs.h); 5.3.0 and 5.3.1: edata_t (edata.h).
 * All begin with e_bits, e_addr, e_size_esn (8 bytes each) and have the slab's bitmap at +64 (bit set = free).
 */
export interface ExtentLayout {
  readonly family: '5.1' | '5.3';
  readonly pageSize: number;
  /** Bytes between the places such a struct can begin at. */
  readonly alignment: number;
  /** Bytes of the struct, bitmap included. */
  readonly bytes: number;
  /** Most regions in a slab: a page of the smallest class. */
  readonly mostRegions: number;
  readonly stateShift: number;
  readonly stateBits: number;
  readonly sizeIndexShift: number;
  readonly freeShift: number;
  readonly freeBits: number;
}

export const BITMAP_OFFSET = 64;
export const SLAB_SHIFT = 12;
export const ARENA_MASK = 0xfff;
/** Arena index of an extent that belongs to no arena: base blocks' own. */
export const NO_ARENA = 0xfff;
export const STATE_ACTIVE = 0;

export const PAGE_SIZES = [4096, 16_384, 65_536] as const;

export function extentLayout(family: '5.1' | '5.3', pageSize: number): ExtentLayout {
  const mostRegions = pageSize / 8;
  const alignment = family === '5.3' ? 128 : 64;
  const stateShift = family === '5.3' ? 17 : 16;
  const stateBits = family === '5.3' ? 3 : 2;
  const sizeIndexShift = stateShift + stateBits;
  return {
    family,
    pageSize,
    alignment,
    bytes: Math.ceil((BITMAP_OFFSET + bitmapWords(mostRegions) * 8) / alignment) * alignment,
    mostRegions,
    stateShift,
    stateBits,
    sizeIndexShift,
    freeShift: sizeIndexShift + 8,
    freeBits: Math.log2(mostRegions) + 1,
  };
}

/** 64-bit words of a bitmap of `bits`: above 512 bits jemalloc keeps a tree, its leaves first (bitmap.h, BITMAP_USE_TREE). */
function bitmapWords(bits: number): number {
  let level = Math.ceil(bits / 64);
  let words = level;
  while (bits > 512 && level > 1) {
    level = Math.ceil(level / 64);
    words += level;
  }
  return words;
}

/** `count` bits from bit `shift` on of the 64-bit word (high, low). */
export function bitsOf(low: number, high: number, shift: number, count: number): number {
  const mask = 2 ** count - 1;
  if (shift >= 32) return (high >>> (shift - 32)) & mask;
  const value = shift === 0 ? low : (low >>> shift) | (high << (32 - shift));
  return value & mask;
}
