import type { BareKeys } from './dict.ts';

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
      /** Bytes of jemalloc's pages (--with-lg-page); the system's 4 KiB where not given. */
      readonly pageSize?: number;
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
  readonly object: 'robj-2.6' | 'robj' | 'keydb' | 'kvobj' | 'kvobj-8.6' | 'valkey-8.1';
  /** Which hash table the keyspace, sets and hashes use. */
  readonly table: 'dictht' | 'dict7' | 'hashtable';
  readonly dictBytes: number;
  /** How redisDb names its keys: two dicts, or two kvstores, with their dictType inline (Redis) or by pointer (Valkey). */
  readonly database: 'dict' | 'kvstore-7.4' | 'kvstore-8.0';
  /** Where a database key lives: its own sds, in its dictEntry (Valkey 8.0), or in its object. */
  readonly keys: 'sds' | 'in-entry' | 'in-object';
  readonly lists: 'linkedlist' | 'quicklist-3.2' | 'quicklist-5.0' | 'quicklist-7.0';
  readonly aggregates: 'ziplist' | 'listpack';
  /** Highest-level members of zskiplistNode: a robj (<= 3.2) or an sds. */
  readonly member: 'robj' | 'sds';
  /** Sets, and keyspaces of Redis 8.2, as dicts without entries for lone keys (>= 7.2). */
  readonly bareKeys: BareKeys | undefined;
  readonly slots: 'none' | 'rax-unpadded' | 'rax';
  /** Offset of `redisDb *db` in struct redisServer. */
  readonly dbOffset: number;
  readonly databaseBytes: number;
  /** sizeof(client), and where its query buffer and argv are. */
  readonly client: { readonly bytes: number; readonly querybuf: number; readonly argv: number };
  /** Offset of `list *clients` in struct redisServer. */
  readonly clientsOffset: number;
  readonly allocator: AllocatorProfile;
}

/** A bundled jemalloc: quantum 8 from Redis 3.2 on, cache-oblivious up to Redis 7.0. */
const bundled = (version: '4.0.3' | '5.1.0' | '5.2.1' | '5.3.0') => {
  return { kind: 'jemalloc', version, quantum: 8, cacheOblivious: version !== '5.3.0', library: false } as const;
};

const REDIS_3_2: Profile = {
  id: 'redis-3.2.8',
  name: 'redis',
  version: '3.2.8',
  sds: 'new',
  alloc: 'exact',
  embstrLimit: 44,
  object: 'robj',
  table: 'dictht',
  dictBytes: 96,
  database: 'dict',
  keys: 'sds',
  lists: 'quicklist-3.2',
  aggregates: 'ziplist',
  member: 'robj',
  bareKeys: undefined,
  slots: 'none',
  dbOffset: 40,
  databaseBytes: 64,
  client: { bytes: 16840, querybuf: 40, argv: 64 },
  clientsOffset: 0x1c8,
  allocator: bundled('4.0.3'),
};

/** Debian's 2.8 is linked with the distribution's jemalloc; laid out here on glibc, as its MALLOC=libc builds are. */
const REDIS_2_8: Profile = {
  ...REDIS_3_2,
  id: 'redis-2.8.24',
  version: '2.8.24',
  sds: 'old',
  embstrLimit: -1,
  lists: 'linkedlist',
  dbOffset: 16,
  databaseBytes: 56,
  client: { bytes: 16720, querybuf: 32, argv: 56 },
  clientsOffset: 0x148,
  allocator: { kind: 'glibc', prefix: 8 },
};

/** Server and client structs are laid out as 2.8's: nothing is read from them but pointers. */
const REDIS_2_6: Profile = {
  ...REDIS_2_8,
  id: 'redis-2.6.17',
  version: '2.6.17',
  object: 'robj-2.6',
  dictBytes: 88,
  databaseBytes: 48,
};

const REDIS_4_0: Profile = {
  ...REDIS_3_2,
  id: 'redis-4.0.14',
  version: '4.0.14',
  member: 'sds',
  slots: 'rax-unpadded',
  databaseBytes: 56,
  client: { bytes: 16864, querybuf: 32, argv: 64 },
  clientsOffset: 0x1f0,
};

const REDIS_5_0: Profile = {
  ...REDIS_4_0,
  id: 'redis-5.0.14',
  version: '5.0.14',
  lists: 'quicklist-5.0',
  slots: 'rax',
  dbOffset: 48,
  databaseBytes: 64,
  client: { bytes: 16920, querybuf: 32, argv: 72 },
  clientsOffset: 0x208,
  allocator: bundled('5.1.0'),
};

