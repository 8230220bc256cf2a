import { setBit, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { readKvobj } from '../layout/kvobj.ts';
import { versionNumber } from '../layout/versions.ts';
import type { Dicts } from './classify-dicts.ts';
import { confirmObject } from './classify-objects.ts';
import type { ServerIdentity } from './findings.ts';
import { AT_1, AT_3, AT_5, AT_9, AT_11, AT_17, AT_19, AT_START } from './pointer-codes.ts';
import { ReadAhead } from './read-ahead.ts';
import { codeOf, targetOf } from './references.ts';
import {
  KIND_BUCKET,
  KIND_HASH_ENTRY,
  KIND_KVOBJ,
  KIND_ZSKIPLIST_NODE,
  NO_DICT,
  ROLE_HASH,
  ROLE_ZSET,
  type Typing,
} from './typing.ts';

/** A block with strings inside is no larger: the value is embedded up to 128 bytes, but a key may be long. */
const LONGEST_BLOCK = 1 << 17;

/** Offset of a hash field's text by the code of the pointer to it. */
const FIELD_AT = new Map([
  [AT_1, 1],
  [AT_3, 3],
  [AT_5, 5],
  [AT_9, 9],
  [AT_11, 11],
  [AT_17, 17],
  [AT_19, 19],
]);

/** Bits in the low end of an object's refcount that are flags: see refcountOf in src/layout/robj.ts. */
export function objectFlagBits(server: ServerIdentity): 2 | 3 {
  return (versionNumber(server.version) ?? 0) >= 901 ? 3 : 2;
}

/**
 * Names what the entries of Valkey 8.1's hash tables are: objects with their key inside, where nearly all of a table's entries
 * read as such. What those objects hold tells the other tables' roles; the entries of a hash's table are fields with their values.
 */
export function classifyEmbedded(typing: Typing, dump: Dump, tables: Dicts, server: ServerIdentity): void {
  nameKeyedObjects(typing, dump, tables, objectFlagBits(server));
  nameHashEntries(typing, tables);
  nameSortedSetNodes(typing, tables);
}

function nameKeyedObjects(typing: Typing, dump: Dump, tables: Dicts, flagBits: 2 | 3): void {
  const { regions, references } = typing;
  const entry = new Uint32Array(references.inUse.length);
  eachEntry(typing, (target, code) => {
    if (code === AT_START) setBit(entry, target);
  });
  const keyed = new Uint32Array(references.inUse.length);
  const { slabs } = regions;
  const memory = new ReadAhead(dump, () => {}, 1 << 18);
  for (let slab = 0; slab < slabs.count; slab++) {
    typing.breathe();
    const size = slabs.regionSize[slab];
    if (size > LONGEST_BLOCK) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      const id = slabs.firstRegion[slab] + i;
      if (!testBit(entry, id) || typing.kind[id] !== 0) continue;
      const at = memory.at(slabs.base[slab] + i * size, size);
      if (readKvobj(memory.bytes, at, size, flagBits) !== undefined) setBit(keyed, id);
    }
  }
  // A single look-alike among other entries is none: the table decides.
  const all = new Uint32Array(tables.region.length);
  const good = new Uint32Array(tables.region.length);
  eachEntry(typing, (target, _code, table) => {
    all[table]++;
    if (testBit(keyed, target)) good[table]++;
  });
  eachEntry(typing, (target, _code, table) => {
    if (good[table] * 10 >= all[table] * 9 && testBit(keyed, target)) typing.claim(target, KIND_KVOBJ);
  });
  for (let id = 0; id < typing.kind.length; id++) {
    if (typing.kind[id] === KIND_KVOBJ) confirmObject(typing, [tables], id, 1);
  }
}

function nameHashEntries(typing: Typing, tables: Dicts): void {
  eachEntry(typing, (target, code, table) => {
    const fieldAt = tables.role[table] === ROLE_HASH ? FIELD_AT.get(code) : undefined;
    if (fieldAt !== undefined && typing.claim(target, KIND_HASH_ENTRY)) typing.form[target] = fieldAt;
  });
}

function nameSortedSetNodes(typing: Typing, tables: Dicts): void {
  eachEntry(typing, (target, code, table) => {
    if (tables.role[table] === ROLE_ZSET && code === AT_START) typing.claim(target, KIND_ZSKIPLIST_NODE);
  });
}

/** Calls back with every present entry of every named table. */
function eachEntry(typing: Typing, visit: (target: number, code: number, table: number) => void): void {
  const { kind, dictOf, absent } = typing;
  const { first, edge } = typing.references;
  for (let id = 0; id < kind.length; id++) {
    if (kind[id] !== KIND_BUCKET || dictOf[id] === NO_DICT) continue;
    for (let e = first[id]; e < first[id + 1]; e++) {
      const target = targetOf(edge[e]);
      if (testBit(absent, e) || kind[target] === KIND_BUCKET) continue;
      visit(target, codeOf(edge[e]), dictOf[id]);
    }
  }
}
