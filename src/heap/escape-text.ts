/** At most this many bytes of a string are shown. */
export const SHOWN_TEXT = 4096;

/**
 * Bytes as one line of printable text: UTF-8 where it is well-formed and visible, `\xNN` for every other byte, and `\\` for a backslash.
 * Cut between characters once `limit` bytes were taken.
 */
export function escapeText(bytes: Uint8Array, limit = SHOWN_TEXT): string {
  const end = Math.min(bytes.length, limit);
  let text = '';
  let at = 0;
  while (at < end) {
    const byte = bytes[at];
    if (byte >= 0x20 && byte < 0x7f) {
      text += byte === 0x5c ? '\\\\' : String.fromCharCode(byte);
      at++;
      continue;
    }
    const size = byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 1;
    const character = size > 1 && at + size <= end ? visible(bytes.subarray(at, at + size)) : undefined;
    if (character === undefined) {
      text += `\\x${byte.toString(16).padStart(2, '0')}`;
      at++;
    } else {
      text += character;
      at += size;
    }
  }
  return text;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The character these bytes encode, unless it is a control, a format character, a lone mark, a separator or nothing at all. */
function visible(bytes: Uint8Array): string | undefined {
  try {
    // A copy: the decoder refuses views of shared memory.
    const character = decoder.decode(bytes.slice());
    return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? character : undefined;
  } catch {
    return undefined;
  }
}
