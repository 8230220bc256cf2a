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

export interface NodeField {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Fields of a node; `wide` from 7.0 on, where sz is a size_t. */
export function quicklistNodeFields(wide: boolean): readonly NodeField[] {
  const fields: NodeField[] = [
    { name: 'prev', offset: 0, size: 8 },
    { name: 'next', offset: 8, size: 8 },
  ];
  if (wide) {
    fields.push({ name: 'entry', offset: 16, size: 8 }, { name: 'sz', offset: 24, size: 8 });
    fields.push({ name: 'count', offset: 32, size: 2 }, { name: 'bits', offset: 34, size: 2 });
  } else {
    fields.push({ name: 'zl', offset: 16, size: 8 }, { name: 'sz', offset: 24, size: 4 });
    fields.push({ name: 'count', offset: 28, size: 2 }, { name: 'bits', offset: 30, size: 2 });
  }
  return fields;
}
