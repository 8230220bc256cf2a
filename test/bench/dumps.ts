import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '../generate/scenarios.ts';
import { NoTruth } from '../generate/truth.ts';

const PAGE = 4096;
const HEADERS = 64 + 56;

/**
 * Writes a core of one segment of `size` bytes: the bytes of `heap` again and again, or a hole where that is undefined, with
 * `heap`'s first page at either end. Its first page are the headers.
 */
function coreOf(path: string, size: number, heap: Buffer, hole: boolean): void {
  const file = openSync(path, 'w');
  try {
    ftruncateSync(file, PAGE + size);
    writeSync(file, headers(size), 0, HEADERS, 0);
    const step = hole ? size - PAGE : heap.length;
    const block = hole ? heap.subarray(0, PAGE) : heap;
    for (let at = 0; at < size; at += step) writeSync(file, block, 0, Math.min(block.length, size - at), PAGE + at);
  } finally {
    closeSync(file);
  }
}

/** ELF64, little-endian, ET_CORE, x86-64; one PT_LOAD, readable and writable. */
function headers(size: number): Buffer {
  const bytes = Buffer.alloc(HEADERS);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(4, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64);
  bytes.writeUInt32LE(6, 68);
  for (const [at, value] of [
    [72, PAGE],
    [80, 0x7f0000000000],
    [96, size],
    [104, size],
  ]) {
    bytes.writeBigUInt64LE(BigInt(value), at);
  }
  return bytes;
}

export interface BenchDump {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

export interface BenchDumps {
  readonly opened: readonly BenchDump[];
  /** Full of bytes, for reading from end to end. */
  readonly read: BenchDump;
  /** A whole synthetic Redis, for an analysis. */
  readonly heap: BenchDump;
  remove(): void;
}

/** The dumps of one run, in a folder that `remove` takes away: 1.5 GB on the disk. */
export function makeDumps(): BenchDumps {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-bench-'));
  const heap = join(folder, 'heap.core');
  generate({ scenario: 'didi', path: heap, strings: 600_000, truth: new NoTruth() });
  const bytes = readFileSync(heap);
  const make = (name: string, size: number, hole = false): BenchDump => {
    const path = join(folder, `${name.replace(/[^0-9a-z.]+/gi, '-')}.core`);
    coreOf(path, size, bytes, hole);
    return { name, path, size: PAGE + size };
  };
  const large = make('1.26 GB core', 1.26e9);
  return {
    opened: [make('100 MB core', 100e6), large, make('100 GB core, sparse', 100e9, true)],
    read: large,
    heap: { name: 'synthetic Redis 3.2.8', path: heap, size: bytes.length },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
