import { numberField, pointerField, type StructField } from './field.ts';
import { u32 } from './memory.ts';
import { readSds, type SdsHeader } from './sds.ts';

/**
 * Objects with their key inside: robj, optional expiry, one byte with the size of the key's sds header, the key, and where
 * the value is short its sdshdr8 behind. Sources: valkey src/object.c and src/server.h at 8.1 (commit 03045c8), 9.1 (PR #2516: the
 * pointer is left out when the value is embedded); tried on dumps of Valkey 8.1.1 and 9.1.2. 64-bit.
 */
export interface Kvobj {
  /** Offset of the key's text in the block, and its header. */
  readonly keyAt: number;
  readonly key: SdsHeader;
  /** Offset of the embedded value's text, or 0. */
  readonly valueAt: number;
  readonly value: SdsHeader | undefined;
  /** Unix time in milliseconds is kept in it. */
  readonly expires: boolean;
  /** Its second word is no pointer: the value is embedded and the pointer left out. */
  readonly pointerless: boolean;
}

/**
 * Which bits of the refcount field say what. 'redis': 8.2 and 8.4 (redis src/object.h: iskvobj, expirable; not tried on a real
 * dump). 'valkey': 8.1 and 9.0 (hasexpire, hasembkey). 'valkey-9.1': one more (hasembval).
 */
export type KvobjForm = 'redis' | 'valkey' | 'valkey-9.1';

const BITS: Readonly<Record<KvobjForm, { key: number; expire: number; value: number; count: number }>> = {
  redis: { key: 1, expire: 2, value: 0, count: 2 },
  valkey: { key: 2, expire: 1, value: 0, count: 2 },
  'valkey-9.1': { key: 2, expire: 1, value: 4, count: 3 },
};
const EMBSTR = 8;

/**
 * The object with its key inside at bytes[at…], in a block of `size` bytes that are all at hand, or undefined where there is none.
 */
export function readKvobj(bytes: Uint8Array, at: number, size: number, form: KvobjForm): Kvobj | undefined {
  if ((bytes[at] & 15) > 6 || bytes[at] >>> 4 > 12 || size < 16) return undefined;
  const field = u32(bytes, at + 4);
  const bits = BITS[form];
  if ((field & bits.key) === 0 || field >>> bits.count === 0) return undefined;
  const expires = (field & bits.expire) !== 0;
  const pointerless = (field & bits.value) !== 0;
  const sizeAt = 8 + (pointerless ? 0 : 8) + (expires ? 8 : 0);
  if (sizeAt + 3 > size) return undefined;
  const headerSize = bytes[at + sizeAt];
  const keyAt = sizeAt + 1 + headerSize;
  if (keyAt >= size) return undefined;
  const key = readSds(bytes, at + keyAt);
  if (key === undefined || key.size !== headerSize || !endsInside(bytes, at, keyAt, key.len, size)) return undefined;
  const embedded = bytes[at] === EMBSTR << 4;
  const valueAt = keyAt + key.len + 1 + 3;
  const value = embedded && valueAt < size ? readSds(bytes, at + valueAt) : undefined;
  const found = value !== undefined && value.size === 3 && endsInside(bytes, at, valueAt, value.len, size);
  return { keyAt, key, valueAt: found ? valueAt : 0, value: found ? value : undefined, expires, pointerless };
}

function endsInside(bytes: Uint8Array, at: number, text: number, len: number, size: number): boolean {
  return text + len < size && bytes[at + text + len] === 0;
}

/** What lies between the head of the object (type to refcount) and the key's own header. */
export function kvobjFields({ keyAt, key, expires, pointerless }: Kvobj): readonly StructField[] {
  const fields: StructField[] = [];
  if (!pointerless) fields.push(pointerField('ptr', 1));
  if (expires) fields.push(numberField('expire', pointerless ? 8 : 16, 8, 'signed'));
  fields.push(numberField('key header size', keyAt - key.size - 1, 1));
  return fields;
}
