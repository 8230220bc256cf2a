/** 1234567 as "1,234,567": a report reads the same on every machine. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

export function bytesText(value: number): string {
  return value === 1 ? '1 byte' : `${count(value)} bytes`;
}

/** 0…1 as a percentage that never rounds to 100 or 0 what is less or more. */
export function share(value: number): string {
  const percent = 100 * value;
  if (percent > 99.9 && percent < 100) return '> 99.9 %';
  if (percent < 0.1 && percent > 0) return '< 0.1 %';
  return `${percent.toLocaleString('en', { maximumFractionDigits: 1 })} %`;
}
