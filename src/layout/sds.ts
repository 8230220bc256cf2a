import { u16, u32, u64 } from './memory.ts';

/**
 * Simple dynamic strings: a header, the text, a NUL. The sds pointer is the address of the text's first byte; the
 * header ends right before it. Sources: redis src/sds.h and src/sds.c at 3.0.7 (the old header), 3.2.8, 6.0.20, 6.2.14,
 * 7.0.15, 7.4.1; valkey src/sds.h at 8.0.1 and unstable (aux bits).
 *
 * Header codes count as the type bits do, 0…4 for sdshdr5…sdshdr64; 5 is the header of Redis <= 3.0, which has no flags byte.
 */
export const SDS_HEADERS = ['sdshdr5', 'sdshdr8', 'sdshdr16', 'sdshdr32', 'sdshdr64', 'sdshdr'] as const;
export type SdsHeaderName = (typeof SDS_HEADERS)[number];

export const SDS_5 = 0;
export const SDS_8 = 1;
export const SDS_16 = 2;
export const SDS_32 = 3;
export const SDS_64 = 4;
/** `struct sdshdr { unsigned int len, free; char buf[]; }` of Redis <= 3.0. */
export const SDS_OLD = 5;

/** Headers of the mstr, what Redis 7.4 to 8.0 keep a hash's fields in: see src/layout/mstr.ts. No separate string has one. */
export const MSTR_8 = 6;
export const MSTR_16 = 7;
export const MSTR_64 = 8;

/** Bytes of the header in front of the payload, by header code. All new ones are odd, so a new-style sds pointer is odd. */
export const SDS_HEADER_SIZE = [1, 3, 5, 9, 17, 8, 3, 3, 9] as const;

/** Largest len and alloc, by header code (for sdshdr64 what a number holds exactly). */
export const SDS_MAX_LENGTH = [
  31,
  255,
  65_535,
  0xffff_ffff,
  Number.MAX_SAFE_INTEGER,
  0xffff_ffff,
  255,
  65_535,
  Number.MAX_SAFE_INTEGER,
] as const;

/** Bits of the flags byte that hold the type (SDS_TYPE_MASK). */
export const SDS_TYPE_MASK = 7;

/** Header and NUL of an EMBSTR's string: 3 bytes of sdshdr8 behind the 16 of the robj, 1 of NUL behind the text. */
export const EMBSTR_OVERHEAD = 20;
/** From the start of an EMBSTR block to its text. */
export const EMBSTR_PAYLOAD = 19;

export interface SdsHeader {
  /** Index into SDS_HEADERS. */
  readonly code: number;
  /** Bytes of the header. */
  readonly size: number;
  readonly len: number;
  /** Bytes for text, without header and NUL. For sdshdr5, which has none, the length; for the old header len + free. */
  readonly alloc: number;
  /** The flags byte; undefined for the old header. */
  readonly flags: number | undefined;
}

/**
 * The len field of the header with this code that ends before `payload`, or -1 where it would begin before `bytes` does.
 * Says nothing about whether there is such a header: see the flags byte. Allocates nothing.
 */
export function sdsLength(bytes: Uint8Array, payload: number, code: number): number {
  if (payload < SDS_HEADER_SIZE[code]) return -1;
  switch (code) {
    case SDS_5:
      return bytes[payload - 1] >>> 3;
    case SDS_8:
      return bytes[payload - 3];
    case SDS_16:
      return u16(bytes, payload - 5);
    case SDS_32:
      return u32(bytes, payload - 9);
    case SDS_64:
      return u64(bytes, payload - 17);
    case MSTR_8:
      return bytes[payload - 2];
    case MSTR_16:
      return u16(bytes, payload - 3);
    case MSTR_64:
      return u64(bytes, payload - 9);
    default:
      return u32(bytes, payload - 8);
  }
}

/** The alloc of that header (see SdsHeader.alloc), or -1 where it would begin before `bytes` does. */
export function sdsAlloc(bytes: Uint8Array, payload: number, code: number): number {
  if (payload < SDS_HEADER_SIZE[code]) return -1;
  switch (code) {
    case SDS_5:
      return bytes[payload - 1] >>> 3;
    case SDS_8:
      return bytes[payload - 2];
    case SDS_16:
      return u16(bytes, payload - 3);
    case SDS_32:
      return u32(bytes, payload - 5);
    case SDS_64:
      return u64(bytes, payload - 9);
    case MSTR_8:
    case MSTR_16:
    case MSTR_64:
      return sdsLength(bytes, payload, code); // made once, never grown
    default:
      return u32(bytes, payload - 8) + u32(bytes, payload - 4);
  }
}

/** Reads the header with this code that ends before `payload`; undefined where it would begin before `bytes` does. */
export function readSdsHeader(bytes: Uint8Array, payload: number, code: number): SdsHeader | undefined {
  const len = sdsLength(bytes, payload, code);
  if (len < 0) return undefined;
  return {
    code,
    size: SDS_HEADER_SIZE[code],
    len,
    alloc: sdsAlloc(bytes, payload, code),
    flags: code === SDS_OLD ? undefined : bytes[payload - 1],
  };
}

/**
 * Reads the new-style header (3.2 and later) that ends before `payload`, its kind named by the flags byte.
 * Undefined where the type bits name none, the upper bits are set though `auxAllowed` is not, or it would begin before `bytes` does.
 */
export function readSds(bytes: Uint8Array, payload: number, auxAllowed = false): SdsHeader | undefined {
  if (payload < 1) return undefined;
  const code = sdsCodeOfFlags(bytes[payload - 1], auxAllowed);
  return code < 0 ? undefined : readSdsHeader(bytes, payload, code);
}

