/**
 * Makes text from a dump harmless to look at: what does not print, or changes how its neighbours are read (control and
 * format characters, right-to-left marks, line and paragraph separators, lone surrogates, private use), is written as an escape.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

export function printable(text: string): string {
  return text.replace(UNPRINTABLE, character => {
    const code = character.codePointAt(0)!;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Bytes as text: UTF-8 where all of them are (a sequence cut off at the end is left away), else ASCII with the other bytes as \xNN. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return printable(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true }));
  } catch {
    return Array.from(bytes, byte =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    ).join('');
  }
}

/** At most `limit` characters, and an ellipsis where there were more. */
export function shortened(text: string, limit: number): string {
  const characters = Array.from(text.slice(0, 2 * limit + 2));
  return characters.length > limit ? `${characters.slice(0, limit).join('')}…` : text;
}
