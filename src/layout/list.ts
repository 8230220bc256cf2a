import { numberField, pointerField, type StructField } from './field.ts';

/**
 * The plain doubly linked list. Source: redis src/adlist.h, unchanged from 2.6.17 to 8.0. 64-bit.
 * list: head, tail, dup, free, match, len; listNode: prev, next, value.
 */
export const LIST_HEAD_WORD = 0;
export const LIST_TAIL_WORD = 1;
export const LIST_LENGTH_AT = 40;
export const LIST_BYTES = 48;

export const LIST_NODE_PREV_WORD = 0;
export const LIST_NODE_NEXT_WORD = 1;
export const LIST_NODE_VALUE_WORD = 2;
export const LIST_NODE_BYTES = 24;

export const LIST_FIELDS: readonly StructField[] = [
  pointerField('head', LIST_HEAD_WORD),
  pointerField('tail', LIST_TAIL_WORD),
  pointerField('dup', 2),
  pointerField('free', 3),
  pointerField('match', 4),
  numberField('len', LIST_LENGTH_AT, 8),
];

export const LIST_NODE_FIELDS: readonly StructField[] = [
  pointerField('prev', LIST_NODE_PREV_WORD),
  pointerField('next', LIST_NODE_NEXT_WORD),
  pointerField('value', LIST_NODE_VALUE_WORD),
];
