import type { ByteSource, Dump, Segment } from '../../src/dump/dump.ts';
import { SegmentedDump } from '../../src/dump/segmented-dump.ts';

/** A range of anonymous, writable memory at an address. */
export interface Range {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Bytes of the file in front of the first range, so that offsets and addresses differ in an odd way. */
export const FILE_LEAD = 4072;

/** A core whose file holds these ranges (ascending, not overlapping) one behind the other, in memory. */
export function dumpOf(ranges: readonly Range[], baseKnown = true): Dump {
  const size = ranges.reduce((sum, { bytes }) => sum + bytes.length, FILE_LEAD);
  const file = new Uint8Array(size);
  const segments: Segment[] = [];
  let offset = FILE_LEAD;
  for (const [index, { start, bytes }] of ranges.entries()) {
    file.set(bytes, offset);
    segments.push({
      index,
      start,
      end: start + bytes.length,
      offset,
      present: bytes.length,
      promised: bytes.length,
      readable: true,
      writable: true,
      executable: false,
      kind: 'anonymous',
      name: '',
    });
    offset += bytes.length;
  }
  const source: ByteSource = {
    size,
    read(from, into) {
      const part = file.subarray(from, Math.min(size, from + into.length));
      into.set(part);
      return part.length;
    },
    close() {},
  };
  return new SegmentedDump({
    source,
    format: baseKnown ? 'elf-core' : 'raw',
    machine: 'x86-64',
    segments,
    threads: [],
    modules: [],
    process: undefined,
    auxiliary: new Map(),
    problems: [],
    baseKnown,
  });
}

/** Bytes from hex pairs and quoted text: "3c 3c 01 'abc' 00". */
export function bytesOf(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const [, quoted, pair] of text.matchAll(/'([^']*)'|([0-9a-f]{2})/g)) {
    if (quoted !== undefined) bytes.push(...Buffer.from(quoted));
    else bytes.push(Number.parseInt(pair, 16));
  }
  return Uint8Array.from(bytes);
}

/** Writes `what` into `bytes` at `at`. */
export function put(bytes: Uint8Array, at: number, what: string | Uint8Array): void {
  bytes.set(typeof what === 'string' ? bytesOf(what) : what, at);
}
