import { basename } from 'node:path';
import type { RangePart } from './dump.ts';
import type { Mapping } from './process-maps.ts';
import { countText, sizeText } from './size-text.ts';

/** A raw range before its place in the process is known. */
export interface UnplacedRange {
  readonly path: string;
  readonly size: number;
  /** Address of its first byte as the user gave it. */
  readonly base: number | undefined;
}

export interface PlacedRange extends Pick<RangePart, 'base' | 'from'> {
  /** Bytes that the file should have: more than it has where its name says so. */
  readonly promised: number;
  /** Why it has no place, in a sentence. */
  readonly trouble: string | undefined;
}

const PAGE = 4096;
const PAIR = /(?<![0-9a-z])(0x)?([0-9a-f]{6,16})[-_.](0x)?([0-9a-f]{6,16})(?![0-9a-z])/i;
const SINGLE = /(?<![0-9a-z])0x([0-9a-f]{6,16})(?![0-9a-z])/i;

/** Base and length that a file name tells: 7f12a000-7f13b000.bin, heap-0x7f12a000-0x7f13b000.dump, 0x7f12a000.bin. */
export function placeInName(path: string, size: number): { base: number; promised: number } | undefined {
  const name = basename(path);
  const pair = PAIR.exec(name);
  if (pair !== null) {
    const start = Number.parseInt(pair[2], 16);
    const end = Number.parseInt(pair[4], 16);
    const marked = pair[1] !== undefined && pair[3] !== undefined;
    // Dates and counters look like hexadecimal digits too; what is no multiple of a page has to say that it is an address.
    const believable = marked || (start % PAGE === 0 && end % PAGE === 0);
    if (Number.isSafeInteger(end) && believable && end - start >= size) return { base: start, promised: end - start };
  }
  const single = SINGLE.exec(name);
  const start = single === null || pair !== null ? Number.NaN : Number.parseInt(single[1], 16);
  return Number.isSafeInteger(start + size) ? { base: start, promised: size } : undefined;
}

/**
 * Where each range lay: as the user says, else as its name says, else at the only mapping of just its size. Mappings that a range
 * already lies in are not given to another. Result in the order of `ranges`.
 */
export function placeRanges(ranges: readonly UnplacedRange[], mappings: readonly Mapping[] | undefined): PlacedRange[] {
  const known = ranges.map((range): PlacedRange | undefined => {
    if (range.base !== undefined) return { base: range.base, from: 'user', promised: range.size, trouble: undefined };
    const named = placeInName(range.path, range.size);
    return named && { ...named, from: 'name', trouble: undefined };
  });
  const free = (mappings ?? []).filter(
    mapping =>
      mapping.readable &&
      !known.some(
        place => place !== undefined && place.base! < mapping.end && place.base! + place.promised > mapping.start,
      ),
  );
  return ranges.map((range, index) => known[index] ?? bySize(range, ranges, known, mappings && free));
}

function bySize(
  { path, size }: UnplacedRange,
  ranges: readonly UnplacedRange[],
  known: readonly (PlacedRange | undefined)[],
  free: readonly Mapping[] | undefined,
): PlacedRange {
  const nowhere = (why: string): PlacedRange => ({
    base: undefined,
    from: undefined,
    promised: size,
    trouble: `The base address of ${basename(path)} is not known: ${why}. Its bytes are shown without addresses; give its base, or name the file for it (0x7f0000000000.bin).`,
  });
  if (free === undefined) return nowhere('neither its name nor a maps file tells it');
  const fitting = free.filter(mapping => mapping.end - mapping.start === size);
  if (fitting.length === 0) return nowhere(`no mapping of the maps file is ${sizeText(size)} long`);
  const rivals = ranges.filter((range, index) => known[index] === undefined && range.size === size).length;
  if (fitting.length > 1) {
    return nowhere(`${countText(fitting.length)} mappings of the maps file are just ${sizeText(size)} long`);
  }
  if (rivals > 1) return nowhere(`${countText(rivals)} files are just ${sizeText(size)} long, but only one mapping is`);
  return { base: fitting[0].start, from: 'maps', promised: size, trouble: undefined };
}
