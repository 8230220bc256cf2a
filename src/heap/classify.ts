import type { AllocatorIdentity } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { KEYDB_OBJECT_BYTES, KEYDB_OBJECT_POINTER_AT, OBJECT_BYTES, OBJECT_POINTER_AT } from '../layout/robj.ts';
import { classifyClients } from './classify-clients.ts';
import { classifyDatabases } from './classify-databases.ts';
import { classifyDicts, type Dicts, noDicts } from './classify-dicts.ts';
import { classifyEmbedded, classifyKeyedDicts } from './classify-embedded.ts';
import { classifyFields } from './classify-fields.ts';
import { classifyFreed } from './classify-freed.ts';
import { classifyHashtables } from './classify-hashtables.ts';
import { classifyKeydbStrings } from './classify-keydb.ts';
import { classifyLists } from './classify-lists.ts';
import { classifyObjects, type ObjectPlace } from './classify-objects.ts';
import type { ServerIdentity } from './findings.ts';
import { markAbsentSlots } from './stale-slots.ts';
import type { Typing } from './typing.ts';

/** Names what the heap's structures are, each believed only where others confirm it. What stays unnamed may be a string. */
export function classifyStructures(typing: Typing, dump: Dump, server: ServerIdentity): Structures {
  const dicts = classifyDicts(typing, dump, server.layout);
  let tables = noDicts();
  if (server.layout.dict === 'hashtable') {
    tables = classifyHashtables(typing, dump);
    markAbsentSlots(typing, dump);
  }
  classifyObjects(typing, [dicts, tables], objectPlace(server, typing.regions.allocator));
  if (server.name === 'redis' && server.layout.dict === 'kvstore') classifyFields(typing, dicts);
  if (tables.region.length > 0) classifyEmbedded(typing, dump, tables, server);
  if (server.layout.keys === 'in-object' && server.layout.dict !== 'hashtable')
    classifyKeyedDicts(typing, dicts, server);
  if (server.name === 'keydb') classifyKeydbStrings(typing);
  classifyDatabases(typing, dicts);
  classifyLists(typing);
  classifyClients(typing);
  classifyFreed(typing, dump, server);
  return { dicts, tables };
}

/** The hash tables of either kind. `Typing.dictOf` of an entry means `dicts`, of a bucket `tables`. */
export interface Structures {
  readonly dicts: Dicts;
  readonly tables: Dicts;
}

/** Bytes a chunk of glibc's may give beyond what an object asks for: up to its 8 mod 16, and a remainder too small to split off. */
const GLIBC_SURPLUS = 24;

/** Where this server's objects keep their pointer, and how large the regions are that hold one. */
export function objectPlace(server: ServerIdentity, { name }: AllocatorIdentity): ObjectPlace {
  const surplus = name === 'glibc' ? GLIBC_SURPLUS : 0;
  if (server.name === 'keydb') {
    return { pointerWord: KEYDB_OBJECT_POINTER_AT / 8, smallest: KEYDB_OBJECT_BYTES, largest: 32 + surplus };
  }
  return { pointerWord: OBJECT_POINTER_AT / 8, smallest: OBJECT_BYTES, largest: OBJECT_BYTES + surplus };
}
