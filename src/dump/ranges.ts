import { basename } from 'node:path';
import type { CompositeSource } from './composite-source.ts';
import type { Dump, Problem, RangePart, Segment } from './dump.ts';
import type { Mapping, ProcessMaps } from './process-maps.ts';
import { type PlacedRange, placeRanges } from './range-place.ts';
import { type HeldRange, mappedSegments, plainSegments } from './range-segments.ts';
import { openRaw } from './raw.ts';
import { SegmentedDump } from './segmented-dump.ts';
import { hexText, sizeText } from './size-text.ts';

/**
 * Raw ranges of one process as one dump. `files` are those of `source`, in order. What is wrong is added to `problems`, each in a
 * sentence: a range without a place, two at the same one, a range that the maps do not know, a file shorter than its name says.
 * Where no range has a place, addresses count from 0 through all of them.
 */
export function openRanges(
  source: CompositeSource,
  files: readonly { path: string; base?: number }[],
  maps: ProcessMaps | undefined,
  problems: Problem[],
): Dump {
  const unplaced = files.map(({ path, base }, place) => ({ path, base, size: source.files[place].size }));
  const places = placeRanges(unplaced, maps?.mappings);
  let offset = 0;
  const ranges = unplaced.map(({ path, size }, index): RangePart => {
    const { base, from } = places[index];
    offset += size;
    return { path, offset: offset - size, size, base, from };
  });
  problems.push(...(maps?.problems ?? []));
  // A lone range without a place is nothing unusual, and its base is asked for elsewhere.
  if (ranges.length > 1 || maps !== undefined) problems.push(...troubles(places));
  if (ranges.every(({ base }) => base === undefined)) return openRaw(source, undefined, problems, ranges);
  const held = heldRanges(ranges, places, problems);
  return new SegmentedDump({
    source,
    format: 'raw',
    machine: 'unknown',
    segments: maps === undefined ? plainSegments(held) : segmentsByMaps(held, maps.mappings, problems),
    threads: [],
    modules: modulesOf(maps?.mappings ?? []),
    process: undefined,
    auxiliary: new Map(),
    problems,
    baseKnown: true,
    ranges,
    mapsKnown: maps !== undefined,
  });
}

function troubles(places: readonly PlacedRange[]): Problem[] {
  return places.flatMap(({ trouble }) => (trouble === undefined ? [] : [{ what: 'unsupported', message: trouble }]));
}

/** Sorted by start; where two overlap, the one that begins first keeps the addresses. */
function heldRanges(ranges: readonly RangePart[], places: readonly PlacedRange[], problems: Problem[]): HeldRange[] {
  const placed = ranges
    .flatMap(({ path, offset, size, base }, index) =>
      base === undefined ? [] : [{ path, offset, present: size, start: base, end: base + places[index].promised }],
    )
    .sort((a, b) => a.start - b.start);
  const held: HeldRange[] = [];
  let reached = 0;
  for (const { path, offset, present, start, end } of placed) {
    if (end - start > present) problems.push(shorter(path, present, end - start));
    const from = Math.max(start, reached);
    if (from > start) problems.push(overlapping(path, start));
    if (from >= end) continue;
    reached = end;
    held.push({ start: from, end, offset: offset + from - start, present: Math.max(0, present - (from - start)) });
  }
  return held;
}

function shorter(path: string, size: number, promised: number): Problem {
  return {
    what: 'truncated',
    message: `${basename(path)} is cut off: its name says ${sizeText(promised)}, and it has ${sizeText(size)}. What is there can be read and decoded; no leak verdict is given.`,
  };
}

function overlapping(path: string, base: number): Problem {
  return {
    what: 'damaged',
    message: `${basename(path)} at ${hexText(base)} overlaps another range: one of them has a wrong base, or they were taken at different times. The first at each address is shown; no leak verdict is given.`,
  };
}

function segmentsByMaps(held: readonly HeldRange[], mappings: readonly Mapping[], problems: Problem[]): Segment[] {
  const { segments, outside } = mappedSegments(held, mappings);
  if (outside > 0) {
    problems.push({
      what: 'damaged',
      message: `${sizeText(outside)} of the ranges lie where the maps file lists nothing: it is another process's or another moment's, or a base is wrong. No leak verdict is given.`,
    });
  }
  return segments;
}

function modulesOf(mappings: readonly Mapping[]): Dump['modules'] {
  return mappings
    .filter(({ name }) => name.startsWith('/'))
    .map(({ name, start, end }) => ({ path: name, start, end }));
}
