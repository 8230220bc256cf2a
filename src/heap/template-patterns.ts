import { CHARACTER, DIGIT, LOWER, LOWER_HEX, SEPARATOR, UPPER, UPPER_HEX } from './template-characters.ts';

/** Things that are one token although separators stand in them, or that must be told from their digits. All take bytes[at, end) and allocate nothing. */

const HEX = DIGIT | LOWER_HEX | UPPER_HEX;
const LOWERS = LOWER | LOWER_HEX;
const UPPERS = UPPER | UPPER_HEX;
const DASH = 0x2d;
const UUID_BYTES = 36;

function isToken(bytes: Uint8Array, at: number, end: number): boolean {
  return at < end && CHARACTER[bytes[at]] !== SEPARATOR;
}

/** Whether a UUID (8-4-4-4-12 hex digits, whatever they are) begins at `at` and nothing follows it directly. */
export function isUuid(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + UUID_BYTES > end || isToken(bytes, at + UUID_BYTES, end)) return false;
  for (let i = 0; i < UUID_BYTES; i++) {
    const dash = i === 8 || i === 13 || i === 18 || i === 23;
    if (dash ? bytes[at + i] !== DASH : (CHARACTER[bytes[at + i]] & HEX) === 0) return false;
  }
  return true;
}

function digits(bytes: Uint8Array, at: number, end: number, count: number): number {
  if (at + count > end) return -1;
  let value = 0;
  for (let i = 0; i < count; i++) {
    if (CHARACTER[bytes[at + i]] !== DIGIT) return -1;
    value = value * 10 + bytes[at + i] - 0x30;
  }
  return value;
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}

/** Bytes of a date (2024-01-31, with - / or . between, perhaps with a time of day behind it as ISO 8601 has it) that begins at `at`, or 0. */
export function dateBytes(bytes: Uint8Array, at: number, end: number): number {
  if (at + 10 > end) return 0;
  const between = bytes[at + 4];
  if ((between !== DASH && between !== 0x2f && between !== 0x2e) || bytes[at + 7] !== between) return 0;
  if (!within(digits(bytes, at, end, 4), 1900, 2099)) return 0;
  if (!within(digits(bytes, at + 5, end, 2), 1, 12) || !within(digits(bytes, at + 8, end, 2), 1, 31)) return 0;
  if (!isToken(bytes, at + 10, end)) return 10 + (bytes[at + 10] === 0x20 ? timeBytes(bytes, at + 10, end) : 0);
  return bytes[at + 10] === 0x54 && timeBytes(bytes, at + 10, end) > 0 ? 10 + timeBytes(bytes, at + 10, end) : 0;
}

/** A letter T or a space, then hh:mm, and :ss, a fraction and a zone where they are; 0 where it is something else. */
function timeBytes(bytes: Uint8Array, at: number, end: number): number {
  if (!within(digits(bytes, at + 1, end, 2), 0, 23) || bytes[at + 3] !== 0x3a) return 0;
  if (!within(digits(bytes, at + 4, end, 2), 0, 59)) return 0;
  let next = at + 6;
  if (bytes[next] === 0x3a && within(digits(bytes, next + 1, end, 2), 0, 60)) {
    next += 3;
    if (bytes[next] === 0x2e && digits(bytes, next + 1, end, 1) >= 0) {
      next++;
      while (next < end && CHARACTER[bytes[next]] === DIGIT) next++;
    }
  }
  if (next < end && bytes[next] === 0x5a) next++;
  else if (next < end && (bytes[next] === 0x2b || bytes[next] === DASH) && digits(bytes, next + 1, end, 2) >= 0) {
    next += 3;
    if (bytes[next] === 0x3a && digits(bytes, next + 1, end, 2) >= 0) next += 3;
    else if (digits(bytes, next, end, 2) >= 0) next += 2;
  }
  return isToken(bytes, next, end) ? 0 : next - at;
}

/** Whether bytes[at, at + 8) or [at, at + 14), all digits, are a date without anything between: 20240131, 20240131235959. */
export function isPackedDate(bytes: Uint8Array, at: number, length: number): boolean {
  if (length !== 8 && length !== 14) return false;
  const end = at + length;
  if (!within(digits(bytes, at, end, 4), 1900, 2099) || !within(digits(bytes, at + 4, end, 2), 1, 12)) return false;
  if (!within(digits(bytes, at + 6, end, 2), 1, 31)) return false;
  return (
    length === 8 ||
    (digits(bytes, at + 8, end, 2) < 24 && digits(bytes, at + 10, end, 2) < 60 && digits(bytes, at + 12, end, 2) < 60)
  );
}

export const SHORTEST_BASE64 = 20;
const SHORTEST_WORD = 4;
/** Share of neighbours of different kind (lower, upper, digit) in base64: 0.65 on average; words have few. */
const STANDARD_CHANGES = 0.3;
/** With - and _, which stand between words too, without a digit, or behind a slash. */
const DOUBTFUL_CHANGES = 0.36;

/**
 * Bytes of a base64 text with + / - _ or = in it that begins at `at`, or 0: long, with letters of both cases and digits, which
 * change so often as in no word. One without these marks is a token like any other.
 */
export function base64Bytes(bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  let seen = 0;
  let changes = 0;
  let before = 0;
  let standard = false;
  let marked = false;
  // Lower-case letters in front of the first mark; 0 when there is something else.
  let word = 0;
  let wordOf = 0;
  for (; next < end; next++) {
    const byte = bytes[next];
    const kind = CHARACTER[byte];
    if (kind === SEPARATOR) {
      if (byte === 0x2b || byte === 0x2f) standard = true;
      else if (byte !== DASH && byte !== 0x5f) break;
      // A word in front belongs to the template: sess_4f9aZ…
      if (!marked && word >= SHORTEST_WORD && (byte === DASH || byte === 0x5f)) return 0;
      marked = true;
      before = 0;
      continue;
    }
    const now = kind === DIGIT ? DIGIT : kind & LOWERS ? LOWER : kind & UPPERS ? UPPER : 0;
    if (now === 0) break;
    if (before !== 0 && before !== now) changes++;
    if (!marked) {
      wordOf |= now;
      word = wordOf === LOWER ? word + 1 : 0;
    }
    seen |= now;
    before = now;
  }
  if (next < end && CHARACTER[bytes[next]] !== SEPARATOR) return 0;
  const length = next - at;
  let padding = 0;
  while (padding < 2 && next + padding < end && bytes[next + padding] === 0x3d) padding++;
  if (padding > 0) {
    standard = true;
    marked = true;
  }
  if (!marked || length < SHORTEST_BASE64 || (seen & (LOWER | UPPER)) !== (LOWER | UPPER)) return 0;
  const sure = standard && (seen & DIGIT) !== 0 && CHARACTER[bytes[at]] !== SEPARATOR;
  return changes >= length * (sure ? STANDARD_CHANGES : DOUBTFUL_CHANGES) ? length + padding : 0;
}

/** Kinds of characters in a token, as bits of CHARACTER. */
export const isHexOnly = (seen: number) =>
  (seen & ~HEX) === 0 && (seen & (LOWER_HEX | UPPER_HEX)) !== (LOWER_HEX | UPPER_HEX);
export const hasBothCases = (seen: number) => (seen & LOWERS) !== 0 && (seen & UPPERS) !== 0;
