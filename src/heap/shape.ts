import { DICT_BYTES, LARGEST_DICT_REGION, readDict } from '../layout/dict.ts';
import { HASHTABLE_BYTES, readHashtable } from '../layout/hashtable.ts';
import { unspreadObject } from '../layout/robj.ts';
import type { ReferenceLayout } from './references.ts';
import { plausibleText } from './text.ts';

/**
 * What the first bytes of a region could be, a bit each: hypotheses, cheap to form while the bytes are at hand.
 * Which of them holds is decided by who points at the region and what else is known of it.
 */
export const SHAPE_SDS5 = 1 << 0;
export const SHAPE_SDS8 = 1 << 1;
export const SHAPE_SDS16 = 1 << 2;
export const SHAPE_SDS32 = 1 << 3;
export const SHAPE_SDS64 = 1 << 4;
export const SHAPE_SDS_OLD = 1 << 5;
/** robj with the string behind it, and its pointer says so. */
export const SHAPE_EMBSTR = 1 << 6;
/** type, encoding and refcount as an robj has them. */
export const SHAPE_ROBJ = 1 << 7;
/** u32 total bytes, the last of them 0xff. */
export const SHAPE_LISTPACK = 1 << 8;
export const SHAPE_ZIPLIST = 1 << 9;
export const SHAPE_INTSET = 1 << 10;
/** Of the string it could be: its allocation is no larger than its alloc (or len) explains. */
export const SHAPE_FITS = 1 << 11;
/** Of the string it could be: printable, or UTF-8, from end to end. */
export const SHAPE_TEXT = 1 << 12;
/** The fields of a dict agree with each other. */
export const SHAPE_DICT = 1 << 13;
export const SHAPE_HASHTABLE = 1 << 14;
/**
 * Of the string it could be: so much text, in an allocation made for just that, that nothing else begins so. A struct begins with
 * an address or small numbers, whose zero bytes are no text; a bare C string begins with a letter, which as an sdshdr5 means 15 bytes at most.
 */
export const SHAPE_CERTAIN = 1 << 15;

const QUALITY = SHAPE_FITS | SHAPE_TEXT | SHAPE_CERTAIN;

/** Every hypothesis that it is a string at the region's start. Bit i is header code i (see src/layout/sds.ts). */
export const SHAPE_ANY_SDS = 0x3f;
/** The headers that hold an alloc, which is the better part of the evidence. */
export const SHAPE_SDS_WITH_ALLOC = SHAPE_ANY_SDS & ~SHAPE_SDS5;

/** A refcount that looks like the upper half of an address: it is one. */
const POINTER_LIKE_LOW = 0x5500;
const POINTER_LIKE_HIGH = 0x7fff;

/** At most so many bytes of a long text are looked at. */
const TEXT_LIMIT = 256;

/** Bytes of text, without and with an alloc in the header, that make a string certain. */
const CERTAIN_TEXT_5 = 16;
const CERTAIN_TEXT = 8;

/**
 * Shapes of the region of `size` bytes (the next smaller size class being `smaller`) whose first `held` bytes are at
 * `bytes[at…]`. `address` is its start. `last(offset)` gives bytes behind `held`; -1 where they are absent.
 */
