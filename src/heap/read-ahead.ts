import type { Dump } from '../dump/dump.ts';

/** Bytes read at a time: large enough for the disk, small enough for the cache (and for a cancel to be noticed). */
export const READ_BYTES = 1 << 20;

/**
 * Reads a dump in ascending order through one reused buffer. Ranges may span segments; what the dump does not hold
 * reads as zero. `words` is aligned with the address space: word i is the 8-byte word at `start + 8 * i`, in two halves.
 */
export class ReadAhead {
  readonly bytes: Uint8Array;
  /** Little-endian halves of the words: 2 * i the lower, 2 * i + 1 the upper. */
  readonly halves: Uint32Array;
  /** Address of bytes[0], a multiple of 8. */
  start = 0;
  /** Address behind the last byte that is in the buffer. */
  end = 0;
  private readonly dump: Dump;
  private readonly refilled: (address: number) => void;

  /** `refilled` is called with the address before each read. */
  constructor(dump: Dump, refilled: (address: number) => void, size = READ_BYTES) {
    const buffer = new ArrayBuffer(size + 64);
    this.bytes = new Uint8Array(buffer);
    this.halves = new Uint32Array(buffer);
    this.dump = dump;
    this.refilled = refilled;
  }

  /** Most bytes that `at` can promise in one piece. */
  get capacity(): number {
    return this.bytes.length - 64;
  }

  /** Index in `bytes` of `address`, with `length` bytes behind it that are in the buffer too; length <= capacity. */
  at(address: number, length: number): number {
    if (address < this.start || address + length > this.end) this.fill(address, length);
    return address - this.start;
  }

  private fill(address: number, length: number): void {
    this.refilled(address);
    this.start = Math.floor(address / 8) * 8;
    const wanted = address + length;
    let filled = this.read(this.start, this.bytes);
    while (this.start + filled < wanted) {
      // Into the next segment, or over bytes that are absent, one gap at a time.
      const next = this.start + filled;
      const got = this.read(next, this.bytes.subarray(filled));
      if (got > 0) {
        filled += got;
        continue;
      }
      const resume = Math.min(this.nextPresent(next), wanted);
      this.bytes.fill(0, filled, resume - this.start);
      filled = resume - this.start;
    }
    this.end = this.start + filled;
  }

  private read(address: number, into: Uint8Array): number {
    return this.dump.readInto(address, into);
  }

  private nextPresent(address: number): number {
    for (const segment of this.dump.segments) {
      if (segment.present > 0 && segment.start > address) return segment.start;
    }
    return Number.POSITIVE_INFINITY;
  }
}
