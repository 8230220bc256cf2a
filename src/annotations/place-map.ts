import type { Segment } from '../dump/dump.ts';
import type { Place } from './annotation.ts';

/** Address <-> file offset for the bytes the dump holds, from its list of segments alone. */
export class PlaceMap {
  readonly #byAddress: readonly Segment[];
  readonly #byOffset: readonly Segment[];

  constructor(segments: readonly Segment[]) {
    const held = segments.filter(({ present }) => present > 0);
    this.#byAddress = held.toSorted((a, b) => a.start - b.start);
    this.#byOffset = held.toSorted((a, b) => a.offset - b.offset);
  }

  /** Address of the byte at `offset`, or undefined for headers, notes and padding. */
  addressOf(offset: number): number | undefined {
    const segment = lastAtOrBefore(this.#byOffset, ({ offset }) => offset, offset);
    if (segment === undefined || offset >= segment.offset + segment.present) return undefined;
    return segment.start + (offset - segment.offset);
  }

  /** File offset of the byte at `address`, or undefined where the dump does not hold it. */
  offsetOf(address: number): number | undefined {
    const segment = lastAtOrBefore(this.#byAddress, ({ start }) => start, address);
    if (segment === undefined || address >= segment.start + segment.present) return undefined;
    return segment.offset + (address - segment.start);
  }

  /** The place of the file's bytes [start, end): by address where all of them follow each other in memory too. */
  placeOf(start: number, end: number): Place {
    const first = this.addressOf(start);
    const last = end > start ? this.addressOf(end - 1) : first;
    if (first === undefined || last === undefined || last - first !== Math.max(0, end - 1 - start)) {
      return { by: 'offset', start, end };
    }
    return { by: 'address', start: first, end: first + (end - start) };
  }

  /** The file's bytes [start, end) of a place, cut where the dump holds no more of it; undefined where its first byte is absent. */
  rangeOf(place: Place): { start: number; end: number } | undefined {
    if (place.by === 'offset') return { start: place.start, end: place.end };
    const segment = lastAtOrBefore(this.#byAddress, ({ start }) => start, place.start);
    if (segment === undefined || place.start >= segment.start + segment.present) return undefined;
    const start = segment.offset + (place.start - segment.start);
    return { start, end: Math.min(start + (place.end - place.start), segment.offset + segment.present) };
  }
}

function lastAtOrBefore(
  sorted: readonly Segment[],
  key: (segment: Segment) => number,
  value: number,
): Segment | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (key(sorted[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}
