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

const HAS_EXPIRE = 1;
const HAS_KEY = 2;
const HAS_VALUE = 4;
const EMBSTR = 8;

/**
 * The object with its key inside at bytes[at…], in a block of `size` bytes that are all at hand, or undefined where there is none.
 * `flagBits`: 2 up to Valkey 9.0, 3 from 9.1 on, where embedded values may do without the pointer.
 */
export function readKvobj(bytes: Uint8Array, at: number, size: number, flagBits: 2 | 3): Kvobj | undefined {
  if ((bytes[at] & 15) > 6 || bytes[at] >>> 4 > 12 || size < 16) return undefined;
  const field = u32(bytes, at + 4);
  if ((field & HAS_KEY) === 0 || field >>> flagBits === 0) return undefined;
  const expires = (field & HAS_EXPIRE) !== 0;
  const pointerless = flagBits === 3 && (field & HAS_VALUE) !== 0;
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
