import type { Memory } from '../layout/memory.ts';
import type { Dump } from './dump.ts';

const PAGE_SIZE = 64 * 1024;

/**
 * Memory for random access: pages of the file are kept, the least recently used one makes room for a new one, so it takes
 * at most `pages` × 64 KiB. It shows the file as it was when a page was read: `forget` when the file may have changed.
 * For a pass over everything, `Dump.readInto` with a buffer of one's own is faster.
 */
export class CachedMemory implements Memory {
  readonly #dump: Dump;
  readonly #limit: number;
  /** By page number in the file, in order of last use. */
  readonly #pages = new Map<number, Uint8Array>();
  #recentNumber = -1;
  #recent: Uint8Array = new Uint8Array(0);

  constructor(dump: Dump, pages = 256) {
    this.#dump = dump;
    this.#limit = pages;
  }

  bytes(address: number, length: number): Uint8Array | undefined {
    const segment = this.#dump.segmentAt(address);
    if (segment === undefined || !(length >= 0)) return undefined;
    const within = address - segment.start;
    const offset = segment.offset + within;
    const inPage = offset % PAGE_SIZE;
    // Across pages or adjoining segments the dump reads for itself: rare, and always right.
    if (within + length > segment.present || inPage + length > PAGE_SIZE) return this.#dump.bytes(address, length);
    const page = this.#page((offset - inPage) / PAGE_SIZE);
    // The file ended early: it has become shorter since it was opened.
    if (inPage + length > page.length) return undefined;
    return page.subarray(inPage, inPage + length);
  }

  /** Drops all pages, so that the next reads see the file as it is then. */
  forget(): void {
    this.#pages.clear();
    this.#recentNumber = -1;
  }

  #page(number: number): Uint8Array {
    if (number === this.#recentNumber) return this.#recent;
    let page = this.#pages.get(number);
    if (page === undefined) {
      const into = this.#pages.size < this.#limit ? new Uint8Array(PAGE_SIZE) : this.#evict();
      page = into.subarray(0, this.#dump.source.read(number * PAGE_SIZE, into));
    } else {
      this.#pages.delete(number);
    }
    this.#pages.set(number, page);
    this.#recentNumber = number;
    this.#recent = page;
    return page;
  }

  /** The memory of the page that was used longest ago. */
  #evict(): Uint8Array {
    const [number, page] = this.#pages.entries().next().value!;
    this.#pages.delete(number);
    return new Uint8Array(page.buffer);
  }
}
