import {
  EMBSTR_PAYLOAD,
  SDS_5,
  SDS_8,
  SDS_16,
  SDS_32,
  SDS_64,
  SDS_HEADER_SIZE,
  SDS_MAX_LENGTH,
  SDS_OLD,
  sdsAlloc,
  sdsLength,
  sdsRequest,
} from '../layout/sds.ts';
import { isJemallocClass } from '../layout/size-classes.ts';
import { plausibleText } from './text.ts';

/** Where a found string lies: in a block of its own, in an EMBSTR object, behind the size byte of a key inside another block, behind such a key. */
export type ScanPlace = 'alone' | 'embstr' | 'key' | 'value';

/** Gets each string that is found: its payload's address, len, alloc, header code, place, and whether its bytes are text. */
export type FoundString = (
  payload: number,
  length: number,
  alloc: number,
  code: number,
  place: ScanPlace,
  text: boolean,
) => void;

/** Bytes to look through. Grid places are the indices that are multiples of 8. */
export interface ScanChunk {
  readonly bytes: Uint8Array;
  /** The same memory in 32-bit words. */
  readonly words: Uint32Array;
  /** Address of bytes[0]. */
  readonly address: number;
  /** Bytes that are there; what `bytes` holds behind them is no part of the dump. */
  readonly valid: number;
  /** Whether addresses are those of the process, so that pointers can be followed. */
  readonly baseKnown: boolean;
  /** The byte at an address behind the chunk, -1 where the dump holds none. */
  byteAt(address: number): number;
}

/** Bytes behind a grid place that must be in the chunk: the longest header and as much text as is judged. */
export const SCAN_REACH = 4096 + 64;

const JUDGED_TEXT = 4096;
/** Shorter binary payloads are told from small numbers by nothing. */
const SHORTEST_BINARY = 8;
/** sdsReqType gives sdshdr32 and sdshdr64 only to strings that once were longer than this. */
const SMALLEST_WIDE_ALLOC = 256;
const SHORTEST_OLD = 3;
/** checkStringLength: no string is longer. Four characters of text read as a number are more. */
const LONGEST_STRING = 512 << 20;
/** SDS_MAX_PREALLOC: sdsMakeRoomFor leaves as much free as there is text, at most this. */
const MOST_PREALLOCATED = 1 << 20;
const ROBJ_STRING_EMBSTR = 0x80;
const PAGE_MASK = 0xfff;

/**
 * Finds strings by their bytes alone, for dumps whose allocator is not known. A separately allocated string begins on the
 * 8-byte grid (every allocator's blocks do), so does an EMBSTR object, so does the size byte of a key inside a dictEntry (Valkey 8.0) or
 * an object (Valkey >= 8.1, Redis >= 8.2), whose value may follow it. Believed is what has len <= alloc, a NUL behind the text, and text that is plausible as text;
 * of sdshdr8…64 also what is binary, if alloc is what some allocator or sdsResize would have made it. Empty strings are too like
 * other bytes and left out, unless an EMBSTR's own pointer names them.
 *
 * Looks at the grid places in [from, to) and returns the place where the search must go on: `to`, or behind the last string, whose
 * inside is not searched, so far as it was judged (the rest of a long text and large binary ones are: a freed or wrong one must
 * not hide what it covers). So chunks may be cut anywhere as long as each begins where the one before said and holds SCAN_REACH bytes
 * behind `to` or ends with the memory. Allocates nothing per byte.
 */
export function scanChunk(chunk: ScanChunk, from: number, to: number, found: FoundString): number {
  const { bytes, words, valid } = chunk;
  let at = from;
  while (at < to) {
    const low = words[at >>> 2];
    if (low === 0) {
      at += 8;
      continue;
    }
    const high = words[(at >>> 2) + 1];
    const first = low & 0xff;
    let end = 0;
    if (first === ROBJ_STRING_EMBSTR && bytes[at + 18] === SDS_8) end = embstrAt(chunk, at, found);
    if (end === 0 && ((low >>> 16) & 0xff) === SDS_8) {
      end = headedAt(chunk, at, SDS_8, first, (low >>> 8) & 0xff, found);
    }
    if (end === 0 && (high & 0xff) === SDS_16) end = headedAt(chunk, at, SDS_16, low & 0xffff, low >>> 16, found);
    if (end === 0 && bytes[at + 8] === SDS_32 && low <= high && high >= SMALLEST_WIDE_ALLOC) {
      end = headedAt(chunk, at, SDS_32, low, high, found);
    }
    if (end === 0 && bytes[at + 16] === SDS_64 && high < 0x1f_ffff && at + 16 < valid) {
      const alloc = words[(at >>> 2) + 2] + words[(at >>> 2) + 3] * 0x1_0000_0000;
      if (alloc >= SMALLEST_WIDE_ALLOC && alloc <= SDS_MAX_LENGTH[SDS_64]) {
        end = headedAt(chunk, at, SDS_64, low + high * 0x1_0000_0000, alloc, found);
      }
    }
    if (end === 0 && (first === 1 || first === 3 || first === 5 || first === 9))
      end = sizedKeyAt(chunk, at, first, found);
    if (end === 0 && low >= SHORTEST_OLD && low <= LONGEST_STRING && high <= low + MOST_PREALLOCATED) {
      end = textAt(chunk, at + 8, low, low + high, SDS_OLD, 'alone', found);
    }
    if (end === 0 && (first & 7) === SDS_5 && first !== 0) {
      const length = first >>> 3;
      if (length > 2 || isAlphanumeric(bytes, at + 1, at + 1 + length)) {
        end = textAt(chunk, at + 1, length, length, SDS_5, 'alone', found);
      }
    }
    at = end === 0 ? at + 8 : (end + 7) & ~7;
  }
  return at;
}

