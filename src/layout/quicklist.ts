import { numberField, pointerField, type StructField } from './field.ts';

/**
 * Lists from Redis 3.2 on: a quicklist of nodes, each with a ziplist (up to 6.2) or listpack (from 7.0 on), or one plain element.
 * Source: redis src/quicklist.h at 3.2.8, 5.0.14, 6.2.14, 7.0.15, 7.4.1. 64-bit. quicklist: head, tail, count, len, fill and
 * compress, bookmarks; quicklistNode: prev, next, entry (zl up to 6.2), sz, count and bits.
 */
export const QUICKLIST_HEAD_WORD = 0;
export const QUICKLIST_TAIL_WORD = 1;
/** Bytes up to the node count; 40 with bookmarks from 6.0 on. */
export const QUICKLIST_BYTES = 32;

export const QUICKLIST_NODE_PREV_WORD = 0;
export const QUICKLIST_NODE_NEXT_WORD = 1;
export const QUICKLIST_NODE_ENTRY_WORD = 2;
export const QUICKLIST_NODE_BYTES = 32;

/** Fields of a quicklist in a region of `regionSize` bytes: len and the two settings behind it take 8 bytes up to 3.2, 12 later. */
export function quicklistFields(regionSize: number): readonly StructField[] {
  const wide = regionSize > QUICKLIST_BYTES;
  const settings = wide ? 32 : 28;
  return [
    pointerField('head', QUICKLIST_HEAD_WORD),
    pointerField('tail', QUICKLIST_TAIL_WORD),
    numberField('count', 16, 8),
    numberField('len', 24, wide ? 8 : 4),
    numberField('fill', settings, 2, 'signed'),
    numberField('compress', settings + 2, 2),
  ];
}

/** Fields of a node; `wide` from 7.0 on, where sz is a size_t. `bits`: encoding, container and what LZF needs. */
export function quicklistNodeFields(wide: boolean): readonly StructField[] {
  const links = [pointerField('prev', QUICKLIST_NODE_PREV_WORD), pointerField('next', QUICKLIST_NODE_NEXT_WORD)];
  return wide
    ? [
        ...links,
        pointerField('entry', QUICKLIST_NODE_ENTRY_WORD),
        numberField('sz', 24, 8),
        numberField('count', 32, 2),
        numberField('bits', 34, 2),
      ]
    : [
        ...links,
        pointerField('zl', QUICKLIST_NODE_ENTRY_WORD),
        numberField('sz', 24, 4),
        numberField('count', 28, 2),
        numberField('bits', 30, 2),
      ];
}
