import type { Dump } from '../dump/dump.ts';
import { type RecoverHooks, throwIfCancelled } from './hooks.ts';
import { readAcross } from './scan.ts';

const WALK_WINDOW = 1024 * 1024;

/** 64-bit words of the dump by address, through a window that moves: cheap for walks that go forward by less than its size. */
export class MemoryWindow {
  readonly #dump: Dump;
  readonly #hooks: RecoverHooks;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  #start = 0;
  #length = 0;

  /** `window`: bytes read at a time, a multiple of 8. */
  constructor(dump: Dump, hooks: RecoverHooks, window = WALK_WINDOW) {
    this.#dump = dump;
    this.#hooks = hooks;
    this.#words = new Uint32Array(window / 4);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  /** The word at `address` (a multiple of 8) as a number, exact below 2^53; -1 where the dump does not hold it. Throws Cancelled. */
  word(address: number): number {
    const at = this.#at(address);
    return at < 0 ? -1 : this.#words[at] + this.#words[at + 1] * 0x1_0000_0000;
  }

  /** The 32-bit word at `address` (a multiple of 4); -1 where absent. */
  half(address: number): number {
    const at = this.#at(address - (address % 8));
    return at < 0 ? -1 : this.#words[at + (address % 8 === 4 ? 1 : 0)];
  }

  /** The upper and lower half of the word at `address`, exclusive-ored with those of `mask`, as a number; -1 where absent. */
  wordXor(address: number, mask: number): number {
    const at = this.#at(address);
    if (at < 0) return -1;
    const high = (this.#words[at + 1] ^ Math.floor(mask / 0x1_0000_0000)) >>> 0;
    const low = (this.#words[at] ^ (mask % 0x1_0000_0000)) >>> 0;
    return low + high * 0x1_0000_0000;
  }

  #at(address: number): number {
    if (address % 8 !== 0 || address < 0) return -1;
    if (address < this.#start || address + 8 > this.#start + this.#length) {
      throwIfCancelled(this.#hooks);
      this.#start = address;
      this.#length = readAcross(this.#dump, address, this.#bytes);
      if (this.#length < 8) return -1;
    }
    return (address - this.#start) >>> 2;
  }
}
