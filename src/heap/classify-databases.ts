import { setBit, testBit } from '../allocator/regions.ts';
import { ENTRY_KEY_WORD, ENTRY_VALUE_WORD } from '../layout/dict.ts';
import type { Dicts } from './classify-dicts.ts';
import { pointsAtText } from './classify-objects.ts';
import { edgeAt, startAt, targetOf } from './references.ts';
import { SHAPE_EMBSTR, SHAPE_ROBJ } from './shape.ts';
import {
  FORM_EMBEDDED_KEY,
  FORM_KEY_VALUE_NEXT,
  KIND_DICT_ENTRY,
  KIND_ROBJ,
  NO_DICT,
  ROLE_EXPIRES,
  ROLE_KEYS,
  ROLE_NONE,
  type Typing,
} from './typing.ts';

/**
 * Tells which dicts are a database's keys and which its expires. Keys: texts that lead to objects, in a dict that no object owns
 * but some structure on the heap holds (redisDb, kvstore). Expires: the very same texts again, without objects.
 */
export function classifyDatabases(typing: Typing, dicts: Dicts): void {
  const { references } = typing;
  const count = dicts.region.length;
  const entries = new Uint32Array(count);
  const objects = new Uint32Array(count);
  const held = heldByHeap(typing, dicts);
  eachEntry(typing, (id, dict) => {
    entries[dict]++;
    if (leadsToObject(typing, id)) objects[dict]++;
  });
  for (let dict = 0; dict < count; dict++) {
    if (dicts.role[dict] === ROLE_NONE && held[dict] && entries[dict] > 0 && objects[dict] * 2 > entries[dict]) {
      dicts.role[dict] = ROLE_KEYS;
    }
  }

  const keys = new Uint32Array((typing.kind.length + 31) >>> 5);
  eachEntry(typing, (id, dict) => {
    const e = dicts.role[dict] === ROLE_KEYS ? edgeAt(references, id, ENTRY_KEY_WORD) : -1;
    if (e >= 0) setBit(keys, targetOf(references.edge[e]));
  });
  const shared = new Uint32Array(count);
  eachEntry(typing, (id, dict) => {
    const e = dicts.role[dict] === ROLE_NONE ? edgeAt(references, id, ENTRY_KEY_WORD) : -1;
    if (e >= 0 && testBit(keys, targetOf(references.edge[e]))) shared[dict]++;
  });
  for (let dict = 0; dict < count; dict++) {
    if (shared[dict] * 2 > entries[dict]) dicts.role[dict] = ROLE_EXPIRES;
  }
}

function eachEntry(typing: Typing, visit: (id: number, dict: number) => void): void {
  const { kind, dictOf } = typing;
  for (let id = 0; id < kind.length; id++) {
    typing.breathe();
    if (kind[id] === KIND_DICT_ENTRY && dictOf[id] !== NO_DICT) visit(id, dictOf[id]);
  }
}

/** Whether an entry has a text as its key and an object as its value. */
function leadsToObject(typing: Typing, id: number): boolean {
  const { references, form } = typing;
  const embedded = form[id] === FORM_EMBEDDED_KEY;
  if (form[id] === FORM_KEY_VALUE_NEXT ? !pointsAtText(typing, id, ENTRY_KEY_WORD) : !embedded) return false;
  const value = startAt(references, id, embedded ? ENTRY_KEY_WORD : ENTRY_VALUE_WORD);
  if (value < 0) return false;
  if (typing.kind[value] === KIND_ROBJ || references.shape[value] & SHAPE_EMBSTR) return true;
  // An integer: nothing behind it to confirm it by.
  return (references.shape[value] & SHAPE_ROBJ) !== 0 && references.head[value] === 0x10;
}

/** For each dict whether a region of the heap points at its start. */
function heldByHeap(typing: Typing, dicts: Dicts): Uint8Array {
  const { first, edge } = typing.references;
  const held = new Uint8Array(dicts.region.length);
  for (let e = 0; e < first[first.length - 1]; e++) {
    typing.breathe();
    if ((edge[e] & 15) !== 0) continue;
    const place = dicts.indexOf(targetOf(edge[e]));
    if (place >= 0) held[place] = 1;
  }
  return held;
}
