import { BINARY, CHARACTER, DIGIT, SEPARATOR, WIDE, wideCharacter } from './template-characters.ts';
import {
  base64Bytes,
  dateBytes,
  hasBothCases,
  isHexOnly,
  isPackedDate,
  isUuid,
  SHORTEST_BASE64,
} from './template-patterns.ts';

/** What one token looks like by itself. What it is a place decides: see template-place.ts. */
export const TOKEN = {
  number: 0,
  /** 20240131 or 20240131235959. */
  packedDate: 1,
  word: 2,
  /** Letters, all of them hex digits of one case. */
  hexWord: 3,
  /** Letters and then digits: user123. */
  named: 4,
  /** The same, all hex digits: ab12. */
  hexNamed: 5,
  /** Hex digits of one case, digits and letters mixed. */
  hex: 6,
  /** Letters of one case and digits. */
  mixed: 7,
  /** Letters of both cases and digits. */
  bothCases: 8,
  /** With + / - _ or = in it. */
  base64: 9,
  uuid: 10,
  date: 11,
  /** No text, to the end. */
  bytes: 12,
  /** Several words with spaces between, to the end. */
  prose: 13,
} as const;

/** Tokens looked at; what follows is left out of the template. */
export const MOST_TOKENS = 12;
/** Bytes looked at. */
export const MOST_BYTES = 512;
/** So many tokens with only spaces between are prose. */
const PROSE = 4;

/** In a skeleton; separators stand for themselves, and none of them is below 9. */
const CODE = { token: 1, uuid: 2, date: 3, bytes: 4, prose: 5, cut: 6 } as const;

const SEED_LOW = 0x811c_9dc5 | 0;
const SEED_HIGH = 0x2545_f491;
const mixLow = (hash: number, value: number) => Math.imul(hash ^ value, 0x0100_0193);
const mixHigh = (hash: number, value: number) => Math.imul((hash << 5) ^ (hash >>> 27) ^ value, 0x9e37_79b1);

const isStrong = (byte: number) => byte === 0x3a || byte === 0x2f || byte === 0x7c;
const isSpacing = (byte: number) => byte === 0x20 || byte === 0x2c || byte === 0x2e;
const joins = (byte: number) => byte === 0x2b || byte === 0x2f || byte === 0x2d || byte === 0x5f || byte === 0x3d;

/**
 * The tokens of one text, and its skeleton: separators as they are, tokens without their content. One object reads many texts
 * one after the other and allocates nothing.
 */
export class TemplateTokens {
  count = 0;
  /** Of each token: its TOKEN, first byte and length (counted from the text's first byte), and a 64-bit hash. */
  readonly kind = new Uint8Array(MOST_TOKENS);
  readonly start = new Uint32Array(MOST_TOKENS);
  readonly length = new Uint32Array(MOST_TOKENS);
  readonly low = new Int32Array(MOST_TOKENS);
  readonly high = new Int32Array(MOST_TOKENS);
  /** Of the letters that a `named` token begins with. */
  readonly prefixLow = new Int32Array(MOST_TOKENS);
  readonly prefixHigh = new Int32Array(MOST_TOKENS);
  /** Hash of the skeleton. */
  skeletonLow = 0;
  skeletonHigh = 0;
  /** Hash of the skeleton up to the second token; both 0 where there is none. */
  shortLow = 0;
  shortHigh = 0;
  /** Bytes before the second token. */
  shortEnd = 0;
  /** Bytes that the tokens and the separators around them cover; the text may go on. */
  covered = 0;
  /** The text goes on behind what the tokens cover. */
  cut = false;

  readonly #before = { low: new Int32Array(MOST_TOKENS), high: new Int32Array(MOST_TOKENS) };
  #low = SEED_LOW;
  #high = SEED_HIGH;

  /** Reads bytes[from, from + length). */
  read(bytes: Uint8Array, from: number, length: number): void {
    const end = from + Math.min(length, MOST_BYTES);
    this.count = 0;
    this.cut = length > MOST_BYTES;
    this.#low = SEED_LOW;
    this.#high = SEED_HIGH;
    this.shortLow = this.shortHigh = this.shortEnd = 0;
    let at = from;
    let proseFrom = 0;
    let onlySpacing = true;
    let spaced = true;
    let tokenEnd = from;
    let strong = from;
    let strongCount = 0;
    let strongLow = this.#low;
    let strongHigh = this.#high;
    for (;;) {
      if (at >= end) break;
      const byte = bytes[at];
      const kind = CHARACTER[byte];
      if (kind === SEPARATOR) {
        if (joins(byte) && at + SHORTEST_BASE64 <= end && this.count < MOST_TOKENS) {
          const length = base64Bytes(bytes, at, end);
          if (length > 0) {
            this.#add(TOKEN.base64, at - from, length, 0, 0);
            this.#mix(CODE.token);
            at += length;
            continue;
          }
        }
        this.#mix(byte);
        if (byte === 0x20) spaced = true;
        else if (!isSpacing(byte)) onlySpacing = false;
        at++;
        // In bytes that are no text such a sign comes by chance too, but seldom behind a name or a number.
        if (isStrong(byte) && tokenEnd === at - 1 && this.#isName(this.count - 1)) {
          strong = at;
          strongCount = this.count;
          strongLow = this.#low;
          strongHigh = this.#high;
        }
        continue;
      }
      if (this.count === MOST_TOKENS) {
        this.cut = true;
        break;
      }
      if (this.count === 1) {
        this.shortLow = this.#low;
        this.shortHigh = this.#high;
        this.shortEnd = at - from;
      }
      const next = kind === BINARY ? 0 : this.#token(bytes, from, at, end);
      if (next === 0) {
        this.count = strongCount;
        this.#low = strongLow;
        this.#high = strongHigh;
        if (this.count <= 1) this.shortLow = this.shortHigh = 0;
        this.#rest(bytes, from, strong, TOKEN.bytes, length);
        return;
      }
      const here = this.count - 1;
      if (!(spaced && onlySpacing)) proseFrom = here;
      onlySpacing = true;
      spaced = false;
      tokenEnd = next;
      at = next;
      if (here - proseFrom + 1 === PROSE) {
        this.count = proseFrom;
        this.#low = this.#before.low[proseFrom];
        this.#high = this.#before.high[proseFrom];
        if (proseFrom <= 1) this.shortLow = this.shortHigh = 0;
        this.#rest(bytes, from, from + this.start[proseFrom], TOKEN.prose, length);
        return;
      }
    }
    this.covered = at - from;
    if (this.cut) this.#mix(CODE.cut);
    this.skeletonLow = this.#low;
    this.skeletonHigh = this.#high;
  }

