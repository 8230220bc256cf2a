import type { Memory } from '../layout/memory.ts';

/** Positional, synchronous, read-only access to one file. It knows bytes, not dumps. */
export interface ByteSource {
  /** Size in bytes when it was opened. */
  readonly size: number;
  /** Reads up to `into.length` bytes from `offset`; returns how many there were. Short only where the file ends. Throws DumpError when the disk fails. */
  read(offset: number, into: Uint8Array): number;
  close(): void;
}

/** What cannot be opened or read, in a sentence that says what is wrong and what to do. */
export class DumpError extends Error {
  override readonly name = 'DumpError';
}

export type SegmentKind = 'file' | 'heap' | 'stack' | 'anonymous' | 'vdso';

/** One mapped range. Ranges are half-open: [start, end). Addresses are numbers below 2^53. */
export interface Segment {
  /** Place in `Dump.segments`. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** Where its first byte lies in the file. */
  readonly offset: number;
  /** Bytes from `start` that the file really holds; the rest up to `end` was not dumped (filesz < memsz) or was cut off (a truncated file). Never zeros. */
  readonly present: number;
  /** Bytes the header promised to be in the file: more than `present` where the file is truncated. */
  readonly promised: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly kind: SegmentKind;
  /** Path of the mapped file (of its module for .bss), or `[heap]`, `[stack]`, or '' for anonymous memory. */
  readonly name: string;
}

export interface Thread {
  readonly id: number;
  /** General registers in the order of the kernel's user_regs_struct; on x86-64 27 words, rsp at 19. Values are raw 64-bit words. */
  readonly registers: BigUint64Array;
  readonly stackPointer: number;
  readonly programCounter: number;
}

/** A mapped file of the process (NT_FILE). */
export interface Module {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export interface ProcessInfo {
  readonly name: string;
  readonly arguments: string;
  readonly pid: number;
}

/** A line of text about something wrong with the dump, and what still works. */
export interface Problem {
  readonly what: 'truncated' | 'damaged' | 'unsupported' | 'changed' | 'unreadable';
  readonly message: string;
}

/** One file of a dump that is made of raw ranges. */
export interface RangePart {
  readonly path: string;
  /** Where its first byte lies among the bytes of all files. */
  readonly offset: number;
  readonly size: number;
  /** Address of its first byte, and who said so: undefined where nobody did, and its bytes then have no address among others that do. */
  readonly base: number | undefined;
  readonly from: 'user' | 'name' | 'maps' | undefined;
}

/** The file, as ranges of a process's memory. */
export interface Dump extends Memory {
  readonly source: ByteSource;
  readonly format: 'elf-core' | 'raw';
  readonly machine: 'x86-64' | 'aarch64' | 'unknown';
  /** Sorted by start, not overlapping in memory. */
  readonly segments: readonly Segment[];
  readonly threads: readonly Thread[];
  readonly modules: readonly Module[];
  readonly process: ProcessInfo | undefined;
  /** ELF auxiliary vector (AT_* -> value), empty when absent. */
  readonly auxiliary: ReadonlyMap<number, number>;
  readonly problems: readonly Problem[];
  /** False for a raw range whose base address nobody has given: addresses then count from 0. */
  readonly baseKnown: boolean;
  /** The files of a dump of raw ranges, in the order of their offsets; undefined for a core. */
  readonly ranges?: readonly RangePart[] | undefined;
  /** Whether a copy of /proc/PID/maps told what the process had mapped, so that `segments` has what no raw range holds, too. */
  readonly mapsKnown?: boolean;
  /** The segment that holds `address` (present or not), or undefined. */
  segmentAt(address: number): Segment | undefined;
  /** File offset of the byte at `address`, or undefined where the dump does not hold it. */
  offsetOf(address: number): number | undefined;
  /** Address of the byte at `offset`, or undefined for headers, notes and padding. */
  addressOf(offset: number): number | undefined;
  /** Copies the present bytes from `address` on, within one segment, into `into`; returns how many. */
  readInto(address: number, into: Uint8Array): number;
}
