import { numberField, pointerField, type StructField } from './field.ts';
import { u16, u64 } from './memory.ts';

/**
 * The hash table of Valkey 8.1 and later: 64-byte buckets, each with seven entries or six and a child bucket.
 * Source: valkey src/hashtable.c at 8.1 (commit 014b26b). 64-bit.
 */
export interface Hashtable {
  /** Address of the hashtableType. */
  readonly type: number;
  readonly tables: readonly [number, number];
  /** Buckets of each table, child buckets not counted; 0 where there is none. */
  readonly sizes: readonly [number, number];
  /** Entries in each table. */
  readonly used: readonly [number, number];
  readonly rehashing: boolean;
}

/** Bytes up to the child bucket counts; metadata may follow. */
export const HASHTABLE_BYTES = 72;
export const HASHTABLE_TABLE_WORDS = [2, 3] as const;

export const BUCKET_BYTES = 64;
export const BUCKET_WORDS = 8;
/** Entries of a bucket: words 1 … 7. */
export const BUCKET_ENTRIES = 7;

const MOST_EXPONENT = 40;

/** The hashtable at bytes[at…], or undefined where the fields contradict each other. HASHTABLE_BYTES must be there. */
export function readHashtable(bytes: Uint8Array, at: number): Hashtable | undefined {
  const type = u64(bytes, at);
  if (type < 4096 || type >= 2 ** 47 || type % 8 !== 0) return undefined;
  const rehash = u64(bytes, at + 8);
  const rehashing = rehash < 2 ** 53;
  const tables: [number, number] = [u64(bytes, at + 16), u64(bytes, at + 24)];
  const used: [number, number] = [u64(bytes, at + 32), u64(bytes, at + 40)];
  const sizes: [number, number] = [0, 0];
  for (let i = 0; i < 2; i++) {
    const exponent = bytes[at + 48 + i];
    if (exponent !== 0xff && exponent > MOST_EXPONENT) return undefined;
    sizes[i] = exponent === 0xff ? 0 : 2 ** exponent;
    if ((tables[i] === 0) !== (sizes[i] === 0)) return undefined;
    if (tables[i] % 64 !== 0 || tables[i] >= 2 ** 47) return undefined;
    if (used[i] > sizes[i] * BUCKET_ENTRIES * 64) return undefined;
  }
  if (rehashing ? sizes[1] === 0 || rehash > sizes[0] : sizes[1] !== 0) return undefined;
  if (!rehashing && rehash < 2 ** 64 * 0.99) return undefined; // -1
  const pause = u16(bytes, at + 50);
  if (pause > 0xff && pause < 0xff00) return undefined;
  return { type, tables, sizes, used, rehashing };
}

/** Whether the bucket whose first byte is given has a child: its seventh pointer leads to another bucket. */
export function bucketChained(first: number): boolean {
  return (first & 1) !== 0;
}

/** Whether slot 0…6 of the bucket holds an entry. What an absent slot holds is stale. */
export function slotPresent(first: number, slot: number): boolean {
  return ((first >>> (slot + 1)) & 1) !== 0;
}

export const HASHTABLE_FIELDS: readonly StructField[] = [
  pointerField('type', 0),
  numberField('rehash_idx', 8, 8, 'signed'),
  pointerField('tables[0]', HASHTABLE_TABLE_WORDS[0]),
  pointerField('tables[1]', HASHTABLE_TABLE_WORDS[1]),
  numberField('used[0]', 32, 8),
  numberField('used[1]', 40, 8),
  numberField('bucket_exp[0]', 48, 1, 'signed'),
  numberField('bucket_exp[1]', 49, 1, 'signed'),
  numberField('pause_rehash', 50, 2, 'signed'),
];

/** Fields of the bucket whose first byte is given: presence bits and hashes, then its entries and its child; what is absent is left out. */
export function bucketFields(first: number): readonly StructField[] {
  const fields = [numberField('presence', 0, 1), numberField('hashes', 1, 7)];
  for (let slot = 0; slot < BUCKET_ENTRIES; slot++) {
    const isChild = slot === BUCKET_ENTRIES - 1 && bucketChained(first);
    if (isChild) fields.push(pointerField('child', slot + 1));
    else if (slotPresent(first, slot)) fields.push(pointerField(`entries[${slot}]`, slot + 1));
  }
  return fields;
}
