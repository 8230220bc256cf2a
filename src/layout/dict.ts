import { numberField, pointerField, type StructField } from './field.ts';
import { u16, u32, u64 } from './memory.ts';

/**
 * The hash table of Redis up to 8.0 and Valkey up to 8.0, which Valkey keeps for some uses. Sources: redis src/dict.h at 2.6.17,
 * 3.2.8, 5.0.14, 6.2.14 (dictht[2]), 7.0.15, 7.2.5, 7.4.1 (without dictht); valkey src/dict.h at 8.0.1. 64-bit.
 */
export interface Dict {
  /** Address of the dictType. */
  readonly type: number;
  /** Addresses of the two tables, 0 where there is none. */
  readonly tables: readonly [number, number];
  /** Buckets of each table, 0 where there is none. */
  readonly sizes: readonly [number, number];
  readonly used: readonly [number, number];
  readonly rehashing: boolean;
}

/** 'dictht': two dictht with size and mask, Redis <= 6.2. 'dict7': exponents, Redis >= 7.0. */
export type DictForm = 'dictht' | 'dict7';

/** A region that a dict begins is no larger: Redis 8.0 keeps histograms of its keys' sizes behind a database's. */
export const LARGEST_DICT_REGION = 4096;

/** Bytes that must be there: up to the last field that every version of the form has. */
export const DICT_BYTES: Readonly<Record<DictForm, number>> = { dictht: 88, dict7: 56 };

/** Word index (byte offset / 8) of each table's address. */
export const DICT_TABLE_WORDS: Readonly<Record<DictForm, readonly [number, number]>> = {
  dictht: [2, 6],
  dict7: [1, 2],
};

/** No table of a dump that fits on a disk is larger: 2^40 buckets. */
const MOST_EXPONENT = 40;
/** More entries per bucket than dict_force_resize_ratio and a long fork can bring about. */
const MOST_LOAD = 256;

/** The dict at bytes[at…], or undefined where the fields contradict each other. DICT_BYTES of the form must be there. */
export function readDict(bytes: Uint8Array, at: number, form: DictForm): Dict | undefined {
  return form === 'dict7' ? readDict7(bytes, at) : readDictHt(bytes, at);
}

function readDict7(bytes: Uint8Array, at: number): Dict | undefined {
  if (!couldBePointer(bytes, at)) return undefined;
  const exponents = [bytes[at + 50], bytes[at + 51]].map(one => (one === 0xff ? -1 : one));
  const sizes = exponents.map(one => (one < 0 ? 0 : 2 ** one));
  if (exponents.some(one => one > MOST_EXPONENT)) return undefined;
  const pause = u16(bytes, at + 48) & 0x7fff; // pauserehash, near zero; from 7.4 on the top bit is another field
  if (pause > 0xff && pause < 0x7f00) return undefined;
  return checked(
    u64(bytes, at),
    [u64(bytes, at + 8), u64(bytes, at + 16)],
    [sizes[0], sizes[1]],
    [u64(bytes, at + 24), u64(bytes, at + 32)],
    rehashIndex(bytes, at + 40),
  );
}

function readDictHt(bytes: Uint8Array, at: number): Dict | undefined {
  if (!couldBePointer(bytes, at)) return undefined;
  const sizes = [u64(bytes, at + 24), u64(bytes, at + 56)];
  const masks = [u64(bytes, at + 32), u64(bytes, at + 64)];
  for (let i = 0; i < 2; i++) {
    if (sizes[i] > 2 ** MOST_EXPONENT || (sizes[i] !== 0 && !Number.isInteger(Math.log2(sizes[i])))) return undefined;
    if (masks[i] !== Math.max(0, sizes[i] - 1)) return undefined;
  }
  return checked(
    u64(bytes, at),
    [u64(bytes, at + 16), u64(bytes, at + 48)],
    [sizes[0], sizes[1]],
    [u64(bytes, at + 40), u64(bytes, at + 72)],
    rehashIndex(bytes, at + 80),
  );
}

