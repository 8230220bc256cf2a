/** Which allocator a server is linked with. */
export type AllocatorProfile =
  | {
      readonly kind: 'jemalloc';
      readonly version: '4.0.3' | '5.1.0' | '5.2.1' | '5.3.0';
      /** 8 in the bundles from Redis 3.2 on (--with-lg-quantum=3), 16 in distributions' libraries. */
      readonly quantum: 8 | 16;
      readonly cacheOblivious: boolean;
      /** A shared library rather than the bundled, static one. */
      readonly library: boolean;
    }
  /** `prefix`: bytes of zmalloc's size before each block, 8 up to Redis 4.0. */
  | { readonly kind: 'glibc'; readonly prefix: 0 | 8 };

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
  readonly allocator: AllocatorProfile;
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
  allocator: { kind: 'jemalloc', version: '4.0.3', quantum: 8, cacheOblivious: true, library: false },
};

const bundled = (version: '5.1.0' | '5.2.1' | '5.3.0') => {
  return { kind: 'jemalloc', version, quantum: 8, cacheOblivious: true, library: false } as const;
};

const REDIS_5_0: Profile = {
  ...REDIS_3_2,
  id: 'redis-5.0.14',
  version: '5.0.14',
  lists: 'quicklist-5.0',
  member: 'sds',
  slots: 'rax',
  dbOffset: 48,
  client: { bytes: 16920, querybuf: 32 },
  allocator: bundled('5.1.0'),
};

const REDIS_7_0: Profile = {
  ...REDIS_5_0,
  id: 'redis-7.0.15',
  version: '7.0.15',
  alloc: 'usable',
  table: 'dict7',
  lists: 'quicklist-7.0',
  aggregates: 'listpack',
  slots: 'none',
  dbOffset: 64,
  client: { bytes: 744, querybuf: 48 },
  allocator: bundled('5.2.1'),
};

const REDIS_7_0_DEBIAN: Profile = {
  ...REDIS_7_0,
  id: 'redis-7.0.15-debian',
  allocator: { kind: 'jemalloc', version: '5.3.0', quantum: 16, cacheOblivious: true, library: true },
};

export const PROFILES: readonly Profile[] = [REDIS_3_2, REDIS_5_0, REDIS_7_0, REDIS_7_0_DEBIAN];

/** The profile of that id, or an error that lists them. */
export function profile(id: string): Profile {
  const found = PROFILES.find(candidate => candidate.id === id);
  if (!found) throw new Error(`unknown server ${id}; known are ${PROFILES.map(({ id }) => id).join(', ')}`);
  return found;
}
