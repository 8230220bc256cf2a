import type { Dump } from '../dump/dump.ts';

/** A place in the dump where an 8-byte word equals the value looked for. */
export interface FoundWord {
  readonly address: number;
  /** Whether it lies on the 8-byte grid, as all pointers but those of Redis 4.0's rax do. */
  readonly aligned: boolean;
}

const CHUNK = 1 << 20;

/**
 * Looks through all memory of the dump for a word that equals `value` (below 2^53), at any byte: an aligned one ends the search, an unaligned one
 * is the answer only where there is none. A generator, so that the caller can do other things in between: it
 * yields the share of the dump that was read, after each megabyte. `counts` may rule out places; words that span two segments are not seen.
 */
export function* findWord(
  dump: Dump,
  value: number,
  counts: (address: number) => boolean = () => true,
): Generator<number, FoundWord | undefined, void> {
  const total = dump.segments.reduce((sum, segment) => sum + segment.present, 0);
  const search = new ChunkSearch(value);
  const { bytes } = search;
  let unaligned: FoundWord | undefined;
  let done = 0;
  for (const segment of dump.segments) {
    if (segment.present === 0) continue;
    const end = segment.start + segment.present;
    // Chunks begin on the 8-byte grid of addresses; each overlaps the next by the seven bytes a word may reach over.
    for (let address = Math.floor(segment.start / 8) * 8; address < end; address += CHUNK) {
      const lead = Math.max(0, segment.start - address);
      const count = dump.readInto(address + lead, bytes.subarray(lead)) + lead;
      for (let at = search.aligned(lead, count, 0); at >= 0; at = search.aligned(lead, count, at + 8)) {
        if (counts(address + at)) return { address: address + at, aligned: true };
      }
      if (unaligned === undefined) {
        for (let at = search.any(lead, count, lead); at >= 0; at = search.any(lead, count, at + 1)) {
          if (!counts(address + at)) continue;
          unaligned = { address: address + at, aligned: false };
          break;
        }
      }
      yield (done + Math.min(address + CHUNK, end) - segment.start) / total;
    }
    done += segment.present;
  }
  return unaligned;
}

/** Searches one chunk after another, in one buffer, for one value. */
class ChunkSearch {
  readonly bytes: Uint8Array;
  readonly #halves: Int32Array;
  readonly #words: BigUint64Array;
  readonly #value: bigint;
  readonly #needle: Uint8Array;
  /**
   * The four bytes of the value that make up a whole aligned 32-bit word when it begins 0, 3, 2, 1 bytes before one: one
   * of them is seen wherever the value lies.
   */
  readonly #parts: readonly { readonly before: number; readonly half: number }[];
  /** Which lower 16 bits those words have. */
  readonly #likely = new Uint8Array(1 << 16);

  constructor(value: number) {
    const buffer = new ArrayBuffer(CHUNK + 8);
    this.bytes = new Uint8Array(buffer);
    this.#halves = new Int32Array(buffer);
    this.#words = new BigUint64Array(buffer);
    this.#value = BigInt(value);
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, this.#value, true);
    this.#needle = new Uint8Array(view.buffer);
    this.#parts = [3, 2, 1, 0].map(before => ({ before, half: view.getInt32(before, true) }));
    for (const { half } of this.#parts) this.#likely[half & 0xffff] = 1;
  }

  /** First index >= from, a multiple of 8, at which the value lies whole within bytes[lead, count); -1 for none. */
  aligned(lead: number, count: number, from: number): number {
    // The engine's own search: some five times as fast as a loop.
    const at = this.#words.indexOf(this.#value, Math.ceil(Math.max(from, lead) / 8)) * 8;
    return at >= 0 && at + 8 <= count ? at : -1;
  }

  /** The same for any index. */
  any(lead: number, count: number, from: number): number {
    const halves = this.#halves;
    const likely = this.#likely;
    const last = count >>> 2;
    for (let place = from >>> 2; place < last; place++) {
      const half = halves[place];
      if (likely[half & 0xffff] === 0) continue;
      for (const part of this.#parts) {
        const at = place * 4 - part.before;
        if (half === part.half && at >= from && at >= lead && at + 8 <= count && this.#liesAt(at)) return at;
      }
    }
    return -1;
  }

  #liesAt(at: number): boolean {
    for (let place = 0; place < 8; place++) if (this.bytes[at + place] !== this.#needle[place]) return false;
    return true;
  }
}
