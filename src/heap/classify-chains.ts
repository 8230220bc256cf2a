import {
  QUICKLIST_BYTES,
  QUICKLIST_HEAD_WORD,
  QUICKLIST_NODE_ENTRY_WORD,
  QUICKLIST_NODE_NEXT_WORD,
  QUICKLIST_NODE_PREV_WORD,
  QUICKLIST_TAIL_WORD,
} from '../layout/quicklist.ts';
import {
  NODE_BACKWARD_WORD,
  NODE_FORWARD_WORD,
  ZSKIPLIST_BYTES,
  ZSKIPLIST_HEADER_WORD,
  ZSKIPLIST_TAIL_WORD,
} from '../layout/skiplist.ts';
import { startAt } from './references.ts';
import { SHAPE_LISTPACK, SHAPE_ZIPLIST } from './shape.ts';
import {
  KIND_LISTPACK,
  KIND_QUICKLIST,
  KIND_QUICKLIST_NODE,
  KIND_ZIPLIST,
  KIND_ZSKIPLIST,
  KIND_ZSKIPLIST_NODE,
  type Typing,
} from './typing.ts';

/**
 * Follows a chain of nodes from `first` through word `next`; each must point back at the one before through word `back`
 * (so that no other structure is taken for one). The nodes in order, or undefined where the chain breaks before `last`.
 */
export function chainOf(typing: Typing, first: number, last: number, next: number, back: number): number[] | undefined {
  const nodes: number[] = [];
  let before = -1;
  for (let node = first; node >= 0; node = startAt(typing.references, node, next)) {
    if (before >= 0 && startAt(typing.references, node, back) !== before) return undefined;
    nodes.push(node);
    typing.breathe();
    if (node === last) return nodes;
    if (nodes.length > typing.kind.length) return undefined;
    before = node;
  }
  return undefined;
}

/** Names the quicklist at region `id`, its nodes and what they hold; false where it is none. */
export function claimQuicklist(typing: Typing, id: number): boolean {
  const { references } = typing;
  if (typing.sizeOf(id) < QUICKLIST_BYTES) return false;
  const head = startAt(references, id, QUICKLIST_HEAD_WORD);
  const tail = startAt(references, id, QUICKLIST_TAIL_WORD);
  if (head < 0 || tail < 0) return false;
  const nodes = chainOf(typing, head, tail, QUICKLIST_NODE_NEXT_WORD, QUICKLIST_NODE_PREV_WORD);
  if (nodes === undefined || !typing.claim(id, KIND_QUICKLIST)) return false;
  for (const node of nodes) {
    typing.breathe();
    typing.claim(node, KIND_QUICKLIST_NODE);
    const entry = startAt(references, node, QUICKLIST_NODE_ENTRY_WORD);
    if (entry < 0) continue;
    if (references.shape[entry] & SHAPE_LISTPACK) typing.claim(entry, KIND_LISTPACK);
    else if (references.shape[entry] & SHAPE_ZIPLIST) typing.claim(entry, KIND_ZIPLIST);
  }
  return true;
}

/** Names the skiplist at region `id` and its nodes; false where it is none. */
export function claimSkiplist(typing: Typing, id: number): boolean {
  const { references } = typing;
  if (typing.sizeOf(id) < ZSKIPLIST_BYTES) return false;
  const header = startAt(references, id, ZSKIPLIST_HEADER_WORD);
  const tail = startAt(references, id, ZSKIPLIST_TAIL_WORD);
  if (header < 0 || tail < 0) return false;
  // The header is nobody's backward: the chain proper begins at the node behind it.
  const first = startAt(references, header, NODE_FORWARD_WORD);
  const nodes = first < 0 ? undefined : chainOf(typing, first, tail, NODE_FORWARD_WORD, NODE_BACKWARD_WORD);
  if (nodes === undefined || !typing.claim(id, KIND_ZSKIPLIST)) return false;
  typing.claim(header, KIND_ZSKIPLIST_NODE);
  for (const node of nodes) typing.claim(node, KIND_ZSKIPLIST_NODE);
  return true;
}
