import type { RegionTable } from '../allocator/regions.ts';
import type { ClusterTable } from './clusters.ts';
import type { FamilyTable } from './families.ts';
import type { Ledger } from './ledger.ts';

/** What the heap means: the result of an analysis, in columns. Typed arrays lie in SharedArrayBuffers, so that threads share one copy. */
export interface Findings {
  readonly server: ServerIdentity | undefined;
  /** Undefined where no allocator was recovered (a raw range, a foreign program): then strings come from a byte scan and every verdict is `unknown`. */
  readonly regions: RegionTable | undefined;
  /** RegionKind per region id; empty without regions. */
  readonly regionKind: Uint8Array;
  /** Verdict code (index into VERDICTS) per region id; `freed` for free and cached ones; empty without regions. */
  readonly regionVerdict: Uint8Array;
  readonly strings: StringColumns;
  /** Every string and region was seen; false after a cancel or where ranges are missing, which `notes` then name. */
  readonly complete: boolean;
  /** Sentences a reader must know before trusting the verdicts (missing roots, truncation, unverified layout, cancelled stage). */
  readonly notes: readonly string[];
  /** The strings grouped; added by the last stage of an analysis. */
  readonly clusters?: ClusterTable;
  /** The strings by the templates of their text; added with the clusters. */
  readonly families?: FamilyTable;
  /** Bytes by what they are; absent without an allocator. */
  readonly ledger?: Ledger;
}

export const VERDICTS = ['unknown', 'live', 'leaked', 'leaked-indirect', 'leaked-weak', 'freed'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const HEADERS = [
  'sdshdr5',
  'sdshdr8',
  'sdshdr16',
  'sdshdr32',
  'sdshdr64',
  'sdshdr',
  'mstrhdr8',
  'mstrhdr16',
  'mstrhdr64',
] as const;
/** `sdshdr` is the header of Redis <= 3.0; the mstr are fields of hashes in Redis 7.4 to 8.0. */
export type Header = (typeof HEADERS)[number];

/** What a region holds, by its content and by who points at it. */
export const REGION_KINDS = [
  'unknown',
  'sds', // a separately allocated string
  'embstr', // robj + sdshdr8 in one block
  'robj',
  'dictEntry',
  'dict',
  'dictTable',
  'quicklist',
  'quicklistNode',
  'listpack',
  'ziplist',
  'intset',
  'zskiplist',
  'zskiplistNode',
  'rax',
  'raxNode',
  'stream',
  'list',
  'listNode',
  'client',
  'clientReply',
  'kvobj', // robj with the key inside (Redis >= 8.2, Valkey >= 8.1)
  'hashtable', // Valkey >= 8.1
  'hashtableBucket',
  'hashEntry', // field (and value) in one block
] as const;
export type RegionKind = (typeof REGION_KINDS)[number];

/** Strings sorted by address. */
export interface StringColumns {
  readonly count: number;
  /** Address of the payload's first byte: the sds pointer. */
  readonly address: Float64Array;
  readonly length: Uint32Array;
  readonly alloc: Uint32Array;
  /** Index into HEADERS. */
  readonly header: Uint8Array;
  /** Region id, or NO_REGION. */
  readonly region: Uint32Array;
  /** Index into VERDICTS. */
  readonly verdict: Uint8Array;
  /** Region id of the owner (the object or entry that holds it), or NO_REGION. */
  readonly owner: Uint32Array;
  /** Index into OWNER_KINDS. */
  readonly ownerKind: Uint8Array;
  /** Of a key, the number of its database, or NO_DATABASE. */
  readonly database?: Int16Array;
}

/** It is not known which database, or the string is no key. */
export const NO_DATABASE = -1;

export const NO_REGION = 0xffff_ffff;

/** In what role the owner holds the string. */
export const OWNER_KINDS = [
  'none',
  'key', // of a database
  'expires', // only the expires dict names it
  'object', // an robj's ptr
  'embedded', // inside an EMBSTR, kvobj or entry
  'field', // of a hash
  'value', // of a hash
  'member', // of a set
  'zset-member',
  'list-node',
  'rax',
  'client',
  'other',
] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];

export interface ServerIdentity {
  readonly name: 'redis' | 'valkey' | 'keydb' | 'redict' | 'unknown';
  /** "7.0.15", or a family such as "3.2-4.0" when the exact version was not found. */
  readonly version: string;
  readonly layout: ServerLayout;
  /** Sentences: what in the dump says so. */
  readonly evidence: readonly string[];
  /** True where the layout rests on a source nobody has tried against a real server here. */
  readonly unverified: boolean;
}

/** The layout families that differ between versions. See docs of each file in src/layout. */
export interface ServerLayout {
  /** 'old' (u32 len, u32 free: <= 3.0) or 'new' (sdshdr5…64). */
  readonly sds: 'old' | 'new';
  /** How `alloc` is filled on creation: requested length (3.2-6.0) or usable size (>= 6.2). */
  readonly alloc: 'exact' | 'usable';
  readonly dict: 'dictht' | 'dict7' | 'kvstore' | 'hashtable';
  /** raxNode's children are padded to 8 bytes (>= 5.0); without it pointers lie at any byte. */
  readonly raxPadded: boolean;
  /** Low bits of entry pointers carry a tag (>= 7.2). */
  readonly taggedPointers: boolean;
  /** Where a database key lives. */
  readonly keys: 'sds' | 'in-entry' | 'in-object';
  readonly aggregates: 'ziplist' | 'listpack';
  /** robj's encoding lies in bits 6-9, across two bytes (<= 2.6); in bits 4-7 where this is not given. */
  readonly objectBits?: 'spread';
}
