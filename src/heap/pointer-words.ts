import { type RegionTable, setBit, testBit } from '../allocator/regions.ts';
import { ENTRY_KEY_WORD, ENTRY_VALUE_WORD } from '../layout/dict.ts';
import { HASHTABLE_BYTES } from '../layout/hashtable.ts';
import { LIST_NODE_BYTES } from '../layout/list.ts';
import { QUICKLIST_NODE_BYTES } from '../layout/quicklist.ts';
import { RAX_BYTES, readRaxNode } from '../layout/rax.ts';
import { nodeWords } from '../layout/skiplist.ts';
import { entryWords } from './classify-dicts.ts';
import type { ObjectPlace } from './classify-objects.ts';
import { KIND_EMBSTR } from './kinds.ts';
import { AT_8, EXACT_CODE } from './pointer-codes.ts';
import { codeOf, edgeAt, type References, startAt } from './references.ts';
import { SHAPE_EMBSTR } from './shape.ts';
import {
  FORM_KEY_VALUE_NEXT,
  KIND_CLIENT_REPLY,
  KIND_DICT_ENTRY,
  KIND_HASH_ENTRY,
  KIND_HASHTABLE,
  KIND_INTSET,
  KIND_KVOBJ,
  KIND_LIST_NODE,
  KIND_LISTPACK,
  KIND_QUICKLIST_NODE,
  KIND_RAX,
  KIND_RAX_NODE,
  KIND_ROBJ,
  KIND_ZIPLIST,
  KIND_ZSKIPLIST_NODE,
  type Typing,
} from './typing.ts';

/** Codes of an sds pointer from Redis 3.2 on, odd all of them: what Redis 3.0 and older have, a pointer to a struct's inside may be too. */
const TEXT_CODES = EXACT_CODE.reduce((bits, code) => (code === AT_8 ? bits : bits | (1 << code)), 0);

/** Every word of the region may be a reference. */
const ALL = 256;

/**
 * Bit per edge that is no reference: text of certain strings (`texts`, a bit per region), entries of listpacks, ziplists and
 * intsets, and the slack behind a struct that does not fill its region, where an earlier tenant's words have survived.
 */
export function wordsThatAreNone(typing: Typing, texts: Uint32Array, place: ObjectPlace): Uint32Array {
  const { references } = typing;
  const { first, word } = references;
  const ignored = typing.absent.slice();
  eachRegion(typing.regions, (id, size) => {
    typing.breathe();
    const from = first[id];
    const to = first[id + 1];
    if (from === to) return;
    const words = testBit(texts, id) ? 0 : wordsOf(typing, references, id, size, place);
    if (words === ALL) return;
    for (let e = from; e < to; e++) if (word[e] >= words) setBit(ignored, e);
    const value = typing.kind[id] === KIND_DICT_ENTRY ? valueNeverSet(typing, id) : -1;
    if (value >= 0) setBit(ignored, value);
  });
  return ignored;
}

/**
 * The edge of an entry's value that is none, or -1: what was there before, in an entry that has a key alone (as the dicts of a client's
 * channels and blocking keys, whose keys are objects, up to Redis 8.0). Only a text can tell: no dict has objects as keys and texts as values.
 */
function valueNeverSet(typing: Typing, id: number): number {
  const { references } = typing;
  if (typing.form[id] !== FORM_KEY_VALUE_NEXT || startAt(references, id, ENTRY_KEY_WORD) < 0) return -1;
  const value = edgeAt(references, id, ENTRY_VALUE_WORD);
  return value >= 0 && (TEXT_CODES >>> codeOf(references.edge[value])) & 1 ? value : -1;
}

/** How many words from its start on may be references. */
function wordsOf(typing: Typing, references: References, id: number, size: number, place: ObjectPlace): number {
  switch (typing.kind[id]) {
    case KIND_CLIENT_REPLY:
    case KIND_EMBSTR:
    case KIND_LISTPACK:
    case KIND_ZIPLIST:
    case KIND_INTSET:
      return 0;
    case KIND_HASHTABLE:
      return size < 96 ? HASHTABLE_BYTES / 8 : ALL;
    case KIND_HASH_ENTRY:
      return Math.floor(typing.form[id] / 8);
    case KIND_KVOBJ:
      return 2;
    case KIND_ROBJ:
      return place.pointerWord + 1;
    case KIND_DICT_ENTRY:
      return entryWords(typing.form[id], size);
    case KIND_QUICKLIST_NODE:
      return QUICKLIST_NODE_BYTES / 8;
    case KIND_LIST_NODE:
      return LIST_NODE_BYTES / 8;
    case KIND_ZSKIPLIST_NODE:
      return nodeWords(size);
    case KIND_RAX:
      return RAX_BYTES / 8;
    case KIND_RAX_NODE:
      return raxWords(typing, id, size);
    default:
      return references.shape[id] & SHAPE_EMBSTR ? 0 : ALL;
  }
}

/** Words of a rax's node: its edges' text is in front of its pointers, slack behind them. */
function raxWords(typing: Typing, id: number, size: number): number {
  const header = typing.memory.bytes(typing.addressOf(id), 4);
  // Only the nodes of streams are named, which came with padded nodes (5.0).
  const bytes = header === undefined ? size : readRaxNode(header, 0, true).bytes;
  return bytes < size ? Math.ceil(bytes / 8) : ALL;
}

function eachRegion(regions: RegionTable, visit: (id: number, size: number) => void): void {
  const { slabs } = regions;
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    const end = slabs.firstRegion[slab] + slabs.regions[slab];
    for (let id = slabs.firstRegion[slab]; id < end; id++) visit(id, size);
  }
}
