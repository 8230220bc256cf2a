/**
 * Whether bytes[start, end) could be text that a program handles: printable ASCII, tab and line ends, well-formed UTF-8.
 * With `whole` false the last character may be cut off. An empty range is none.
 */
export function plausibleText(bytes: Uint8Array, start: number, end: number, whole = true): boolean {
  if (end <= start) return false;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte < 0x80) {
      if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f) return false;
      at++;
      continue;
    }
    const more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0xc2 || byte > 0xf4) return false;
    // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
    if (at + 1 < end) {
      const second = bytes[at + 1];
      if (byte === 0xe0 && second < 0xa0) return false;
      if (byte === 0xed && second > 0x9f) return false;
      if (byte === 0xf0 && second < 0x90) return false;
      if (byte === 0xf4 && second > 0x8f) return false;
    }
    for (let i = 1; i <= more; i++) {
      if (at + i >= end) return !whole;
      if ((bytes[at + i] & 0xc0) !== 0x80) return false;
    }
    at += more + 1;
  }
  return true;
}