  #isName(token: number): boolean {
    return token >= 0 && (this.length[token] > 1 || this.kind[token] === TOKEN.number);
  }

  /** Ends the text with one token from `at` on. */
  #rest(bytes: Uint8Array, from: number, at: number, kind: number, length: number): void {
    const hash = kind === TOKEN.bytes ? (bytes[at] << 8) | (from + length > at + 1 ? bytes[at + 1] : 0) : 0;
    this.cut = false;
    if (this.count === MOST_TOKENS) this.cut = true;
    else this.#add(kind, at - from, from + length - at, mixLow(SEED_LOW, hash), mixHigh(SEED_HIGH, hash));
    this.#mix(this.cut ? CODE.cut : kind === TOKEN.bytes ? CODE.bytes : CODE.prose);
    this.covered = this.cut ? at - from : length;
    this.skeletonLow = this.#low;
    this.skeletonHigh = this.#high;
  }

  #mix(value: number): void {
    this.#low = mixLow(this.#low, value);
    this.#high = mixHigh(this.#high, value);
  }

  #add(kind: number, start: number, length: number, low: number, high: number): void {
    const at = this.count++;
    this.kind[at] = kind;
    this.start[at] = start;
    this.length[at] = length;
    this.low[at] = low;
    this.high[at] = high;
    this.#before.low[at] = this.#low;
    this.#before.high[at] = this.#high;
  }

  /** Adds the token that begins at `at`; gives the place behind it, or 0 where there is a byte in it that is no text. */
  #token(bytes: Uint8Array, from: number, at: number, end: number): number {
    const first = CHARACTER[bytes[at]];
    if (at + 36 <= end && bytes[at + 8] === 0x2d && isUuid(bytes, at, end)) {
      this.#add(TOKEN.uuid, at - from, 36, 0, 0);
      this.#mix(CODE.uuid);
      return at + 36;
    }
    if (first === DIGIT && at + 10 <= end) {
      const length = dateBytes(bytes, at, end);
      if (length > 0) {
        this.#add(TOKEN.date, at - from, length, 0, 0);
        this.#mix(CODE.date);
        return at + length;
      }
    }
    let low = SEED_LOW;
    let high = SEED_HIGH;
    let prefixLow = SEED_LOW;
    let prefixHigh = SEED_HIGH;
    let seen = 0;
    // Letters, then digits, then nothing more: 0, 1; anything else 2.
    let order = first === DIGIT ? 2 : 0;
    let next = at;
    while (next < end) {
      const byte = bytes[next];
      const kind = CHARACTER[byte];
      if (kind === SEPARATOR) break;
      if (kind === BINARY) return 0;
      seen |= kind;
      if (kind === DIGIT) {
        if (order === 0) {
          order = 1;
          prefixLow = low;
          prefixHigh = high;
        }
      } else if (order === 1) order = 2;
      let size = 1;
      if (kind === WIDE) {
        size = wideCharacter(bytes, next, end);
        if (size === 0) return 0;
      }
      for (const last = next + size; next < last; next++) {
        low = mixLow(low, bytes[next]);
        high = mixHigh(high, bytes[next]);
      }
    }
    if (next < end && joins(bytes[next])) {
      const length = base64Bytes(bytes, at, end);
      if (length > 0) {
        this.#add(TOKEN.base64, at - from, length, 0, 0);
        this.#mix(CODE.token);
        return at + length;
      }
    }
    this.prefixLow[this.count] = prefixLow;
    this.prefixHigh[this.count] = prefixHigh;
    this.#add(kindOf(bytes, at, next - at, seen, order === 1), at - from, next - at, low, high);
    this.#mix(CODE.token);
    return next;
  }
}

function kindOf(bytes: Uint8Array, at: number, length: number, seen: number, named: boolean): number {
  if (seen === DIGIT) return isPackedDate(bytes, at, length) ? TOKEN.packedDate : TOKEN.number;
  const hex = isHexOnly(seen);
  if ((seen & DIGIT) === 0) return hex ? TOKEN.hexWord : TOKEN.word;
  if (named) return hex ? TOKEN.hexNamed : TOKEN.named;
  if (hex) return TOKEN.hex;
  return hasBothCases(seen) ? TOKEN.bothCases : TOKEN.mixed;
}