/**
 * Header code that a flags byte names, or -1. Types 1…4 have their upper five bits zero in Redis 3.2…8.0 and Valkey <= 8.0;
 * from Valkey 8.1 (and Redis's hash entries) the lower three of these are aux bits, which `auxAllowed` lets pass.
 */
export function sdsCodeOfFlags(flags: number, auxAllowed = false): number {
  const type = flags & SDS_TYPE_MASK;
  if (type === SDS_5) return SDS_5;
  if (type > SDS_64) return -1;
  const upper = flags >>> 3;
  return upper === 0 || (auxAllowed && upper < 8) ? type : -1;
}

/** Aux bits of a flags byte of type 1…4 (Valkey >= 8.1: bit 0 expiry, bit 1 value by pointer, bit 2 string reference); 0 for sdshdr5, whose upper bits are its length. */
export function sdsAuxBits(flags: number): number {
  return (flags & SDS_TYPE_MASK) === SDS_5 ? 0 : flags >>> 3;
}

/** One line that names the bits: "flags 0x01: type 1 = sdshdr8, upper bits 0". */
export function describeSdsFlags(flags: number): string {
  const type = flags & SDS_TYPE_MASK;
  const upper = flags >>> 3;
  const head = `flags 0x${flags.toString(16).padStart(2, '0')}: type ${type}`;
  if (type === SDS_5) return `${head} = sdshdr5, upper bits ${upper} = len`;
  if (type > SDS_64) return `${head} names no header of Redis`;
  const name = `${head} = ${SDS_HEADERS[type]}`;
  if (upper === 0) return `${name}, upper bits 0`;
  const set = [0, 1, 2, 3, 4].filter(bit => (upper >>> bit) & 1);
  return `${name}, upper bits ${upper} (aux ${set.length === 1 ? 'bit' : 'bits'} ${set.join(', ')})`;
}

/** Header code that sdsnewlen picks for a new string (sdsReqType, 3.2…8.0); an empty one gets sdshdr8, to be appended to. */
export function sdsCodeForLength(length: number): number {
  if (length === 0) return SDS_8;
  if (length < 32) return SDS_5;
  if (length < 256) return SDS_8;
  if (length < 65_536) return SDS_16;
  return length <= 0xffff_ffff ? SDS_32 : SDS_64;
}

/** Bytes that were asked of the allocator for such a string: header, alloc and NUL. */
export function sdsRequest(code: number, alloc: number): number {
  return SDS_HEADER_SIZE[code] + alloc + 1;
}

export type SdsFieldName = 'len' | 'alloc' | 'free' | 'flags' | 'payload' | 'nul' | 'slack';

/** A half-open range, counted as `payload` was. */
export interface SdsField {
  readonly name: SdsFieldName;
  readonly start: number;
  readonly end: number;
}

/**
 * Where the parts of a string lie, in order, without gaps. `payload` is the position of the text (address or offset);
 * `regionEnd`, exclusive, is where its allocation ends: what follows the NUL up to there is slack, and where it is not
 * given slack ends with alloc. A part without bytes is left out.
 */
export function sdsFields(header: SdsHeader, payload: number, regionEnd?: number): SdsField[] {
  const start = payload - header.size;
  const fields: SdsField[] = [];
  const add = (name: SdsFieldName, from: number, to: number): void => {
    if (to > from) fields.push({ name, start: from, end: to });
  };
  if (header.code === SDS_OLD) {
    add('len', start, start + 4);
    add('free', start + 4, payload);
  } else if (header.code >= MSTR_8) {
    const len = header.code === MSTR_8 ? start + 1 : start;
    add('slack', start, len);
    add('len', len, payload - 1);
    add('flags', payload - 1, payload);
  } else {
    const word = (header.size - 1) / 2;
    add('len', start, start + word);
    add('alloc', start + word, start + 2 * word);
    add('flags', payload - 1, payload);
  }
  const nul = payload + header.len;
  add('payload', payload, nul);
  add('nul', nul, nul + 1);
  add('slack', nul + 1, regionEnd ?? payload + header.alloc + 1);
  return fields;
}

/**
 * How alloc came to be what it is, given the bytes of the allocation and those of the next smaller size class (0 for none):
 * - `usable`: header + alloc + 1 is the whole allocation (sdsnewlen and sdsMakeRoomFor from 6.2 on, commit 3945a3217);
 * - `capped`: the allocation holds more than the header type can count, so alloc is the type's maximum (6.2 on);
 * - `exact`: alloc = len (sdsnewlen up to 6.0; sdsRemoveFreeSpace in every version);
 * - `resized`: more than len, and what was asked for rounds up to this size class (sdsMakeRoomFor up to 6.0, sdsResize from 7.0 on).
 */
export type AllocRule = 'usable' | 'capped' | 'exact' | 'resized';

/** Which rule a header in an allocation of `regionSize` bytes follows, or undefined where alloc does not fit it. */
export function sdsAllocRule(header: SdsHeader, regionSize: number, smallerClass: number): AllocRule | undefined {
  const request = sdsRequest(header.code, header.alloc);
  if (header.len > header.alloc || request > regionSize) return undefined;
  if (request === regionSize) return 'usable';
  if (header.alloc === SDS_MAX_LENGTH[header.code] && header.code !== SDS_5) return 'capped';
  if (request <= smallerClass) return undefined;
  return header.alloc === header.len ? 'exact' : 'resized';
}
