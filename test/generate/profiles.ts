/** What differs between servers, as far as it shows in memory. Offsets in bytes, from the headers at the tag named. */
export interface Profile {
  readonly id: string;
  readonly name: 'redis' | 'valkey' | 'keydb';
  readonly version: string;
  /** 'old': u32 len, u32 free (sds.h <= 3.0); 'new': sdshdr5 … sdshdr64. */
  readonly sds: 'old' | 'new';
  /** What sdsnewlen stores as `alloc`: the length asked for, or what the allocator gave (>= 6.2). */
  readonly alloc: 'exact' | 'usable';
  /** Longest text of an EMBSTR in bytes (object.c); -1 where there is none. */
  readonly embstrLimit: number;
  /** Which struct a robj is. */
  readonly object: 'robj-2.6' | 'robj' | 'keydb' | 'kvobj' | 'valkey-8.1';
  /** Which hash table the keyspace, sets and hashes use. */
  readonly table: 'dictht' | 'dict7' | 'hashtable';
  /** How redisDb names its keys: two dicts, or two kvstores. */
  readonly database: 'dict' | 'kvstore';
  /** Where a database key lives: its own sds, in its dictEntry (Valkey 8.0), or in its object. */
  readonly keys: 'sds' | 'in-entry' | 'in-object';
  readonly lists: 'linkedlist' | 'quicklist-3.2' | 'quicklist-5.0' | 'quicklist-7.0';
  readonly aggregates: 'ziplist' | 'listpack';
  /** Highest-level members of zskiplistNode: a robj (<= 3.2) or an sds. */
  readonly member: 'robj' | 'sds';
  readonly slots: 'none' | 'zskiplist' | 'rax-unpadded' | 'rax';
  /** Offset of `redisDb *db` in struct redisServer. */
  readonly dbOffset: number;
  readonly databaseBytes: number;
  readonly client: { readonly bytes: number; readonly querybuf: number };
  readonly allocator: { readonly jemalloc: '4.0.3' | '5.1.0' | '5.2.1' | '5.3.0'; readonly quantum: 8 | 16 };
}

const REDIS_3_2: Profile = {
  id: 'redis-3.2.8',
  name: 'redis',
  version: '3.2.8',
  sds: 'new',
  alloc: 'exact',
  embstrLimit: 44,
  object: 'robj',
  table: 'dictht',
  database: 'dict',
  keys: 'sds',
  lists: 'quicklist-3.2',
  aggregates: 'ziplist',
  member: 'robj',
  slots: 'zskiplist',
  dbOffset: 40,
  databaseBytes: 64,
  client: { bytes: 16840, querybuf: 40 },
  allocator: { jemalloc: '4.0.3', quantum: 8 },
};

export const PROFILES: readonly Profile[] = [REDIS_3_2];

/** The profile of that id, or an error that lists them. */
export function profile(id: string): Profile {
  const found = PROFILES.find(candidate => candidate.id === id);
  if (!found) throw new Error(`unknown server ${id}; known are ${PROFILES.map(({ id }) => id).join(', ')}`);
  return found;
}
