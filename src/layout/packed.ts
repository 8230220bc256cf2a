import { numberField, type StructField } from './field.ts';

/**
 * Headers of the blobs that pack a small collection into one block; each ends with a byte 0xff but the intset.
 * Sources: redis src/listpack.c at 7.0.15 (LP_HDR_SIZE 6), src/ziplist.c at 3.2.8, 6.2.14 (ZIPLIST_HEADER_SIZE 10), src/intset.h at 7.0.15.
 */
export const LISTPACK_FIELDS: readonly StructField[] = [
  numberField('total bytes', 0, 4),
  numberField('elements', 4, 2),
];
/** `elements` says "too many to count here: walk them". */
export const PACKED_COUNT_UNKNOWN = 0xffff;
export const PACKED_END = 0xff;

export const ZIPLIST_FIELDS: readonly StructField[] = [
  numberField('zlbytes', 0, 4),
  numberField('zltail', 4, 4),
  numberField('zllen', 8, 2),
];

/** `encoding` is the width of each integer in bytes: 2, 4 or 8; they follow, sorted. */
export const INTSET_FIELDS: readonly StructField[] = [numberField('encoding', 0, 4), numberField('length', 4, 4)];
export const INTSET_HEAD_BYTES = 8;
