/** What a byte of a text can be part of. Letters and digits make tokens, everything else that prints stands between them. */
export const SEPARATOR = 0;
export const DIGIT = 1;
/** a…f, A…F: letters and hex digits. */
export const LOWER_HEX = 2;
export const LOWER = 4;
export const UPPER_HEX = 8;
export const UPPER = 16;
/** A byte of a UTF-8 character beyond ASCII: counts as a letter. */
export const WIDE = 32;
/** No text. */
export const BINARY = 64;

/** One of the above per byte value. */
export const CHARACTER = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) CHARACTER[byte] = classOf(byte);

function classOf(byte: number): number {
  const character = String.fromCharCode(byte);
  if (byte >= 0x80) return WIDE;
  if (/[0-9]/.test(character)) return DIGIT;
  if (/[a-f]/.test(character)) return LOWER_HEX;
  if (/[g-z]/.test(character)) return LOWER;
  if (/[A-F]/.test(character)) return UPPER_HEX;
  if (/[G-Z]/.test(character)) return UPPER;
  return byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
    ? byte === 0x7f
      ? BINARY
      : SEPARATOR
    : BINARY;
}

/** Bytes of the well-formed UTF-8 character beyond ASCII that begins at `at`, or 0. A character cut off at `end` is as long as what is left of it. */
export function wideCharacter(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at];
  const size = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  const length = Math.min(size, end - at);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    if ((byte & 0xc0) !== 0x80) return 0;
    if (i > 1) continue;
    // Overlong forms, surrogates (U+D800…) and what lies beyond U+10FFFF.
    if ((lead === 0xe0 && byte < 0xa0) || (lead === 0xed && byte > 0x9f)) return 0;
    if ((lead === 0xf0 && byte < 0x90) || (lead === 0xf4 && byte > 0x8f)) return 0;
  }
  return length;
}
