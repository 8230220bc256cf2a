/**
 * Sorted sets above the listpack limit: zset { dict, zskiplist }, zskiplist { header, tail, length, level }, and nodes
 * { ele, score, backward, level[] { forward, span } }. Source: redis src/server.h at 3.2.8, 7.0.15, 7.4.1. 64-bit.
 * ele is an sds from 4.0 on, an robj before; Valkey 9.1 has the member's sds inside the node instead.
 */
export const ZSET_DICT_WORD = 0;
export const ZSET_SKIPLIST_WORD = 1;
export const ZSKIPLIST_HEADER_WORD = 0;
export const ZSKIPLIST_TAIL_WORD = 1;
export const ZSKIPLIST_BYTES = 32;

export const NODE_ELEMENT_WORD = 0;
export const NODE_BACKWARD_WORD = 2;
/** forward of level 0; those of the levels above are two words apart. */
export const NODE_FORWARD_WORD = 3;
export const NODE_HEAD_BYTES = 24;
export const NODE_LEVEL_BYTES = 16;

/** Words of a node in a region of `regionSize` bytes that belong to levels it has room for. What lies behind is slack. */
export function nodeWords(regionSize: number): number {
  return 3 + 2 * Math.floor((regionSize - NODE_HEAD_BYTES) / NODE_LEVEL_BYTES);
}
