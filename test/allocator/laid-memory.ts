import type { Dump } from '../../src/dump/dump.ts';
import { openRaw } from '../../src/dump/raw.ts';

/** Memory of a process in the making: words put at addresses, opened as a raw dump of one range. */
export class LaidMemory {
  readonly base: number;
  readonly #bytes: DataView;

  constructor(base: number, size: number) {
    this.base = base;
    this.#bytes = new DataView(new ArrayBuffer(size));
  }

  word(address: number, value: number | bigint): void {
    this.#bytes.setBigUint64(address - this.base, BigInt.asUintN(64, BigInt(value)), true);
  }

  half(address: number, value: number): void {
    this.#bytes.setInt32(address - this.base, value | 0, true);
  }

  short(address: number, value: number): void {
    this.#bytes.setUint16(address - this.base, value & 0xffff, true);
  }

  dump(): Dump {
    const bytes = new Uint8Array(this.#bytes.buffer);
    const source = {
      size: bytes.length,
      read: (offset: number, into: Uint8Array) => {
        const part = bytes.subarray(offset, offset + into.length);
        into.set(part);
        return part.length;
      },
      close: () => {},
    };
    return openRaw(source, this.base, []);
  }
}
