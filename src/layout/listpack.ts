import { u32 } from './memory.ts';
import { PACKED_END } from './packed.ts';
import { type PackedEntry, signedAt } from './packed-entry.ts';

/** u32 total bytes, u16 elements (LP_HDR_SIZE). */
const HEADER_BYTES = 6;

/**
 * The elements of the listpack at bytes[0…] in order. Source: redis src/listpack.c at 7.0.15 (lpEncodeGetType, lpEncodeBacklen), unchanged
 * up to 8.0. Returns whether it ended as it should: every element's length stands behind it too, and the end byte is the blob's last.
 */
export function* listpackEntries(bytes: Uint8Array): Generator<PackedEntry, boolean> {
  if (bytes.length < HEADER_BYTES + 1) return false;
  const total = u32(bytes, 0);
  if (total > bytes.length) return false;
  let index = 0;
  for (let start = HEADER_BYTES; start < total; index++) {
    if (bytes[start] === PACKED_END) return start === total - 1;
    const body = readBody(bytes, start, total);
    if (body === undefined) return false;
    const { encoding, value, bodyEnd } = body;
    const end = bodyEnd + backLengthBytes(bodyEnd - start);
    if (end >= total || backLength(bytes, end) !== bodyEnd - start) return false;
    yield { index, start, end, encoding, value };
    start = end;
  }
  return false;
}

interface Body {
  readonly encoding: string;
  readonly value: PackedEntry['value'];
  readonly bodyEnd: number;
}

const INTEGERS = [
  { encoding: 'int16', width: 2 },
  { encoding: 'int24', width: 3 },
  { encoding: 'int32', width: 4 },
  { encoding: 'int64', width: 8 },
] as const;

function readBody(bytes: Uint8Array, at: number, total: number): Body | undefined {
  const first = bytes[at];
  const text = (encoding: string, from: number, length: number): Body | undefined =>
    from + length < total ? { encoding, value: { from, to: from + length }, bodyEnd: from + length } : undefined;
  if (first < 0x80) return { encoding: 'uint7', value: BigInt(first), bodyEnd: at + 1 };
  if (first < 0xc0) return text('str6', at + 1, first & 0x3f);
  if (at + neededBytes(first) >= total) return undefined;
  if (first < 0xe0) {
    const value = BigInt.asIntN(13, BigInt(((first & 0x1f) << 8) | bytes[at + 1]));
    return { encoding: 'int13', value, bodyEnd: at + 2 };
  }
  if (first < 0xf0) return text('str12', at + 2, ((first & 0x0f) << 8) | bytes[at + 1]);
  if (first === 0xf0) return text('str32', at + 5, u32(bytes, at + 1));
  const integer = INTEGERS[first - 0xf1];
  if (integer === undefined) return undefined;
  const { encoding, width } = integer;
  return { encoding, value: signedAt(bytes, at + 1, width), bodyEnd: at + 1 + width };
}

/** Bytes of the encoding and, for a number, of its value. */
function neededBytes(first: number): number {
  if (first < 0xf0) return 2;
  return first === 0xf0 ? 5 : 1 + (INTEGERS[first - 0xf1]?.width ?? 0);
}

/** Bytes that the length behind an element of `length` bytes takes. */
function backLengthBytes(length: number): number {
  if (length <= 127) return 1;
  if (length < 16_383) return 2;
  if (length < 2_097_151) return 3;
  return length < 268_435_455 ? 4 : 5;
}

/** The length whose last byte is at bytes[end - 1]: seven bits each, from the right, the top bit says that more come. */
function backLength(bytes: Uint8Array, end: number): number {
  let length = 0;
  let scale = 1;
  for (let at = end - 1; at >= end - 5; at--, scale *= 128) {
    length += (bytes[at] & 127) * scale;
    if (bytes[at] < 128) return length;
  }
  return -1;
}
