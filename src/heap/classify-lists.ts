import { testBit } from '../allocator/regions.ts';
import {
  LIST_BYTES,
  LIST_HEAD_WORD,
  LIST_LENGTH_AT,
  LIST_NODE_NEXT_WORD,
  LIST_NODE_PREV_WORD,
  LIST_TAIL_WORD,
} from '../layout/list.ts';
import { u64 } from '../layout/memory.ts';
import { chainOf } from './classify-chains.ts';
import { startAt } from './references.ts';
import { KIND_LIST, KIND_LIST_NODE, type Typing } from './typing.ts';

/** A list lies in the size class that its bytes round up to; glibc's chunks may be a step larger. */
const LARGEST = LIST_BYTES + 32;

/**
 * Finds plain linked lists by content: a chain from head to tail whose nodes point back at each other, as long as `len` says.
 * Names them and their nodes. Empty ones have nothing to be checked by and stay unnamed.
 */
export function classifyLists(typing: Typing): void {
  const { references } = typing;
  const { slabs } = typing.regions;
  for (let slab = 0; slab < slabs.count; slab++) {
    typing.breathe();
    const size = slabs.regionSize[slab];
    if (size < LIST_BYTES || size > LARGEST) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if (typing.kind[id] !== 0 || !testBit(references.inUse, id)) continue;
      const head = startAt(references, id, LIST_HEAD_WORD);
      const tail = head < 0 ? -1 : startAt(references, id, LIST_TAIL_WORD);
      if (tail < 0) continue;
      const nodes = chainOf(typing, head, tail, LIST_NODE_NEXT_WORD, LIST_NODE_PREV_WORD);
      const length = typing.memory.bytes(slabs.base[slab] + i * size + LIST_LENGTH_AT, 8);
      if (nodes === undefined || length === undefined || u64(length, 0) !== nodes.length) continue;
      typing.claim(id, KIND_LIST);
      for (const node of nodes) typing.claim(node, KIND_LIST_NODE);
    }
  }
}