const REDIS_6_2: Profile = {
  ...REDIS_5_0,
  id: 'redis-6.2.14',
  version: '6.2.14',
  alloc: 'usable',
  dbOffset: 64,
  databaseBytes: 72,
  client: { bytes: 16992, querybuf: 40, argv: 80 },
  clientsOffset: 0x230,
};

const REDIS_7_0: Profile = {
  ...REDIS_6_2,
  id: 'redis-7.0.15',
  version: '7.0.15',
  table: 'dict7',
  dictBytes: 56,
  lists: 'quicklist-7.0',
  aggregates: 'listpack',
  slots: 'none',
  databaseBytes: 80,
  client: { bytes: 744, querybuf: 48, argv: 80 },
  clientsOffset: 0x2c0,
  allocator: bundled('5.2.1'),
};

const REDIS_7_4: Profile = {
  ...REDIS_7_0,
  id: 'redis-7.4.1',
  version: '7.4.1',
  database: 'kvstore-7.4',
  bareKeys: { keyTag: 0, entryTag: 2 },
  databaseBytes: 88,
  client: { bytes: 784, querybuf: 64, argv: 96 },
  clientsOffset: 0x2c0,
  allocator: bundled('5.3.0'),
};

/** Key, expiry and short values inside the object; entries of dicts without values are tagged 100, even keys 010. */
const REDIS_8_2: Profile = {
  ...REDIS_7_4,
  id: 'redis-8.2.0',
  version: '8.2.0',
  object: 'kvobj',
  keys: 'in-object',
  bareKeys: { keyTag: 2, entryTag: 4 },
};

/** An object's expiry lies in front of it. */
const REDIS_8_6: Profile = { ...REDIS_8_2, id: 'redis-8.6.0', version: '8.6.0', object: 'kvobj-8.6' };

const VALKEY_8_0: Profile = {
  ...REDIS_7_4,
  id: 'valkey-8.0.1',
  name: 'valkey',
  version: '8.0.1',
  database: 'kvstore-8.0',
  keys: 'in-entry',
  databaseBytes: 80,
  client: { bytes: 896, querybuf: 64, argv: 96 },
  clientsOffset: 0x2c0,
};

const VALKEY_8_1: Profile = {
  ...VALKEY_8_0,
  id: 'valkey-8.1.0',
  version: '8.1.0',
  object: 'valkey-8.1',
  table: 'hashtable',
  keys: 'in-object',
};

/** A 24-byte object whose EMBSTR text lies where its pointer would; allocates from jemalloc 5.2.1. */
const KEYDB_6_3: Profile = {
  ...REDIS_6_2,
  id: 'keydb-6.3.4',
  name: 'keydb',
  version: '6.3.4',
  object: 'keydb',
  embstrLimit: 52,
  dictBytes: 112,
  allocator: bundled('5.2.1'),
};

const DEBIAN = { kind: 'jemalloc', version: '5.3.0', quantum: 16, cacheOblivious: true, library: true } as const;
const LIBC = { kind: 'glibc', prefix: 0 } as const;

export const PROFILES: readonly Profile[] = [
  REDIS_2_6,
  REDIS_2_8,
  REDIS_3_2,
  { ...REDIS_3_2, id: 'redis-3.2.8-libc', allocator: { kind: 'glibc', prefix: 8 } },
  REDIS_4_0,
  REDIS_5_0,
  REDIS_6_2,
  REDIS_7_0,
  { ...REDIS_7_0, id: 'redis-7.0.15-debian', allocator: DEBIAN },
  // Distributions build for arm64 with pages of 64 KiB, whatever the system's: Debian's and Ubuntu's jemalloc has --with-lg-page=16.
  { ...REDIS_3_2, id: 'redis-3.2.8-64k-pages', allocator: { ...bundled('4.0.3'), pageSize: 65_536 } },
  { ...REDIS_7_0, id: 'redis-7.0.15-64k-pages', allocator: { ...DEBIAN, pageSize: 65_536 } },
  { ...REDIS_7_0, id: 'redis-7.0.15-16k-pages', allocator: { ...bundled('5.2.1'), pageSize: 16_384 } },
  { ...REDIS_5_0, id: 'redis-5.0.14-64k-pages', allocator: { ...bundled('5.1.0'), pageSize: 65_536 } },
  { ...REDIS_7_0, id: 'redis-7.0.15-libc', allocator: LIBC },
  REDIS_7_4,
  REDIS_8_2,
  REDIS_8_6,
  VALKEY_8_0,
  VALKEY_8_1,
  KEYDB_6_3,
];

/** The profile of that id, or an error that lists them. */
export function profile(id: string): Profile {
  const found = PROFILES.find(candidate => candidate.id === id);
  if (!found) throw new Error(`unknown server ${id}; known are ${PROFILES.map(({ id }) => id).join(', ')}`);
  return found;
}
