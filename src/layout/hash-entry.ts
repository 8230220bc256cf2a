import { numberField, pointerField, type StructField } from './field.ts';
import { readSds, type SdsHeader, sdsAuxBits } from './sds.ts';

/**
 * A field of a hash and its value in one block, pointed at by the field's text: optional expiry (8 bytes), optional pointer to the value,
 * the field's sds, and where no pointer is the value's sds behind it. Source: valkey src/entry.c (commit 12deb62) and
 * src/t_hash.c at 8.1; tried on dumps of Valkey 8.1.1 and 9.1.2. sdshdr5 fields have no aux bits: neither expiry nor pointer.
 */
export interface HashEntry {
  readonly field: SdsHeader;
  /** Offset of the embedded value's text in the block, or 0 where there is none. */
  readonly valueAt: number;
  readonly value: SdsHeader | undefined;
}

const HAS_EXPIRE = 1;
const HAS_VALUE_POINTER = 2;

/** The entry in the block bytes[at, at + size) whose field's text is at offset `fieldAt`, or undefined where there is none. */
export function readHashEntry(bytes: Uint8Array, at: number, size: number, fieldAt: number): HashEntry | undefined {
  const field = readSds(bytes, at + fieldAt, true);
  if (field === undefined || field.flags === undefined) return undefined;
  const end = fieldAt + field.len;
  const start = fieldAt - field.size;
  if (start < 0 || end >= size || bytes[at + end] !== 0) return undefined;
  const aux = sdsAuxBits(field.flags);
  const before = (aux & HAS_EXPIRE ? 8 : 0) + (aux & HAS_VALUE_POINTER ? 8 : 0);
  if (start !== before) return undefined;
  const valueAt = end + 1 + 3;
  const value = aux & HAS_VALUE_POINTER || valueAt >= size ? undefined : readSds(bytes, at + valueAt);
  const found =
    value !== undefined && value.size === 3 && valueAt + value.len < size && bytes[at + valueAt + value.len] === 0;
  return { field, valueAt: found ? valueAt : 0, value: found ? value : undefined };
}

/** What lies in front of the field's own header. */
export function hashEntryFields({ field }: HashEntry): readonly StructField[] {
  const aux = field.flags === undefined ? 0 : sdsAuxBits(field.flags);
  const expires = (aux & HAS_EXPIRE) !== 0;
  const fields: StructField[] = expires ? [numberField('expiry', 0, 8, 'signed')] : [];
  if (aux & HAS_VALUE_POINTER) fields.push(pointerField('value', expires ? 1 : 0));
  return fields;
}
