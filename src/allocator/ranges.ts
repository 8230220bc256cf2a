import type { Ranges } from './regions.ts';

/** Collects half-open address ranges in any order; `merged` sorts them and joins those that touch or overlap. */
export class RangeList {
  readonly #pairs: [number, number][] = [];

  /** Ignores empty ranges. */
  add(start: number, end: number): void {
    if (end > start) this.#pairs.push([start, end]);
  }

  addAll(ranges: Ranges): void {
    for (let i = 0; i < ranges.start.length; i++) this.add(ranges.start[i], ranges.end[i]);
  }

  merged(): Ranges {
    const pairs = this.#pairs.sort((a, b) => a[0] - b[0]);
    const start: number[] = [];
    const end: number[] = [];
    for (const [from, to] of pairs) {
      const last = end.length - 1;
      if (last >= 0 && from <= end[last]) end[last] = Math.max(end[last], to);
      else {
        start.push(from);
        end.push(to);
      }
    }
    return { start: shared(start), end: shared(end) };
  }
}

/** Index of the range that holds `address`, or -1. O(log ranges). */
export function rangeAt(ranges: Ranges, address: number): number {
  let low = 0;
  let high = ranges.start.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (ranges.start[middle] <= address) low = middle + 1;
    else high = middle - 1;
  }
  return high >= 0 && address < ranges.end[high] ? high : -1;
}

/** The parts of [start, end) that no range covers, in order. */
export function gapsIn(ranges: Ranges, start: number, end: number): [number, number][] {
  const gaps: [number, number][] = [];
  let at = start;
  let i = firstEndingAfter(ranges, start);
  while (i < ranges.start.length && ranges.start[i] < end) {
    if (ranges.start[i] > at) gaps.push([at, ranges.start[i]]);
    at = Math.max(at, ranges.end[i]);
    i++;
  }
  if (at < end) gaps.push([at, end]);
  return gaps;
}

export function totalBytes(ranges: Ranges): number {
  let bytes = 0;
  for (let i = 0; i < ranges.start.length; i++) bytes += ranges.end[i] - ranges.start[i];
  return bytes;
}

function firstEndingAfter(ranges: Ranges, address: number): number {
  let low = 0;
  let high = ranges.end.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges.end[middle] > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

function shared(values: readonly number[]): Float64Array {
  const column = new Float64Array(new SharedArrayBuffer(values.length * 8));
  column.set(values);
  return column;
}