/** The string of an EMBSTR object at `at`: index behind its NUL, or 0. Its object's pointer names it. */
function embstrAt(chunk: ScanChunk, at: number, found: FoundString): number {
  const { bytes, words, address, valid } = chunk;
  const payload = at + EMBSTR_PAYLOAD;
  const length = bytes[at + 16];
  const alloc = bytes[at + 17];
  if (payload > valid || length > alloc || !endsWithNul(chunk, payload, length)) return 0;
  const pointer = words[(at >>> 2) + 2] + words[(at >>> 2) + 3] * 0x1_0000_0000;
  const expected = address + payload;
  // Without a base, at least the place within the page must agree.
  const named = chunk.baseKnown
    ? pointer === expected
    : pointer > PAGE_MASK && pointer < 2 ** 57 && pointer % 4096 === expected % 4096;
  if (!named) return 0;
  found(expected, length, alloc, SDS_8, 'embstr', plausibleText(bytes, payload, payload + length));
  return payload + length + 1;
}

/** A string with a header of type 1…4 at `at`: index from where to go on, or 0. */
function headedAt(
  chunk: ScanChunk,
  at: number,
  code: number,
  length: number,
  alloc: number,
  found: FoundString,
): number {
  if (length === 0 || length > alloc) return 0;
  const payload = at + SDS_HEADER_SIZE[code];
  if (payload > chunk.valid || lacksNul(chunk, payload, length)) return 0;
  const text = isText(chunk, payload, length);
  if (!text && (length < SHORTEST_BINARY || isPointer(chunk, at) || !allocIsMade(code, length, alloc))) return 0;
  if (!endsWithNul(chunk, payload, length)) return 0;
  found(chunk.address + payload, length, alloc, code, 'alone', text);
  return text || code === SDS_8 ? judgedEnd(payload, length) : at + 8;
}

/** Whether the word at `at` is a user-space address or a small number: its bytes can look like a header, its zeros like a payload. */
function isPointer({ words }: ScanChunk, at: number): boolean {
  return words[(at >>> 2) + 1] < 0x8000;
}

/** A key behind the byte that tells its header's size (`u8 1 | 3 | 5 | 9`, header, text), and the value that may lie right behind it. */
function sizedKeyAt(chunk: ScanChunk, at: number, size: number, found: FoundString): number {
  const { bytes } = chunk;
  const payload = at + 1 + size;
  const code = SDS_HEADER_SIZE.indexOf(size as (typeof SDS_HEADER_SIZE)[number]);
  const flags = bytes[payload - 1];
  if (code === SDS_5 ? (flags & 7) !== SDS_5 || flags === 0 : flags !== code) return 0;
  const length = sdsLength(bytes, payload, code);
  const alloc = sdsAlloc(bytes, payload, code);
  if (length === 0 || length > alloc) return 0;
  const end = textAt(chunk, payload, length, alloc, code, 'key', found);
  if (end !== payload + length + 1 || end + 3 > chunk.valid || bytes[end + 2] !== SDS_8) return end;
  if (bytes[end] === 0 || bytes[end] > bytes[end + 1]) return end;
  return textAt(chunk, end + 3, bytes[end], bytes[end + 1], SDS_8, 'value', found) || end;
}

/** A string that must be text to be believed: index behind its NUL, or 0. */
function textAt(
  chunk: ScanChunk,
  payload: number,
  length: number,
  alloc: number,
  code: number,
  place: ScanPlace,
  found: FoundString,
): number {
  if (payload > chunk.valid || lacksNul(chunk, payload, length)) return 0;
  if (!isText(chunk, payload, length) || !endsWithNul(chunk, payload, length)) return 0;
  found(chunk.address + payload, length, alloc, code, place, true);
  return judgedEnd(payload, length);
}

/** Index behind what was judged of a string: its NUL, unless it is so long that only its beginning was looked at. */
function judgedEnd(payload: number, length: number): number {
  return payload + (length > JUDGED_TEXT ? JUDGED_TEXT : length + 1);
}

function isText({ bytes, valid }: ScanChunk, payload: number, length: number): boolean {
  const judged = Math.min(length, JUDGED_TEXT);
  return payload + judged <= valid && plausibleText(bytes, payload, payload + judged, judged === length);
}

/** Whether the byte behind the text is in the chunk and no NUL: the cheapest of all checks. */
function lacksNul({ bytes, valid }: ScanChunk, payload: number, length: number): boolean {
  return payload + length < valid && bytes[payload + length] !== 0;
}

function endsWithNul(chunk: ScanChunk, payload: number, length: number): boolean {
  const nul = payload + length;
  return (nul < chunk.valid ? chunk.bytes[nul] : chunk.byteAt(chunk.address + nul)) === 0;
}

/**
 * Whether alloc is what sdsnewlen, sdsMakeRoomFor or sdsResize leave behind: the length, the type's maximum, or what
 * fills a size class of jemalloc or a chunk of glibc.
 */
export function allocIsMade(code: number, length: number, alloc: number): boolean {
  if (alloc === length) return true;
  if ((code === SDS_8 || code === SDS_16) && alloc === SDS_MAX_LENGTH[code]) return true;
  const request = sdsRequest(code, alloc);
  return (request % 16 === 8 && request >= 24) || (request % 8 === 0 && isJemallocClass(request, 8));
}

function isAlphanumeric(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    const letter = byte | 0x20;
    if ((byte < 0x30 || byte > 0x39) && (letter < 0x61 || letter > 0x7a)) return false;
  }
  return end > start;
}
