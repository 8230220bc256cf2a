import { numberField, pointerField, type StructField } from './field.ts';
import { readSds } from './sds.ts';

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

/**
 * Words of a node in a region of `regionSize` bytes that belong to levels it has room for. What lies behind is slack.
 * The header has all levels: ZSKIPLIST_MAXLEVEL is 32, in 5.0…6.2 it is 64, which takes a larger region.
 */
export function nodeWords(regionSize: number): number {
  const levels = Math.floor((regionSize - NODE_HEAD_BYTES) / NODE_LEVEL_BYTES);
  return 3 + 2 * Math.min(levels, regionSize <= 640 ? 32 : 64);
}

/**
 * Valkey 9.1's node: { score, backward, level[] { forward, span }, header size, the member's sds }. Source: valkey src/t_zset.c,
 * PR #2508; tried on a dump of Valkey 9.1.2. The number of levels is not
 * taken from the node: each place is tried. Offset of the member's text in the block bytes[at, at + size), or 0 where there is none.
 */
export function embeddedMemberAt(bytes: Uint8Array, at: number, size: number): number {
  for (let sizeAt = 32; sizeAt + 3 <= size; sizeAt += NODE_LEVEL_BYTES) {
    const headerSize = bytes[at + sizeAt];
    const text = sizeAt + 1 + headerSize;
    if (text >= size) continue;
    const header = readSds(bytes, at + text);
    if (header === undefined || header.size !== headerSize || header.len === 0) continue;
    if (text + header.len < size && bytes[at + text + header.len] === 0) return text;
  }
  return 0;
}

export const ZSKIPLIST_FIELDS: readonly StructField[] = [
  pointerField('header', ZSKIPLIST_HEADER_WORD),
  pointerField('tail', ZSKIPLIST_TAIL_WORD),
  numberField('length', 16, 8),
  numberField('level', 24, 4),
];

/** Fields of a node in a region of `regionSize` bytes, with every level that there is room for: how many are in use it does not say. */
export function nodeFields(regionSize: number): readonly StructField[] {
  return [
    pointerField('ele', NODE_ELEMENT_WORD),
    numberField('score', 8, 8, 'double'),
    pointerField('backward', NODE_BACKWARD_WORD),
    ...levelFields(NODE_HEAD_BYTES, nodeWords(regionSize) * 8),
  ];
}

/** The same for Valkey 9.1's node whose member's text is at offset `memberAt`: { score, backward, level[], header size }. */
export function embeddedNodeFields(memberAt: number, headerSize: number): readonly StructField[] {
  const sizeAt = memberAt - headerSize - 1;
  return [
    numberField('score', 0, 8, 'double'),
    pointerField('backward', 1),
    ...levelFields(16, sizeAt),
    numberField('member header size', sizeAt, 1),
  ];
}

function levelFields(from: number, end: number): StructField[] {
  const fields: StructField[] = [];
  for (let at = from, level = 0; at + NODE_LEVEL_BYTES <= end; at += NODE_LEVEL_BYTES, level++) {
    fields.push(pointerField(`level[${level}].forward`, at / 8), numberField(`level[${level}].span`, at + 8, 8));
  }
  return fields;
}