/** Fields up to the last one that every version of the form has, in order. */
export const DICT_FIELDS: Readonly<Record<DictForm, readonly StructField[]>> = {
  dictht: [
    pointerField('type', 0),
    pointerField('privdata', 1),
    pointerField('ht[0].table', DICT_TABLE_WORDS.dictht[0]),
    numberField('ht[0].size', 24, 8),
    numberField('ht[0].sizemask', 32, 8),
    numberField('ht[0].used', 40, 8),
    pointerField('ht[1].table', DICT_TABLE_WORDS.dictht[1]),
    numberField('ht[1].size', 56, 8),
    numberField('ht[1].sizemask', 64, 8),
    numberField('ht[1].used', 72, 8),
    numberField('rehashidx', 80, 8, 'signed'),
  ],
  dict7: [
    pointerField('type', 0),
    pointerField('ht_table[0]', DICT_TABLE_WORDS.dict7[0]),
    pointerField('ht_table[1]', DICT_TABLE_WORDS.dict7[1]),
    numberField('ht_used[0]', 24, 8),
    numberField('ht_used[1]', 32, 8),
    numberField('rehashidx', 40, 8, 'signed'),
    numberField('pauserehash', 48, 2, 'signed'),
    numberField('ht_size_exp[0]', 50, 1, 'signed'),
    numberField('ht_size_exp[1]', 51, 1, 'signed'),
  ],
};

/** Rules out nearly everything that is no dict before anything else is read. */
function couldBePointer(bytes: Uint8Array, at: number): boolean {
  return (bytes[at] & 7) === 0 && bytes[at + 6] === 0 && bytes[at + 7] === 0 && bytes[at + 5] < 0x80;
}

/** -1 for the -1 of a dict at rest. An int up to 2.6, a long later: the lower half says it all for tables below 2^32. */
function rehashIndex(bytes: Uint8Array, at: number): number {
  return u32(bytes, at) === 0xffff_ffff ? -1 : u64(bytes, at);
}

function checked(
  type: number,
  tables: [number, number],
  sizes: [number, number],
  used: [number, number],
  rehash: number,
): Dict | undefined {
  if (type < 4096 || type >= 2 ** 47 || type % 8 !== 0) return undefined;
  for (let i = 0; i < 2; i++) {
    if ((tables[i] === 0) !== (sizes[i] === 0) || tables[i] % 8 !== 0 || tables[i] >= 2 ** 47) return undefined;
    if (used[i] > sizes[i] * MOST_LOAD) return undefined;
  }
  const rehashing = rehash !== -1;
  if (rehashing ? tables[1] === 0 || rehash > sizes[0] : tables[1] !== 0) return undefined;
  return { type, tables, sizes, used, rehashing };
}

/**
 * A dict entry: key, value, next, a word each; from 7.0 on possibly metadata behind (in cluster mode the neighbours in the slot,
 * 7.0 and 7.2). Low three bits of the pointer to it (7.2 on): odd, the key itself; 000 as here; 010 { key, next } up to Redis 8.0's
 * first milestone; 100 { key, next } in Redis 8.0, { value, next, header size, key } in Valkey 8.0.
 */
export const ENTRY_KEY_WORD = 0;
export const ENTRY_VALUE_WORD = 1;
export const ENTRY_NEXT_WORD = 2;
/** In an entry without a value, and in Valkey 8.0's with the key embedded. */
export const SHORT_ENTRY_NEXT_WORD = 1;
export const ENTRY_BYTES = 24;
/** Valkey 8.0: the byte that holds the size of the embedded key's sds header, right in front of that header. */
export const EMBEDDED_KEY_AT = 16;

export interface EntryField extends StructField {
  readonly name: 'key' | 'value' | 'next' | 'metadata';
}

/** Fields of the usual entry in a region of `regionSize` bytes, in order. */
export function entryFields(regionSize: number, clustered: boolean): readonly EntryField[] {
  const fields: EntryField[] = [
    { name: 'key', offset: ENTRY_KEY_WORD * 8, size: 8, form: 'pointer' },
    { name: 'value', offset: ENTRY_VALUE_WORD * 8, size: 8, form: 'pointer' },
    { name: 'next', offset: ENTRY_NEXT_WORD * 8, size: 8, form: 'pointer' },
  ];
  if (clustered && regionSize >= 40) fields.push({ name: 'metadata', offset: ENTRY_BYTES, size: 16, form: 'unsigned' });
  return fields;
}

/** { key, next }: an entry without a value, from 7.2 on. */
export const SHORT_ENTRY_FIELDS: readonly StructField[] = [
  pointerField('key', ENTRY_KEY_WORD),
  pointerField('next', SHORT_ENTRY_NEXT_WORD),
];

/** { value, next, header size, key }: Valkey 8.0's entry with the key embedded; the key's own header and text follow. */
export const EMBEDDED_KEY_ENTRY_FIELDS: readonly StructField[] = [
  pointerField('value', 0),
  pointerField('next', SHORT_ENTRY_NEXT_WORD),
  numberField('key header size', EMBEDDED_KEY_AT, 1),
];
