/**
 * Rows as text. A row's hex bytes are one string, two digits and a space for each byte and one more space after every
 * eighth, so a byte's place in the string and on the screen follow from its column alone.
 */

const GROUP = 8;
const LOWER = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const UPPER = LOWER.map(digits => digits.toUpperCase());
const CHARACTERS = Array.from({ length: 256 }, (_, byte) => printable(byte) ?? '.');

/** The byte as an ASCII character, undefined where it is not printable. */
export function printable(byte: number): string | undefined {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : undefined;
}

export function hexByte(byte: number, uppercase: boolean): string {
  return (uppercase ? UPPER : LOWER)[byte];
}

/** Index of the byte's first digit in the row's hex string. */
export function hexIndex(column: number): number {
  return column * 3 + Math.floor(column / GROUP);
}

/** Characters of a full row's hex string. */
export function hexWidth(bytesPerRow: number): number {
  return hexIndex(bytesPerRow - 1) + 2;
}

/** The column whose digits lie nearest to `character` (a fractional index into the hex string). */
export function hexColumnAt(character: number, bytesPerRow: number): number {
  // A byte owns its digits and half of the blanks on either side.
  const groupWidth = GROUP * 3 + 1;
  const group = Math.max(0, Math.floor((character + 1) / groupWidth));
  const inGroup = Math.floor((character - group * groupWidth + 0.5) / 3);
  return clamp(group * GROUP + clamp(inGroup, 0, GROUP - 1), 0, bytesPerRow - 1);
}

/** The hex string of `bytes`, `lead` columns in. */
export function formatHex(bytes: Uint8Array, lead: number, uppercase: boolean): string {
  const digits = uppercase ? UPPER : LOWER;
  let text = ' '.repeat(hexIndex(lead));
  for (let index = 0; index < bytes.length; index++) {
    const column = lead + index;
    if (index > 0) text += column % GROUP === 0 ? '  ' : ' ';
    text += digits[bytes[index]];
  }
  return text;
}

/** The bytes as ASCII, a dot for each that is not printable, `lead` columns in. */
export function formatText(bytes: Uint8Array, lead: number): string {
  let text = ' '.repeat(lead);
  for (const byte of bytes) text += CHARACTERS[byte];
  return text;
}

/** The ruler above the hex bytes: each column's number in two hex digits. */
export function formatRuler(bytesPerRow: number, uppercase: boolean): string {
  return formatHex(
    Uint8Array.from({ length: bytesPerRow }, (_, column) => column),
    0,
    uppercase,
  );
}

/** Hex digits needed for every value up to and including `largest`, at least 8. */
export function hexDigits(largest: number): number {
  return Math.max(8, largest.toString(16).length);
}

export function formatAddress(value: number, digits: number, uppercase: boolean): string {
  const text = value.toString(16).padStart(digits, '0');
  return uppercase ? text.toUpperCase() : text;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