export function shapeOf(
  bytes: Uint8Array,
  at: number,
  held: number,
  size: number,
  smaller: number,
  address: number,
  layout: ReferenceLayout,
  last: (offset: number) => number,
): number {
  const byteAt = (offset: number): number => (offset < held ? bytes[at + offset] : last(offset));
  const b0 = bytes[at];
  let shape = 0;

  if (layout.sds === 'old') {
    const len = u32At(bytes, at);
    const alloc = len + u32At(bytes, at + 4);
    if (alloc + 9 <= size && byteAt(8 + len) === 0) {
      shape |= SHAPE_SDS_OLD | stringQuality(bytes, at + 8, Math.min(len, held - 8), len, alloc + 9, size, smaller);
    }
  } else {
    if ((b0 & 7) === 0) {
      const len = b0 >>> 3;
      if (len + 2 <= size && byteAt(1 + len) === 0) {
        shape |= SHAPE_SDS5 | stringQuality(bytes, at + 1, len, len, len + 2, size, smaller, CERTAIN_TEXT_5);
      }
    }
    // A header with an alloc is the stronger hypothesis: where both could be, the marks are its own.
    if (size >= 8) {
      const alloc8 = bytes[at + 1];
      if (bytes[at + 2] === 1 && b0 <= alloc8 && alloc8 + 4 <= size && byteAt(3 + b0) === 0) {
        shape &= ~QUALITY;
        shape |= SHAPE_SDS8 | stringQuality(bytes, at + 3, b0, b0, alloc8 === 255 ? size : alloc8 + 4, size, smaller);
      } else if (bytes[at + 4] === 2) {
        const len = b0 | (bytes[at + 1] << 8);
        const alloc = bytes[at + 2] | (bytes[at + 3] << 8);
        if (len <= alloc && alloc + 6 <= size && byteAt(5 + len) === 0) {
          const request = alloc === 0xffff ? size : alloc + 6;
          shape &= ~QUALITY;
          shape |= SHAPE_SDS16 | stringQuality(bytes, at + 5, Math.min(len, held - 5), len, request, size, smaller);
        }
      }
      if (size >= 16 && (bytes[at + 8] & 0xff) === 3) {
        const len = u32At(bytes, at);
        const alloc = u32At(bytes, at + 4);
        if (len <= alloc && alloc + 10 <= size && byteAt(9 + len) === 0) {
          shape &= ~QUALITY;
          shape |= SHAPE_SDS32 | stringQuality(bytes, at + 9, Math.min(len, held - 9), len, alloc + 10, size, smaller);
        }
      } else if (size > 0xffff_ffff && bytes[at + 16] === 4) {
        const len = u32At(bytes, at) + u32At(bytes, at + 4) * 0x1_0000_0000;
        const alloc = u32At(bytes, at + 8) + u32At(bytes, at + 12) * 0x1_0000_0000;
        if (len <= alloc && alloc + 18 <= size && byteAt(17 + len) === 0) {
          shape |=
            SHAPE_SDS64 | stringQuality(bytes, at + 17, Math.min(len, held - 17), len, alloc + 18, size, smaller);
        }
      }
    }
  }

  if (size >= 16) shape |= objectShape(bytes, at, held, size, address, layout);
  if (size <= LARGEST_DICT_REGION && size >= 56) {
    const form = layout.dict === 'dictht' ? 'dictht' : 'dict7';
    if (size >= DICT_BYTES[form] && readDict(bytes, at, form) !== undefined) shape |= SHAPE_DICT;
    if (layout.dict === 'hashtable' && size >= HASHTABLE_BYTES && readHashtable(bytes, at) !== undefined) {
      shape |= SHAPE_HASHTABLE;
    }
  }
  if (layout.aggregates === 'listpack' && size >= 8) {
    const total = u32At(bytes, at);
    if (total >= 7 && total <= size && byteAt(total - 1) === 0xff) shape |= SHAPE_LISTPACK;
  }
  if (size >= 11) {
    const total = u32At(bytes, at);
    const tail = u32At(bytes, at + 4);
    if (total >= 11 && total <= size && tail < total && tail >= 10 && byteAt(total - 1) === 0xff)
      shape |= SHAPE_ZIPLIST;
  }
  if (size >= 8) {
    const width = u32At(bytes, at);
    if ((width === 2 || width === 4 || width === 8) && 8 + width * u32At(bytes, at + 4) <= size) shape |= SHAPE_INTSET;
  }
  return shape;
}

/**
 * The marks FITS, TEXT and CERTAIN of a string of `len` bytes, `held` of them at hand, that asked for `request` bytes;
 * `certain` bytes of text leave no doubt.
 */
function stringQuality(
  bytes: Uint8Array,
  payload: number,
  held: number,
  len: number,
  request: number,
  size: number,
  smaller: number,
  certain = CERTAIN_TEXT,
): number {
  let marks = 0;
  if (request > smaller && request <= size) marks |= SHAPE_FITS;
  const looked = Math.min(len, held, TEXT_LIMIT);
  if (len > 0 && plausibleText(bytes, payload, payload + looked, looked === len)) marks |= SHAPE_TEXT;
  return marks === (SHAPE_FITS | SHAPE_TEXT) && len >= certain ? marks | SHAPE_CERTAIN : marks;
}

/** encoding << 4 | type of an object that may begin at bytes[at], as its first byte says it from 2.8 on. */
export function objectByte(bytes: Uint8Array, at: number, { objectBits }: ReferenceLayout): number {
  return objectBits === 'spread' ? unspreadObject(bytes[at] | (bytes[at + 1] << 8)) & 0xff : bytes[at];
}

function objectShape(
  bytes: Uint8Array,
  at: number,
  held: number,
  size: number,
  address: number,
  layout: ReferenceLayout,
): number {
  const first = objectByte(bytes, at, layout);
  const type = first & 15;
  const encoding = first >>> 4;
  if (type > 6 || encoding > 12) return 0;
  const refcount = u32At(bytes, at + 4);
  if (refcount === 0 || (refcount >= POINTER_LIKE_LOW && refcount <= POINTER_LIKE_HIGH)) return 0;
  let shape = SHAPE_ROBJ;
  if (encoding === 8 && type === 0) {
    const payload = layout.sds === 'old' ? 24 : 19;
    const pointer = u32At(bytes, at + 8) + u32At(bytes, at + 12) * 0x1_0000_0000;
    if (size > payload && held > payload && pointer === address + payload) {
      const len = layout.sds === 'old' ? u32At(bytes, at + 16) : bytes[at + 16];
      const flagsRight = layout.sds === 'old' || (bytes[at + 18] & 7) === 1;
      if (flagsRight && payload + len < size && (payload + len >= held || bytes[at + payload + len] === 0)) {
        shape |= SHAPE_EMBSTR;
      }
    }
  }
  return shape;
}

function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
