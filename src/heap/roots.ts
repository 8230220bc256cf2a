import type { Ranges, RegionTable } from '../allocator/regions.ts';
import type { Dump, Segment } from '../dump/dump.ts';

/** Bytes below the stack pointer that a leaf function may still use (System V ABI x86-64, the red zone). */
const RED_ZONE = 128;

/** A range of memory whose words are looked at: half-open addresses. */
export interface RootRange {
  readonly start: number;
  readonly end: number;
  /** Below the stack pointer: what is there was once true. A word there is weak. */
  readonly stale: boolean;
  readonly segment: Segment;
}

/**
 * Memory that is reachable by definition: what is writable and not owned by the allocator (.data, .bss, TLS, stacks from
 * 128 bytes below the stack pointer, glibc's heap beside jemalloc, anonymous mappings). In ascending order.
 */
export function rootRanges(dump: Dump, regions: RegionTable): RootRange[] {
  const taken = union(regions);
  const ranges: RootRange[] = [];
  let next = 0;
  for (const segment of dump.segments) {
    if (!segment.writable || segment.present === 0) continue;
    const end = segment.start + segment.present;
    const live = liveStackFrom(dump, segment);
    let at = segment.start;
    while (next > 0 && taken.start[next - 1] > at) next--;
    while (next < taken.start.length && taken.end[next] <= at) next++;
    let k = next;
    while (at < end) {
      const stop = k < taken.start.length ? Math.min(end, Math.max(at, taken.start[k])) : end;
      if (stop > at) {
        if (at < live) ranges.push({ start: at, end: Math.min(stop, live), stale: true, segment });
        if (stop > live) ranges.push({ start: Math.max(at, live), end: stop, stale: false, segment });
      }
      at = k < taken.start.length ? Math.max(stop, taken.end[k]) : end;
      k++;
    }
  }
  return ranges;
}

/**
 * The lowest address of a segment that still counts. Where several threads have their stacks in one segment,
 * the lowest stack pointer decides: rather a stale root than a missed one.
 */
function liveStackFrom(dump: Dump, segment: Segment): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const thread of dump.threads) {
    const pointer = thread.stackPointer;
    if (pointer >= segment.start && pointer < segment.end) lowest = Math.min(lowest, pointer - RED_ZONE);
  }
  return lowest === Number.POSITIVE_INFINITY ? segment.start : Math.max(segment.start, Math.floor(lowest / 8) * 8);
}

/** The allocator's ranges and its metadata as one sorted list without overlaps. */
function union(regions: RegionTable): Ranges {
  const all: [number, number][] = [];
  for (const ranges of [regions.owned, regions.metadata]) {
    for (let i = 0; i < ranges.start.length; i++) all.push([ranges.start[i], ranges.end[i]]);
  }
  const { slabs } = regions;
  for (let slab = 0; slab < slabs.count; slab++) {
    const end = slabs.base[slab] + slabs.regionSize[slab] * slabs.regions[slab];
    const before = all.length > 0 ? all[all.length - 1] : undefined;
    if (before !== undefined && slab > 0 && before[1] === slabs.base[slab]) before[1] = end;
    else all.push([slabs.base[slab], end]);
  }
  all.sort((a, b) => a[0] - b[0]);
  const start: number[] = [];
  const end: number[] = [];
  for (const [from, to] of all) {
    if (start.length > 0 && from <= end[end.length - 1]) end[end.length - 1] = Math.max(end[end.length - 1], to);
    else if (to > from) {
      start.push(from);
      end.push(to);
    }
  }
  return { start: Float64Array.from(start), end: Float64Array.from(end) };
}

/**
 * The kernel leaves out a private mapping of a module that was never written to (vma_dump_size, fs/coredump.c): it holds
 * what the file holds, and no pointer into the heap. A sign is that other parts of the same file are there.
 */
function neverWritten(dump: Dump, segment: Segment): boolean {
  if (dump.format !== 'elf-core' || segment.kind !== 'file' || segment.promised > 0 || segment.name === '')
    return false;
  return dump.segments.some(one => one.name === segment.name && one.writable && one.present > 0);
}

/**
 * Why a verdict of "leaked" cannot be given: roots that are missing, each in a sentence. Empty when all are there. Raw ranges
 * have no registers; where the maps show that they hold all writable memory, whole stacks stand in for them.
 */
export function missingRoots(dump: Dump): string[] {
  const missing: string[] = [];
  if (dump.format === 'raw' && dump.mapsKnown !== true) {
    missing.push('This is a range of memory without registers, stacks and globals: what they point at is not known.');
    return missing;
  }
  for (const segment of dump.segments) {
    const absent = segment.end - segment.start - segment.present;
    if (!segment.writable || absent <= 0 || neverWritten(dump, segment)) continue;
    const what = segment.name === '' ? segment.kind : segment.name;
    const place = `0x${(segment.start + segment.present).toString(16)}…0x${segment.end.toString(16)}`;
    missing.push(`Writable memory of ${what} at ${place} is not in the file (${absent} bytes).`);
  }
  if (dump.threads.length === 0 && dump.format !== 'raw')
    missing.push('The dump names no thread: registers and stacks are not known.');
  for (const problem of dump.problems) {
    if (problem.what === 'truncated' || problem.what === 'damaged') missing.push(problem.message);
  }
  for (const thread of dump.threads) {
    const segment = dump.segmentAt(thread.stackPointer);
    if (segment === undefined || thread.stackPointer - segment.start >= segment.present) {
      missing.push(`The stack of thread ${thread.id} is not in the dump.`);
    }
  }
  return missing;
}
