import { bitmapGroups } from './jemalloc-run.ts';

/** Versions of jemalloc whose page level keeps a struct an extent: extent_t at 5.1 and 5.2, edata_t at 5.3. */
export type Jemalloc5Version = '5.1.0' | '5.2.1' | '5.3.0';

/** First bits of the fields of e_bits with pages of 4 KiB (extent_structs.h at 5.1.0 and 5.2.1, edata.h at 5.3.0). */
interface BitPlaces {
  readonly zeroed: number;
  readonly state: number;
  readonly szind: number;
  readonly nfree: number;
  readonly isHead: number | undefined;
  /** Serial number inside e_bits; 5.3 has a word of its own for it. */
  readonly serial: number | undefined;
  /** Set in every extent: committed, and dumpable where there is such a bit. */
  readonly always: readonly number[];
  /** Offset of the two words that link extents of one state in a ring. */
  readonly ring: number;
}

export const SLAB_BIT = 12;

export const PLACES: Readonly<Record<Jemalloc5Version, BitPlaces>> = {
  '5.1.0': { zeroed: 15, state: 16, szind: 18, nfree: 26, isHead: undefined, serial: 36, always: [13, 14], ring: 24 },
  '5.2.1': { zeroed: 15, state: 16, szind: 18, nfree: 26, isHead: 42, serial: 43, always: [13, 14], ring: 24 },
  '5.3.0': { zeroed: 15, state: 17, szind: 20, nfree: 28, isHead: 44, serial: undefined, always: [13], ring: 64 },
};

/** Alignment of the structs: a cache line, and 128 bytes from 5.3 on (EDATA_ALIGNMENT). */
export const STRUCT_ALIGNMENT: Readonly<Record<Jemalloc5Version, number>> = { '5.1.0': 64, '5.2.1': 64, '5.3.0': 128 };
/** e_slab_data's offset: the bitmap, bit 1 = free. */
export const BITMAP_OFFSET = 64;

export const STATE = { active: 0, dirty: 1, muzzy: 2, retained: 3 } as const;

/** arena index of memory that belongs to no arena: all bits of the field. */
export const NO_ARENA = 0xfff;

export interface ExtentBits {
  readonly arena: number;
  readonly slab: boolean;
  readonly zeroed: boolean;
  readonly state: number;
  readonly szind: number;
  readonly nfree: number;
  readonly head: boolean;
  readonly serial: number;
}

/** Regions of the smallest class in a page (SC_SLAB_MAXREGS): e_bits counts the free ones up to it, and a bitmap has that many bits. */
function mostRegions(pageSize: number): number {
  return pageSize / 8;
}

/** Whether bitmaps are trees: with pages of more than 4 KiB (bitmap.h, BITMAP_USE_TREE). */
export function hasTreeBitmap(pageSize: number): boolean {
  return mostRegions(pageSize) > 512;
}

/** Bytes of extent_t or edata_t, bitmap included: 128 with pages of 4 KiB. */
export function structBytes(pageSize: number): number {
  const regions = mostRegions(pageSize);
  return BITMAP_OFFSET + 8 * (hasTreeBitmap(pageSize) ? bitmapGroups(regions) : regions / 64);
}

/** e_bits. What lies above the count of free regions moves up where larger pages make it wider. */
export function packBits(version: Jemalloc5Version, pageSize: number, bits: ExtentBits): bigint {
  const places = PLACES[version];
  const wider = Math.log2(pageSize) - 12;
  const above = (place: number | undefined) => (place === undefined ? undefined : place + wider);
  let word = BigInt(bits.arena);
  const set = (place: number | undefined, value: number) => {
    if (place !== undefined) word |= BigInt(value) << BigInt(place);
  };
  set(SLAB_BIT, bits.slab ? 1 : 0);
  for (const place of places.always) set(place, 1);
  set(places.zeroed, bits.zeroed ? 1 : 0);
  set(places.state, bits.state);
  set(places.szind, bits.szind);
  set(places.nfree, bits.nfree);
  set(above(places.isHead), bits.head ? 1 : 0);
  set(above(places.serial), bits.serial);
  return word;
}

/** An rtree leaf word with 48-bit addresses (rtree.h): szind, the struct's address, and at 5.3 state and is_head beside the slab bit. */
export function leafWord(version: Jemalloc5Version, struct: number, bits: ExtentBits): bigint {
  let word = (BigInt(bits.szind) << 48n) | BigInt(struct) | (bits.slab ? 1n : 0n);
  if (version === '5.3.0') word |= (BigInt(bits.state) << 2n) | (bits.head ? 2n : 0n);
  return word;
}
