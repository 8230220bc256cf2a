import type { Place } from '../annotations/annotation.ts';

/** A place in a few words: "0x7f…10 to 0x7f…4f", both ends included, as people say it. */
export function byteRange({ start, end }: Place): string {
  const last = Math.max(start, end - 1);
  return last === start ? hex(start) : `${hex(start)}–${hex(last)}`;
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
