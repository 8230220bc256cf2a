import { u32 } from './memory.ts';
import { PACKED_END } from './packed.ts';
import { type PackedEntry, signedAt } from './packed-entry.ts';

/** u32 zlbytes, u32 zltail, u16 zllen (ZIPLIST_HEADER_SIZE). */
const HEADER_BYTES = 10;
/** The length of the element before takes five bytes: this and a u32. */
const BIG_PREVIOUS = 0xfe;

/**
 * The elements of the ziplist at bytes[0…] in order. Source: redis src/ziplist.c at 3.2.8, 6.2.14 (ZIP_ENTRY_ENCODING, ZIP_DECODE_LENGTH):
 * length of the element before, encoding, data. Returns whether it ended as it should: every element knows the length of the one before,
 * zltail is the last one's, and the end byte is the blob's last.
 */
export function* ziplistEntries(bytes: Uint8Array): Generator<PackedEntry, boolean> {
  if (bytes.length < HEADER_BYTES + 1) return false;
  const total = u32(bytes, 0);
  if (total > bytes.length) return false;
  let index = 0;
  let last = HEADER_BYTES;
  let before = 0;
  for (let start = HEADER_BYTES; start < total; index++) {
    if (bytes[start] === PACKED_END) return start === total - 1 && u32(bytes, 4) === last;
    const wide = bytes[start] === BIG_PREVIOUS;
    const at = start + (wide ? 5 : 1);
    if (at >= total || (wide ? u32(bytes, start + 1) : bytes[start]) !== before) return false;
    const body = readBody(bytes, at, total);
    if (body === undefined) return false;
    const { encoding, value, end } = body;
    yield { index, start, end, encoding, value };
    last = start;
    before = end - start;
    start = end;
  }
  return false;
}

interface Body {
  readonly encoding: string;
  readonly value: PackedEntry['value'];
  readonly end: number;
}

const INTEGERS = new Map([
  [0xc0, { encoding: 'int16', width: 2 }],
  [0xd0, { encoding: 'int32', width: 4 }],
  [0xe0, { encoding: 'int64', width: 8 }],
  [0xf0, { encoding: 'int24', width: 3 }],
  [0xfe, { encoding: 'int8', width: 1 }],
]);
/** 1111xxxx: a number of 0 to 12 in the encoding itself. */
const FIRST_IMMEDIATE = 0xf1;
const LAST_IMMEDIATE = 0xfd;

function readBody(bytes: Uint8Array, at: number, total: number): Body | undefined {
  const first = bytes[at];
  const text = (encoding: string, from: number, length: number): Body | undefined =>
    from + length < total ? { encoding, value: { from, to: from + length }, end: from + length } : undefined;
  switch (first >>> 6) {
    case 0:
      return text('str6', at + 1, first);
    case 1:
      return at + 2 < total ? text('str14', at + 2, ((first & 0x3f) << 8) | bytes[at + 1]) : undefined;
    case 2: // the one length that is big-endian
      return at + 5 < total ? text('str32', at + 5, bigEndian(bytes, at + 1)) : undefined;
  }
  if (first >= FIRST_IMMEDIATE && first <= LAST_IMMEDIATE) {
    return { encoding: 'int4', value: BigInt(first - FIRST_IMMEDIATE), end: at + 1 };
  }
  const integer = INTEGERS.get(first);
  if (integer === undefined || at + 1 + integer.width >= total) return undefined;
  const { encoding, width } = integer;
  return { encoding, value: signedAt(bytes, at + 1, width), end: at + 1 + width };
}

function bigEndian(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
