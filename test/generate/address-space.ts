import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes of one block: what is kept in memory, or spilled, as a whole. */
export const BLOCK = 64 * 1024;

/**
 * The bytes of a process, sparse: what was never written is zero. At most `resident` blocks stay in memory;
 * the least recently used go to a temporary file, so that a heap of any size can be built.
 * Addresses are numbers below 2^53; all words little-endian.
 */
export class AddressSpace {
  readonly #resident: number;
  /** Block number -> bytes, in the order of last use. */
  readonly #blocks = new Map<number, Buffer>();
  /** Block number -> its slot in the spill file. */
  readonly #spilled = new Map<number, number>();
  #spill: { readonly file: number; readonly folder: string } | undefined;
  #lastNumber = -1;
  #last: Buffer = Buffer.alloc(0);

  constructor(resident = 1024) {
    this.#resident = resident;
  }

  write8(address: number, value: number): void {
    this.#block(Math.floor(address / BLOCK))[address % BLOCK] = value;
  }

  write16(address: number, value: number): void {
    this.write8(address, value & 0xff);
    this.write8(address + 1, (value >>> 8) & 0xff);
  }

  write32(address: number, value: number): void {
    const at = address % BLOCK;
    if (at <= BLOCK - 4) this.#block(Math.floor(address / BLOCK)).writeUInt32LE(value >>> 0, at);
    else {
      this.write16(address, value & 0xffff);
      this.write16(address + 2, value >>> 16);
    }
  }

  /** A 64-bit word; a number must be a non-negative integer below 2^53. */
  write64(address: number, value: number | bigint): void {
    if (typeof value === 'bigint') {
      this.write32(address, Number(value & 0xffff_ffffn));
      this.write32(address + 4, Number((value >> 32n) & 0xffff_ffffn));
    } else {
      this.write32(address, value % 0x1_0000_0000);
      this.write32(address + 4, Math.floor(value / 0x1_0000_0000));
    }
  }

  writeDouble(address: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.writeBytes(address, bytes);
  }

  writeBytes(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = (address + done) % BLOCK;
      const step = Math.min(bytes.length - done, BLOCK - at);
      this.#block(Math.floor((address + done) / BLOCK)).set(bytes.subarray(done, done + step), at);
      done += step;
    }
  }

  /** The text as UTF-8, without a NUL. */
  writeText(address: number, text: string): void {
    this.writeBytes(address, Buffer.from(text));
  }

  fill(address: number, length: number, value: number): void {
    this.writeBytes(address, Buffer.alloc(length, value));
  }

  read8(address: number): number {
    const number = Math.floor(address / BLOCK);
    return this.#exists(number) ? this.#block(number)[address % BLOCK] : 0;
  }

  read16(address: number): number {
    return this.read8(address) | (this.read8(address + 1) << 8);
  }

  read32(address: number): number {
    return (this.read16(address) | (this.read16(address + 2) << 16)) >>> 0;
  }

  /** A 64-bit word as a number: exact below 2^53. */
  read64(address: number): number {
    return this.read32(address) + this.read32(address + 4) * 0x1_0000_0000;
  }

  readBytes(address: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const at = (address + done) % BLOCK;
      const step = Math.min(length - done, BLOCK - at);
      const number = Math.floor((address + done) / BLOCK);
      if (this.#exists(number)) this.#block(number).copy(bytes, done, at, at + step);
      done += step;
    }
    return bytes;
  }

  /** False where the block that holds `address` was never written: all its bytes are zero. */
  touched(address: number): boolean {
    return this.#exists(Math.floor(address / BLOCK));
  }

  /** Removes the temporary file, if there is one. */
  close(): void {
    if (!this.#spill) return;
    closeSync(this.#spill.file);
    rmSync(this.#spill.folder, { recursive: true });
    this.#spill = undefined;
  }

  #exists(number: number): boolean {
    return number === this.#lastNumber || this.#blocks.has(number) || this.#spilled.has(number);
  }

  #block(number: number): Buffer {
    if (number === this.#lastNumber) return this.#last;
    let block = this.#blocks.get(number);
    if (block) this.#blocks.delete(number);
    else {
      if (this.#blocks.size >= this.#resident) this.#evict();
      block = Buffer.alloc(BLOCK);
      const slot = this.#spilled.get(number);
      if (slot !== undefined && this.#spill) readSync(this.#spill.file, block, 0, BLOCK, slot * BLOCK);
    }
    this.#blocks.set(number, block);
    this.#lastNumber = number;
    this.#last = block;
    return block;
  }

  #evict(): void {
    const [number, block] = this.#blocks.entries().next().value!;
    if (!this.#spill) {
      const folder = mkdtempSync(join(tmpdir(), 'address-space-'));
      this.#spill = { folder, file: openSync(join(folder, 'blocks'), 'w+') };
    }
    const slot = this.#spilled.get(number) ?? this.#spilled.size;
    writeSync(this.#spill.file, block, 0, BLOCK, slot * BLOCK);
    this.#spilled.set(number, slot);
    this.#blocks.delete(number);
    if (number === this.#lastNumber) this.#lastNumber = -1;
  }
}
