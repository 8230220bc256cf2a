import { setBit, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { type KvobjForm, readKvobj } from '../layout/kvobj.ts';
import { versionNumber } from '../layout/versions.ts';
import type { Dicts } from './classify-dicts.ts';
import { confirmObject } from './classify-objects.ts';
import { classifyStrayObjects } from './classify-strays.ts';
import type { ServerIdentity } from './findings.ts';
import { AT_1, AT_2, AT_3, AT_5, AT_9, AT_11, AT_17, AT_19, AT_START } from './pointer-codes.ts';
import { ReadAhead } from './read-ahead.ts';
import { codeOf, targetOf } from './references.ts';
import {
  FORM_KEY_NEXT,
  KIND_BUCKET,
  KIND_DICT_ENTRY,
  KIND_DICT_TABLE,
  KIND_HASH_ENTRY,
  KIND_KVOBJ,
  KIND_ZSKIPLIST_NODE,
  NO_DICT,
  ROLE_HASH,
  ROLE_KEYS,
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

/** How this server's objects with keys inside are read. */
export function kvobjForm(server: ServerIdentity): KvobjForm {
  if (server.layout.dict !== 'hashtable') return 'redis';
  return (versionNumber(server.version) ?? 0) >= 901 ? 'valkey-9.1' : 'valkey';
}

/**
 * Names what the entries of Valkey 8.1's hash tables are: objects with their key inside, where nearly all of a table's entries
 * read as such. What those objects hold tells the other tables' roles; the entries of a hash's table are fields with their values.
 */
export function classifyEmbedded(typing: Typing, dump: Dump, tables: Dicts, server: ServerIdentity): void {
  nameKeyedObjects(typing, dump, tables, kvobjForm(server));
  classifyStrayObjects(typing, dump, tables, kvobjForm(server), LONGEST_BLOCK);
  nameHashEntries(typing, tables);
  nameSortedSetNodes(typing, tables);
}

function nameKeyedObjects(typing: Typing, dump: Dump, tables: Dicts, form: KvobjForm): void {
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
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if (!testBit(entry, id) || typing.kind[id] !== 0) continue;
      const at = memory.at(slabs.base[slab] + i * size, size);
      if (readKvobj(memory.bytes, at, size, form) !== undefined) setBit(keyed, id);
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
    if (good[table] * 10 < all[table] * 9 || !testBit(keyed, target) || !typing.claim(target, KIND_KVOBJ)) return;
    typing.dictOf[target] = table;
    tables.role[table] = ROLE_KEYS;
  });
  for (let id = 0; id < typing.kind.length; id++) {
    typing.breathe();
    if (typing.kind[id] === KIND_KVOBJ) confirmObject(typing, [tables], id, 1);
  }
}

/**
 * Names the objects with their key inside that Redis 8.2's dicts hold: straight in a bucket (an even address, tagged 010) or as the
 * key of an entry without a value. A dict's objects count where nearly all of its keys read as such.
 */
export function classifyKeyedDicts(typing: Typing, dicts: Dicts, server: ServerIdentity): void {
  const { references, memory } = typing;
  const { first, edge } = references;
  const all = new Uint32Array(dicts.region.length);
  const found: number[] = [];
  const place: number[] = [];
  for (let id = 0; id < typing.kind.length; id++) {
    typing.breathe();
    const inTable = typing.kind[id] === KIND_DICT_TABLE;
    if (!inTable && !(typing.kind[id] === KIND_DICT_ENTRY && typing.form[id] === FORM_KEY_NEXT)) continue;
    const dict = typing.dictOf[id];
    if (dict === NO_DICT) continue;
    for (let e = first[id]; e < first[id + 1]; e++) {
      // Behind an entry's key comes the next link, which may be a key again.
      const isKey = inTable || references.word[e] > 0 ? codeOf(edge[e]) === AT_2 : codeOf(edge[e]) === AT_START;
      const target = targetOf(edge[e]);
      if (!isKey || typing.kind[target] !== 0) continue;
      all[dict]++;
      const size = Math.min(typing.sizeOf(target), LONGEST_BLOCK);
      const bytes = memory.bytes(typing.addressOf(target), size);
      if (bytes === undefined || readKvobj(bytes, 0, size, kvobjForm(server)) === undefined) continue;
      found.push(target);
      place.push(dict);
    }
  }
  const good = new Uint32Array(dicts.region.length);
  for (const dict of place) good[dict]++;
  found.forEach((target, i) => {
    if (good[place[i]] * 10 >= all[place[i]] * 9 && typing.claim(target, KIND_KVOBJ)) {
      typing.dictOf[target] = place[i];
      dicts.role[place[i]] = ROLE_KEYS;
      confirmObject(typing, [dicts], target, 1);
    }
  });
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
    typing.breathe();
    if (kind[id] !== KIND_BUCKET || dictOf[id] === NO_DICT) continue;
    for (let e = first[id]; e < first[id + 1]; e++) {
      const target = targetOf(edge[e]);
      if (testBit(absent, e) || kind[target] === KIND_BUCKET) continue;
      visit(target, codeOf(edge[e]), dictOf[id]);
    }
  }
}
