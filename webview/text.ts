/** Numbers and bytes in words, the same everywhere in the page. */

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 1234567 -> "1,234,567". */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 80 -> "80 bytes", 1536 -> "1.5 KiB"; at most three significant digits. */
export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  // 1023.5 and more would be written as 1024 of the smaller unit.
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${UNITS[unit]}`;
}

/** 4096 -> "0x1000". */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** 0.973 -> "97 %"; a share that is not all is never called 100 %, one that is not nothing never 0 %. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return '> 99 %';
  if (rounded === 0 && share > 0) return '< 1 %';
  return `${rounded} %`;
}

/** "1 string", "2,000 strings". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
