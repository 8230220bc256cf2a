/**
 * Which layouts a server's version uses. Sources: redis src/{sds,server,dict,rax,t_hash}.h at the tags named in each row's
 * comment; valkey src/{server,dict,hashtable,entry}.h; KeyDB src/server.h at v6.3.4.
 */
export type ServerName = 'redis' | 'valkey' | 'keydb' | 'redict';

/** See ServerLayout in src/heap/findings.ts, which has the same shape. */
export interface VersionLayout {
  readonly sds: 'old' | 'new';
  readonly alloc: 'exact' | 'usable';
  readonly dict: 'dictht' | 'dict7' | 'kvstore' | 'hashtable';
  readonly raxPadded: boolean;
  readonly taggedPointers: boolean;
  readonly keys: 'sds' | 'in-entry' | 'in-object';
  readonly aggregates: 'ziplist' | 'listpack';
  /** robj's encoding lies in bits 6-9, across two bytes (<= 2.6); in bits 4-7 where this is not given. */
  readonly objectBits?: 'spread';
}

interface Row {
  readonly name: ServerName;
  /** First version with this layout, as major * 100 + minor. */
  readonly from: number;
  readonly layout: VersionLayout;
  /** Nobody has tried it against a real server here. */
  readonly unverified: boolean;
}

const OLD: VersionLayout = {
  sds: 'old',
  alloc: 'exact',
  dict: 'dictht',
  raxPadded: true,
  taggedPointers: false,
  keys: 'sds',
  aggregates: 'ziplist',
};
const REDIS_2_2: VersionLayout = { ...OLD, objectBits: 'spread' };
const REDIS_3_2: VersionLayout = { ...OLD, sds: 'new' };
const REDIS_6_2: VersionLayout = { ...REDIS_3_2, alloc: 'usable' };
const REDIS_7_0: VersionLayout = { ...REDIS_6_2, dict: 'dict7', aggregates: 'listpack' };
const REDIS_7_2: VersionLayout = { ...REDIS_7_0, taggedPointers: true };
const REDIS_7_4: VersionLayout = { ...REDIS_7_2, dict: 'kvstore' };
const REDIS_8_2: VersionLayout = { ...REDIS_7_4, keys: 'in-object' };
const VALKEY_8_0: VersionLayout = { ...REDIS_7_4, keys: 'in-entry' };
const VALKEY_8_1: VersionLayout = { ...REDIS_7_4, dict: 'hashtable', keys: 'in-object' };

/** Sorted by name, then version. */
const TABLE: readonly Row[] = [
  { name: 'redis', from: 202, layout: REDIS_2_2, unverified: true }, // 2.6.17
  { name: 'redis', from: 208, layout: OLD, unverified: true }, // 2.8.24, 3.0.7
  { name: 'redis', from: 302, layout: REDIS_3_2, unverified: false }, // 3.2.8
  { name: 'redis', from: 400, layout: { ...REDIS_3_2, raxPadded: false }, unverified: false }, // 4.0.14: raxPadding absent
  { name: 'redis', from: 500, layout: REDIS_3_2, unverified: false }, // 5.0.14, 6.0.20
  { name: 'redis', from: 602, layout: REDIS_6_2, unverified: true }, // 6.2.14, commit 3945a3217
  { name: 'redis', from: 700, layout: REDIS_7_0, unverified: false }, // 7.0.15
  { name: 'redis', from: 702, layout: REDIS_7_2, unverified: false }, // 7.2.5
  { name: 'redis', from: 704, layout: REDIS_7_4, unverified: true }, // 7.4.1
  { name: 'redis', from: 800, layout: REDIS_7_4, unverified: false }, // 8.0.2
  { name: 'redis', from: 802, layout: REDIS_8_2, unverified: true },
  { name: 'redict', from: 700, layout: REDIS_7_2, unverified: false }, // 7.3.2, the line of Redis 7.2
  { name: 'valkey', from: 702, layout: REDIS_7_2, unverified: true }, // 7.2.7
  { name: 'valkey', from: 800, layout: VALKEY_8_0, unverified: false }, // 8.0.1
  { name: 'valkey', from: 801, layout: VALKEY_8_1, unverified: false }, // 8.1.1
  { name: 'valkey', from: 902, layout: VALKEY_8_1, unverified: true },
  { name: 'keydb', from: 500, layout: REDIS_3_2, unverified: true },
  { name: 'keydb', from: 603, layout: REDIS_6_2, unverified: true }, // 6.3.4
];

/** Major * 100 + minor of "7.0.15", or undefined. */
export function versionNumber(version: string): number | undefined {
  const match = /^(\d+)\.(\d+)/.exec(version);
  return match ? Number(match[1]) * 100 + Number(match[2]) : undefined;
}

/** The layout of that server's version: of the newest row that is not newer. Undefined for versions before the first row. */
export function layoutOfVersion(
  name: ServerName,
  version: string,
): { readonly layout: VersionLayout; readonly unverified: boolean } | undefined {
  const number = versionNumber(version);
  if (number === undefined) return undefined;
  const row = TABLE.findLast(one => one.name === name && one.from <= number);
  return row && { layout: row.layout, unverified: row.unverified };
}
