import { MSTR_8, MSTR_16, MSTR_64, readSdsHeader, type SdsHeader } from './sds.ts';

/**
 * Immutable strings with metadata in front, in which Redis 7.4 to 8.0 keep the fields of hashes (hfield). Source: redis src/mstr.h at
 * 7.4.1; tried on dumps of Redis 8.0.2. The mstr pointer is the address of the text's first byte, as an sds pointer is. The byte before it:
 * type in bits 0-1 (5, 8, 16, 64), bit 2 set where metadata is there, for type 5 the length in bits 3-7, which without metadata is an sdshdr5.
 * mstrhdr8: { u8 unused, len, info }; mstrhdr16: { u16 len, u8 info }; mstrhdr64: { u64 len, u8 info }. With metadata: { ExpireMeta (16), u16 flags }
 * in front of the header.
 */
export interface Mstr {
  readonly header: SdsHeader;
  /** Bytes from the start of the block to the text. */
  readonly payloadAt: number;
}

const TYPE_MASK = 3;
const HAS_METADATA = 4;
const METADATA_BYTES = 18;
const CODES = [0, MSTR_8, MSTR_16, MSTR_64] as const;

/**
 * The mstr in the block bytes[0, …) whose text is at `payloadAt`, or undefined where the block is none: it ends in it with a NUL, and
 * header and metadata begin where the block does. A type 5 without metadata is none here: it is an sdshdr5.
 * Nor is what an sdshdr8 explains as well.
 */
export function readMstr(bytes: Uint8Array, payloadAt: number): Mstr | undefined {
  if (payloadAt < 1 || payloadAt >= bytes.length) return undefined;
  const info = bytes[payloadAt - 1];
  const code = CODES[info & TYPE_MASK];
  const before = info & HAS_METADATA ? METADATA_BYTES : 0;
  if (code === 0 ? before === 0 : info >>> 3 !== 0) return undefined;
  const header = readSdsHeader(bytes, payloadAt, code);
  if (header === undefined || payloadAt !== before + header.size) return undefined;
  if (code === MSTR_8 && before === 0) {
    // The unused byte was never written; where it happens to read as the len of an sdshdr8, so does the rest, and is one.
    const len = bytes[payloadAt - 3];
    if (len <= header.len && bytes[payloadAt + len] === 0) return undefined;
  }
  const end = payloadAt + header.len;
  return end < bytes.length && bytes[end] === 0 ? { header, payloadAt } : undefined;
}

/** What the byte in front of the text says. */
export function describeMstrInfo(info: number): string {
  const type = ['5', '8', '16', '64'][info & TYPE_MASK];
  const metadata = info & HAS_METADATA ? 'with metadata in front (expiry)' : 'no metadata';
  return `flags 0x${info.toString(16).padStart(2, '0')}: type ${info & TYPE_MASK} = mstrhdr${type}, ${metadata}`;
}
