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
