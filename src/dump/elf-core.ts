import type { ByteSource, Dump, Problem, Segment } from './dump.ts';
import { EM_AARCH64, EM_X86_64, type ProgramHeader, PT_LOAD, PT_NOTE, readProgramHeaders } from './elf-header.ts';
import { type CoreNotes, readNotes } from './elf-notes.ts';
import { nameSegments } from './segment-names.ts';
import { SegmentedDump } from './segmented-dump.ts';
import { countText, sizeText } from './size-text.ts';

const PF_X = 1;
const PF_W = 2;
const PF_R = 4;

/** A PT_LOAD header after it has been held against the file: offsets and addresses are exact numbers. */
interface LoadedRange {
  start: number;
  end: number;
  offset: number;
  promised: number;
  readonly flags: number;
}

/**
 * An ELF64 little-endian core as gcore or the Linux kernel writes it. `head` is the file's first 64 bytes and `machine` its
 * e_machine. Undefined when it describes no memory that can be addressed; `problems` then says why.
 * Segments from 2^53 on (the kernel's [vsyscall] page) are left out: their bytes are seen in file order only.
 */
export function openElfCore(
  source: ByteSource,
  head: Uint8Array,
  machine: number,
  problems: Problem[],
): Dump | undefined {
  const headers = readProgramHeaders(source, head, problems);
  const ranges = disjointRanges(addressableRanges(headers, problems), problems);
  if (ranges.length === 0) {
    problems.push({
      what: 'damaged',
      message: 'The core describes no memory at all. Its bytes are shown as they are, without addresses.',
    });
    return undefined;
  }
  const machineName = machine === EM_X86_64 ? 'x86-64' : machine === EM_AARCH64 ? 'aarch64' : 'unknown';
  if (machineName === 'unknown') {
    problems.push({
      what: 'unsupported',
      message: `This core is from a machine (ELF number ${machine}) whose registers are not understood. Memory and strings can be read; stacks go unnamed and no leak verdict is given.`,
    });
  }
  const noteHeaders = headers.filter(header => header.type === PT_NOTE);
  const notes = readNotes(source, noteHeaders, machineName, problems);
  const segments = segmentsOf(ranges, source.size, notes);
  reportTruncation(segments, source.size, problems);
  return new SegmentedDump({
    source,
    format: 'elf-core',
    machine: machineName,
    segments,
    threads: notes.threads,
    modules: notes.modules,
    process: notes.process,
    auxiliary: notes.auxiliary,
    problems,
    baseKnown: true,
  });
}

function addressableRanges(headers: readonly ProgramHeader[], problems: Problem[]): LoadedRange[] {
  const ranges: LoadedRange[] = [];
  let impossible = 0;
  for (const header of headers) {
    if (header.type !== PT_LOAD || header.address > Number.MAX_SAFE_INTEGER) continue;
    let size = header.memorySize;
    if (header.address + size > Number.MAX_SAFE_INTEGER || header.fileSize > size) {
      impossible++;
      size = Math.min(size, header.fileSize);
    }
    const end = header.address + size;
    if (size === 0 || end > Number.MAX_SAFE_INTEGER) continue;
    const promised = Math.min(header.fileSize, size);
    ranges.push({ start: header.address, end, offset: header.offset, promised, flags: header.flags });
  }
  if (impossible > 0) {
    problems.push({
      what: 'damaged',
      message: `${countText(impossible)} of the core's program headers have sizes that are not possible. What they can mean is shown; the rest of the file is complete in file order.`,
    });
  }
  return ranges;
}

/** Sorted by start; where two overlap, the one that begins first keeps the addresses. */
function disjointRanges(ranges: LoadedRange[], problems: Problem[]): LoadedRange[] {
  ranges.sort((a, b) => a.start - b.start);
  const disjoint: LoadedRange[] = [];
  let reached = 0;
  let overlapping = 0;
  for (const range of ranges) {
    const hidden = reached - range.start;
    if (hidden > 0) {
      overlapping++;
      if (range.end <= reached) continue;
      range.start = reached;
      range.offset += hidden;
      range.promised = Math.max(0, range.promised - hidden);
    }
    reached = range.end;
    disjoint.push(range);
  }
  if (overlapping > 0) {
    problems.push({
      what: 'damaged',
      message: `${countText(overlapping)} of the core's segments overlap others in memory. The first at each address is shown; the rest of the file is complete in file order.`,
    });
  }
  return disjoint;
}

function segmentsOf(ranges: readonly LoadedRange[], fileSize: number, notes: CoreNotes): Segment[] {
  const names = nameSegments(
    ranges.map(range => ({ start: range.start, end: range.end, writable: (range.flags & PF_W) !== 0 })),
    notes,
  );
  return ranges.map((range, index) => ({
    index,
    start: range.start,
    end: range.end,
    offset: range.offset,
    present: Math.min(range.promised, Math.max(0, fileSize - range.offset)),
    promised: range.promised,
    readable: (range.flags & PF_R) !== 0,
    writable: (range.flags & PF_W) !== 0,
    executable: (range.flags & PF_X) !== 0,
    ...names[index],
  }));
}

function reportTruncation(segments: readonly Segment[], fileSize: number, problems: Problem[]): void {
  let cut = 0;
  let missing = 0;
  for (const segment of segments) {
    if (segment.present === segment.promised) continue;
    cut++;
    missing += segment.promised - segment.present;
  }
  if (cut === 0) return;
  problems.push({
    what: 'truncated',
    message:
      `The core is cut off: the file ends at ${sizeText(fileSize)}, and ${sizeText(missing)} of ${countText(cut)} of its ` +
      `${countText(segments.length)} segments are missing. What is there can be read and decoded; no leak verdict is given. ` +
      'Was the disk full, or a size limit (ulimit -c, ProcessSizeMax) reached when it was written?',
  });
}
