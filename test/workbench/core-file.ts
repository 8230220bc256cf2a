import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Bytes of the file straight from the disk, as `xxd` would show them. */
export function bytesOf(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  } finally {
    closeSync(file);
  }
}

export interface KnownString {
  readonly text: string;
  /** Of the first character: in the file, and in the process. */
  readonly offset: number;
  readonly address: number;
}

/** A core as this test reads it: the whole file in memory and its PT_LOAD headers, by the ELF64 specification alone. */
export class CoreFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly loads: readonly { readonly offset: number; readonly address: number; readonly size: number }[];

  constructor(path: string) {
    this.path = path;
    this.bytes = readFileSync(path);
    const table = Number(this.bytes.readBigUInt64LE(32));
    const entrySize = this.bytes.readUInt16LE(54);
    const headers = Array.from({ length: this.bytes.readUInt16LE(56) }, (_, i) => table + i * entrySize);
    const word = (at: number) => Number(this.bytes.readBigUInt64LE(at));
    this.loads = headers
      .filter(at => this.bytes.readUInt32LE(at) === 1)
      .map(at => ({ offset: word(at + 8), address: word(at + 16), size: word(at + 32) }));
  }

  addressOf(offset: number): number {
    const load = this.loads.find(each => offset >= each.offset && offset < each.offset + each.size);
    if (!load) throw new Error(`offset ${offset} is in no segment`);
    return load.address + (offset - load.offset);
  }

  offsetOf(address: number): number {
    const load = this.loads.find(each => address >= each.address && address < each.address + each.size);
    if (!load) throw new Error(`address ${hex(address)} is in no segment`);
    return load.offset + (address - load.address);
  }

  /** Where the text lies as an sdshdr8: len, alloc >= len, flags 1, the text, NUL. Throws unless there is exactly one such place. */
  sdshdr8(text: string): KnownString {
    const wanted = Buffer.from(text, 'latin1');
    const found: KnownString[] = [];
    for (let at = this.bytes.indexOf(wanted); at >= 0; at = this.bytes.indexOf(wanted, at + 1)) {
      const [len, alloc, flags] = this.bytes.subarray(at - 3, at);
      const whole = len === wanted.length && alloc >= len && flags === 1 && this.bytes[at + len] === 0;
      if (whole) found.push({ text, offset: at, address: this.addressOf(at) });
    }
    if (found.length !== 1) throw new Error(`${found.length} strings "${text}" in ${this.path}`);
    return found[0];
  }
}

export const hex = (address: number): string => `0x${address.toString(16)}`;
