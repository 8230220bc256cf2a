import type { StructField } from './field.ts';
import { u32, u64 } from './memory.ts';

/**
 * The object header. Sources: redis src/server.h (redis.h up to 3.0) at 2.6.17, 2.8.24, 3.2.8, 7.0.15, 7.4.1;
 * valkey src/server.h at 8.0.1, 8.1; KeyDB src/server.h at v6.3.4. 64-bit.
 *
 * Byte 0 is encoding << 4 | type from 2.8 on; up to 2.6 type, two unused bits, and the encoding spread over bytes 0 and 1.
 */
export const OBJECT_TYPES = ['string', 'list', 'set', 'zset', 'hash', 'module', 'stream'] as const;

export const OBJECT_ENCODINGS = [
  'raw',
  'int',
  'hashtable',
  'zipmap',
  'linkedlist',
  'ziplist',
  'intset',
  'skiplist',
  'embstr',
  'quicklist',
  'stream',
  'listpack',
  'listpackEx',
] as const;

export const TYPE_STRING = 0;
export const TYPE_LIST = 1;
export const TYPE_SET = 2;
export const TYPE_ZSET = 3;
export const TYPE_HASH = 4;
export const TYPE_STREAM = 6;

export const ENCODING_RAW = 0;
export const ENCODING_INT = 1;
export const ENCODING_HT = 2;
export const ENCODING_ZIPMAP = 3;
export const ENCODING_LINKEDLIST = 4;
export const ENCODING_ZIPLIST = 5;
export const ENCODING_INTSET = 6;
export const ENCODING_SKIPLIST = 7;
export const ENCODING_EMBSTR = 8;
export const ENCODING_QUICKLIST = 9;
export const ENCODING_STREAM = 10;
export const ENCODING_LISTPACK = 11;
export const ENCODING_LISTPACK_EX = 12;

/** Bytes of the header, and where its pointer is. KeyDB puts the expiry in between. */
export const OBJECT_BYTES = 16;
export const OBJECT_POINTER_AT = 8;
export const KEYDB_OBJECT_BYTES = 24;
export const KEYDB_OBJECT_POINTER_AT = 16;

export interface ObjectHeader {
  readonly type: number;
  readonly encoding: number;
  /** The 32-bit field as it stands; newer versions keep flags in it, see refcountOf. */
  readonly refcount: number;
  readonly pointer: number;
}

/** Reads the 16-byte header at bytes[at…]. Any 16 bytes have a reading: whether it is one is for the caller to find out. */
export function readObject(bytes: Uint8Array, at: number): ObjectHeader {
  return {
    type: bytes[at] & 15,
    encoding: bytes[at] >>> 4,
    refcount: u32(bytes, at + 4),
    pointer: u64(bytes, at + OBJECT_POINTER_AT),
  };
}

/**
 * The first word of an object of Redis 2.2 to 2.6, laid out as from 2.8 on: type in bits 0-3, encoding 4-7, clock from 8 up. They have
 * type in bits 0-3, two bits that mean nothing here, encoding in 6-9 and a clock of 22 bits (redis src/redis.h at 2.6.17).
 */
export function unspreadObject(word: number): number {
  return ((word & 15) | (((word >>> 6) & 15) << 4) | ((word >>> 10) << 8)) >>> 0;
}

/** "hash, hashtable" for the first byte of an object of 2.8 or later. */
export function describeObject(first: number): string {
  const type = OBJECT_TYPES[first & 15] ?? `type ${first & 15}`;
  const encoding = OBJECT_ENCODINGS[first >>> 4] ?? `encoding ${first >>> 4}`;
  return `${type}, ${encoding}`;
}

/** Parts of the header in order; the first holds type, encoding and the LRU or LFU clock. */
export const OBJECT_FIELDS = [
  { name: 'type', offset: 0, size: 4, form: 'unsigned' },
  { name: 'refcount', offset: 4, size: 4, form: 'signed' },
  { name: 'ptr', offset: OBJECT_POINTER_AT, size: 8, form: 'pointer' },
] as const satisfies readonly StructField[];

export const KEYDB_OBJECT_FIELDS: readonly StructField[] = [
  ...OBJECT_FIELDS.slice(0, 2),
  { name: 'ptr', offset: KEYDB_OBJECT_POINTER_AT, size: 8, form: 'pointer' },
];

/**
 * Bits in the low end of the refcount field that are flags: two in Redis 8.2 and 8.4 (iskvobj, expirable), two in Valkey 8.1
 * and 9.0 (hasexpire, hasembkey), three from Valkey 9.1 on (hasembval).
 */
export function refcountOf(field: number, flagBits: 0 | 2 | 3): number {
  return field >>> flagBits;
}
