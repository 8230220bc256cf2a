import type { ByteSource, Dump, Module, Problem, ProcessInfo, RangePart, Segment, Thread } from './dump.ts';

/** Longest run of bytes `bytes` hands out at once; more than the longest string Redis takes by default (512 MiB). */
export const LONGEST_VIEW = 1024 * 1024 * 1024;

export interface DumpParts {
  readonly source: ByteSource;
  readonly format: Dump['format'];
  readonly machine: Dump['machine'];
  /** Sorted by start, not overlapping, index = place. */
  readonly segments: readonly Segment[];
  readonly threads: readonly Thread[];
  readonly modules: readonly Module[];
  readonly process: ProcessInfo | undefined;
  readonly auxiliary: ReadonlyMap<number, number>;
  readonly problems: readonly Problem[];
  readonly baseKnown: boolean;
  readonly ranges?: readonly RangePart[] | undefined;
  readonly mapsKnown?: boolean;
}

/** A dump as a sorted table of segments over a file. Address and offset look-ups are O(log segments). */
export class SegmentedDump implements Dump {
  readonly source: ByteSource;
  readonly format: Dump['format'];
  readonly machine: Dump['machine'];
  readonly segments: readonly Segment[];
  readonly threads: readonly Thread[];
  readonly modules: readonly Module[];
  readonly process: ProcessInfo | undefined;
  readonly auxiliary: ReadonlyMap<number, number>;
  readonly problems: readonly Problem[];
  readonly baseKnown: boolean;
  readonly ranges: readonly RangePart[] | undefined;
  readonly mapsKnown: boolean;

  readonly #starts: Float64Array;
  readonly #byOffset: OffsetTable;
  #recent: Segment | undefined;
  #scratch = new Uint8Array(64 * 1024);

  constructor(parts: DumpParts) {
    this.source = parts.source;
    this.format = parts.format;
    this.machine = parts.machine;
    this.segments = parts.segments;
    this.threads = parts.threads;
    this.modules = parts.modules;
    this.process = parts.process;
    this.auxiliary = parts.auxiliary;
    this.problems = parts.problems;
    this.baseKnown = parts.baseKnown;
    this.ranges = parts.ranges;
    this.mapsKnown = parts.mapsKnown ?? false;
    this.#starts = Float64Array.from(parts.segments, segment => segment.start);
    this.#byOffset = offsetTable(parts.segments);
  }

  segmentAt(address: number): Segment | undefined {
    const recent = this.#recent;
    if (recent !== undefined && address >= recent.start && address < recent.end) return recent;
    const place = lastAtMost(this.#starts, address);
    if (place < 0) return undefined;
    const segment = this.segments[place];
    if (!(address < segment.end)) return undefined;
    this.#recent = segment;
    return segment;
  }

  offsetOf(address: number): number | undefined {
    const segment = this.segmentAt(address);
    if (segment === undefined || address - segment.start >= segment.present) return undefined;
    return segment.offset + (address - segment.start);
  }

  addressOf(offset: number): number | undefined {
    const place = lastAtMost(this.#byOffset.start, offset);
    if (place < 0 || !(offset < this.#byOffset.end[place])) return undefined;
    const segment = this.segments[this.#byOffset.segment[place]];
    return segment.start + (offset - segment.offset);
  }

  readInto(address: number, into: Uint8Array): number {
    const segment = this.segmentAt(address);
    if (segment === undefined) return 0;
    const within = address - segment.start;
    const length = Math.min(into.length, segment.present - within);
    if (length <= 0) return 0;
    return this.source.read(segment.offset + within, length === into.length ? into : into.subarray(0, length));
  }

  /** As in Memory; runs on across segments whose addresses adjoin. Throws RangeError for more than LONGEST_VIEW bytes. */
  bytes(address: number, length: number): Uint8Array | undefined {
    if (!this.#present(address, length)) return undefined;
    if (length > LONGEST_VIEW) throw new RangeError(`${length} bytes at once are more than ${LONGEST_VIEW}`);
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length);
    const view = this.#scratch.subarray(0, length);
    let done = 0;
    while (done < length) {
      const count = this.readInto(address + done, view.subarray(done));
      if (count === 0) return undefined;
      done += count;
    }
    return view;
  }

  /** Whether every byte is in the file by the segment table, found out before any memory is taken for them. */
  #present(address: number, length: number): boolean {
    if (!(length >= 0)) return false;
    let at = address;
    const end = address + length;
    do {
      const segment = this.segmentAt(at);
      if (segment === undefined) return false;
      const presentEnd = segment.start + segment.present;
      if (at >= presentEnd) return false;
      if (end <= presentEnd) return true;
      at = segment.end;
      if (presentEnd !== segment.end) return false;
    } while (at < end);
    return true;
  }
}

/** Disjoint ranges of the file, sorted, and the segment each belongs to. */
interface OffsetTable {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly segment: Uint32Array;
}

/** Where headers lie and two segments claim the same bytes of the file, the one that begins first has them. */
function offsetTable(segments: readonly Segment[]): OffsetTable {
  const held = segments.filter(segment => segment.present > 0).sort((a, b) => a.offset - b.offset || a.index - b.index);
  const start: number[] = [];
  const end: number[] = [];
  const owner: number[] = [];
  let reached = 0;
  for (const segment of held) {
    const from = Math.max(segment.offset, reached);
    const to = segment.offset + segment.present;
    if (to <= from) continue;
    start.push(from);
    end.push(to);
    owner.push(segment.index);
    reached = to;
  }
  return { start: Float64Array.from(start), end: Float64Array.from(end), segment: Uint32Array.from(owner) };
}

/** Place of the last element of the ascending `sorted` that is <= `value`, or -1. */
export function lastAtMost(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
