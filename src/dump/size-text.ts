const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A size in bytes for people: "17 bytes", "4.0 KiB", "12.4 MiB" (powers of 1,024, one decimal). */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes / 1024;
  let unit = 0;
  // 1,023.96 would print as "1024.0", so move on to the next unit a little early.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** "1,024": a whole number with separators, the same in every locale. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** "0x7f0012345678": lower-case hex without padding. */
export function hexText(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
