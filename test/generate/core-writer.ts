import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { BLOCK } from './address-space.ts';
import { coreNotes } from './core-notes.ts';
import { permissionFlags } from './module-image.ts';
import type { Mapping, ProcessImage } from './process-image.ts';

export interface CoreOptions {
  /** gcore: notes at the end, file offsets unaligned, only ranges with data. kernel: notes first, page-aligned, undumped ranges with filesz 0. */
  readonly style: 'gcore' | 'kernel';
  /** Signal in the notes; 0 for a living process. */
  readonly signal?: number;
  /** Whether file-backed read-only pages (.text, .rodata) are in the core, as with coredump_filter 0x37. */
  readonly fileBacked?: boolean;
  /** Count the program headers in section header 0 (PN_XNUM), as cores of more than 65,534 ranges must. */
  readonly extendedCount?: boolean;
  /** Bytes to keep of the finished file, or a share of it when below 1. */
  readonly truncate?: number;
}

/** A range as the core names it. `fileSize` bytes from `start` are in the file, at `offset`. */
export interface CoreSegment {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly fileSize: number;
  readonly flags: number;
}

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const PN_XNUM = 0xffff;

/** Writes the process as an ELF64 little-endian core; blocks of zeros are left as holes. Returns the ranges as written, in file order. */
export function writeCore(image: ProcessImage, path: string, options: CoreOptions): CoreSegment[] {
  const notes = coreNotes(image, options.style, options.signal ?? 0);
  const segments = layOut(image, options, notes.length);
  const last = segments.reduce((end, segment) => Math.max(end, segment.offset + segment.fileSize), 0);
  const kernel = options.style === 'kernel';
  const notesAt = kernel ? HEADER + PROGRAM_HEADER * (segments.length + 1) : last;
  const tailAt = Math.ceil((kernel ? last : last + notes.length) / 16) * 16;
  const tail = sectionHeaders(segments.length + 1, options);
  const size = tail.length > 0 ? tailAt + tail.length : kernel ? last : last + notes.length;

  const file = openSync(path, 'w');
  try {
    writeSync(file, headers(segments, notes.length, notesAt, tail.length > 0 ? tailAt : 0, options), 0, undefined, 0);
    writeSync(file, notes, 0, undefined, notesAt);
    for (const segment of segments) writeSegment(image, file, segment);
    if (tail.length > 0) writeSync(file, tail, 0, undefined, tailAt);
    const keep = options.truncate ?? size;
    ftruncateSync(file, keep < 1 ? Math.floor(size * keep) : Math.min(keep, size));
  } finally {
    closeSync(file);
  }
  return segments;
}

/** Bytes of a mapping that the core holds. */
function dumpedBytes(mapping: Mapping, image: ProcessImage, options: CoreOptions): number {
  const whole = mapping.end - mapping.start;
  // gdb reads a guard page through ptrace, the kernel leaves it out.
  if (mapping.kind === 'guard') return options.style === 'gcore' ? whole : 0;
  if (mapping.kind === 'text' || mapping.kind === 'rodata') return options.fileBacked ? whole : 0;
  if (mapping.kind === 'elf-header' && options.style === 'kernel') return image.pageSize;
  return whole;
}

function layOut(image: ProcessImage, options: CoreOptions, noteBytes: number): CoreSegment[] {
  const ranges = image
    .sorted()
    .map(mapping => ({ mapping, fileSize: dumpedBytes(mapping, image, options) }))
    .filter(range => options.style === 'kernel' || range.fileSize > 0);
  const front = HEADER + PROGRAM_HEADER * (ranges.length + 1);
  let offset = front;
  if (options.style === 'kernel') offset = Math.ceil((front + noteBytes) / image.pageSize) * image.pageSize;
  return ranges.map(({ mapping, fileSize }) => {
    const segment = { start: mapping.start, end: mapping.end, offset, fileSize };
    offset += fileSize;
    return { ...segment, flags: permissionFlags(mapping.permissions) };
  });
}

function headers(
  segments: readonly CoreSegment[],
  noteBytes: number,
  notesAt: number,
  sectionsAt: number,
  options: CoreOptions,
): Buffer {
  const kernel = options.style === 'kernel';
  const count = segments.length + 1;
  const out = Buffer.alloc(HEADER + PROGRAM_HEADER * count);
  out.write('\x7fELF\x02\x01\x01', 'latin1');
  out.writeUInt16LE(4, 16); // ET_CORE
  out.writeUInt16LE(62, 18); // EM_X86_64
  out.writeUInt32LE(1, 20);
  out.writeBigUInt64LE(BigInt(HEADER), 32);
  out.writeBigUInt64LE(BigInt(sectionsAt), 40);
  out.writeUInt16LE(HEADER, 52);
  out.writeUInt16LE(PROGRAM_HEADER, 54);
  out.writeUInt16LE(options.extendedCount ? PN_XNUM : count, 56);
  out.writeUInt16LE(sectionsAt > 0 ? SECTION_HEADER : 0, 58);
  out.writeUInt16LE(sectionsAt > 0 ? 1 : 0, 60);
  const program = (i: number, type: number, flags: number, words: readonly number[]) => {
    const at = HEADER + PROGRAM_HEADER * i;
    out.writeUInt32LE(type, at);
    out.writeUInt32LE(flags, at + 4);
    words.forEach((word, k) => {
      out.writeBigUInt64LE(BigInt(word), at + 8 + 8 * k);
    });
  };
  program(0, 4, kernel ? 0 : 4, [notesAt, 0, 0, noteBytes, 0, kernel ? 4 : 1]);
  segments.forEach((segment, i) => {
    const memory = segment.end - segment.start;
    const alignment = kernel ? 4096 : 1;
    program(i + 1, 1, segment.flags, [segment.offset, segment.start, 0, segment.fileSize, memory, alignment]);
  });
  return out;
}

/** With PN_XNUM the real count is in sh_info of section header 0 (elf.h); otherwise there are no sections. */
function sectionHeaders(count: number, options: CoreOptions): Buffer {
  if (!options.extendedCount) return Buffer.alloc(0);
  const zero = Buffer.alloc(SECTION_HEADER);
  zero.writeUInt32LE(count, 44);
  return zero;
}

/** Writes the bytes of one mapping and nothing else, as gdb's `dump binary memory` does. */
export function writeRaw(image: ProcessImage, path: string, mapping: Mapping): void {
  const file = openSync(path, 'w');
  try {
    const whole = {
      start: mapping.start,
      end: mapping.end,
      offset: 0,
      fileSize: mapping.end - mapping.start,
      flags: 6,
    };
    writeSegment(image, file, whole);
    ftruncateSync(file, whole.fileSize);
  } finally {
    closeSync(file);
  }
}

function writeSegment(image: ProcessImage, file: number, segment: CoreSegment): void {
  const end = segment.start + segment.fileSize;
  for (let address = segment.start; address < end; ) {
    const step = Math.min(end - address, BLOCK - (address % BLOCK));
    if (image.space.touched(address)) {
      const bytes = image.space.readBytes(address, step);
      writeSync(file, bytes, 0, step, segment.offset + address - segment.start);
    }
    address += step;
  }
}
