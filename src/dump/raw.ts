import { type ByteSource, type Dump, DumpError, type Problem, type RangePart, type Segment } from './dump.ts';
import { SegmentedDump } from './segmented-dump.ts';
import { hexText } from './size-text.ts';

/**
 * A range of memory without any header, as gdb's `dump memory FILE START STOP` writes it: one segment over the whole file.
 * `base` is the address of its first byte; undefined when nobody has given it, and addresses then count from 0.
 * `ranges` are the files it is made of, where known. Throws DumpError for a base at which the range cannot lie.
 */
export function openRaw(
  source: ByteSource,
  base: number | undefined,
  problems: readonly Problem[],
  ranges?: readonly RangePart[],
): Dump {
  const start = base ?? 0;
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(start + source.size)) {
    throw new DumpError(
      `A range of ${source.size} bytes cannot lie at ${Number.isSafeInteger(start) ? hexText(start) : start}: addresses of a process are below 2^53.`,
    );
  }
  const segment: Segment = {
    index: 0,
    start,
    end: start + source.size,
    offset: 0,
    present: source.size,
    promised: source.size,
    readable: true,
    writable: true,
    executable: false,
    kind: 'anonymous',
    name: '',
  };
  return new SegmentedDump({
    source,
    format: 'raw',
    machine: 'unknown',
    segments: [segment],
    threads: [],
    modules: [],
    process: undefined,
    auxiliary: new Map(),
    problems,
    baseKnown: base !== undefined,
    ranges,
  });
}
