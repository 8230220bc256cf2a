import { testBit } from '../allocator/regions.ts';
import {
  ENCODING_HT,
  ENCODING_INTSET,
  ENCODING_LISTPACK,
  ENCODING_QUICKLIST,
  ENCODING_RAW,
  ENCODING_SKIPLIST,
  ENCODING_STREAM,
  ENCODING_ZIPLIST,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
} from '../layout/robj.ts';
import { ZSET_DICT_WORD, ZSET_SKIPLIST_WORD } from '../layout/skiplist.ts';
import { claimQuicklist, claimSkiplist } from './classify-chains.ts';
import type { Dicts } from './classify-dicts.ts';
import { claimStream } from './classify-streams.ts';
import { EXACT_CODE } from './pointer-codes.ts';
import { codeOf, edgeAt, startAt, targetOf } from './references.ts';
import { SHAPE_ANY_SDS, SHAPE_EMBSTR, SHAPE_INTSET, SHAPE_LISTPACK, SHAPE_ROBJ, SHAPE_ZIPLIST } from './shape.ts';
import {
  KIND_INTSET,
  KIND_LISTPACK,
  KIND_ROBJ,
  KIND_ZIPLIST,
  ROLE_HASH,
  ROLE_SET,
  ROLE_ZSET,
  type Typing,
} from './typing.ts';

/** Where an robj's pointer is: its word index, and the size of the regions it lies in. */
export interface ObjectPlace {
  readonly pointerWord: number;
  readonly smallest: number;
  readonly largest: number;
}

/**
 * Believes an robj where its pointer leads to just what type and encoding name: a string's text, a dict that was walked,
 * a quicklist, a listpack. Names it and what it holds, and tells the dicts what they are for.
 */
export function classifyObjects(typing: Typing, dicts: readonly Dicts[], place: ObjectPlace): void {
  const { references } = typing;
  const { slabs } = typing.regions;
  for (let slab = 0; slab < slabs.count; slab++) {
    typing.breathe();
    const size = slabs.regionSize[slab];
    if (size < place.smallest || size > place.largest) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      const shape = references.shape[id];
      if ((shape & SHAPE_ROBJ) === 0 || (shape & SHAPE_EMBSTR) !== 0 || !testBit(references.inUse, id)) continue;
      if (confirmObject(typing, dicts, id, place.pointerWord)) typing.claim(id, KIND_ROBJ);
    }
  }
}

/**
 * Whether word `word` of the object at region `id` leads to what its type and encoding name; names that, and tells `dicts`
 * (hash tables of either kind) their roles.
 */
export function confirmObject(typing: Typing, dicts: readonly Dicts[], id: number, word: number): boolean {
  const { references } = typing;
  const head = references.head[id];
  const type = head & 15;
  const encoding = head >>> 4;
  if (type === TYPE_STRING && encoding === ENCODING_RAW) return pointsAtText(typing, id, word);
  const target = startAt(references, id, word);
  if (target < 0) return false;
  const shape = references.shape[target];
  switch (encoding) {
    case ENCODING_HT:
      if (type === TYPE_SET) return isDict(dicts, target, ROLE_SET);
      return type === TYPE_HASH && isDict(dicts, target, ROLE_HASH);
    case ENCODING_SKIPLIST:
      return type === TYPE_ZSET && isZset(typing, dicts, target);
    case ENCODING_QUICKLIST:
      return type === TYPE_LIST && claimQuicklist(typing, target);
    case ENCODING_LISTPACK:
      return (shape & SHAPE_LISTPACK) !== 0 && typing.claim(target, KIND_LISTPACK);
    case ENCODING_ZIPLIST:
      return (shape & SHAPE_ZIPLIST) !== 0 && typing.claim(target, KIND_ZIPLIST);
    case ENCODING_INTSET:
      return type === TYPE_SET && (shape & SHAPE_INTSET) !== 0 && typing.claim(target, KIND_INTSET);
    case ENCODING_STREAM:
      return type === TYPE_STREAM && claimStream(typing, target);
    default:
      return false;
  }
}

/** Whether word `word` of region `id` is the sds pointer of a string of its own. */
export function pointsAtText(typing: Typing, id: number, word: number): boolean {
  const { references } = typing;
  const e = edgeAt(references, id, word);
  if (e < 0) return false;
  const marks = references.shape[targetOf(references.edge[e])] & SHAPE_ANY_SDS;
  const code = codeOf(references.edge[e]);
  return EXACT_CODE.some((exact, header) => exact === code && (marks >>> header) & 1);
}

function isDict(dicts: readonly Dicts[], target: number, role: number): boolean {
  for (const one of dicts) {
    const place = one.indexOf(target);
    if (place < 0) continue;
    one.role[place] = role;
    return true;
  }
  return false;
}

function isZset(typing: Typing, dicts: readonly Dicts[], target: number): boolean {
  const dict = startAt(typing.references, target, ZSET_DICT_WORD);
  const list = startAt(typing.references, target, ZSET_SKIPLIST_WORD);
  if (dict < 0 || list < 0 || !isDict(dicts, dict, ROLE_ZSET)) return false;
  claimSkiplist(typing, list);
  return true;
}
