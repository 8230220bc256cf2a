import { type Jemalloc5Version, NO_ARENA, packBits, STATE, structBytes } from './jemalloc5-layout.ts';
import type { Module } from './module-image.ts';
import type { ProcessImage } from './process-image.ts';

const HUGE_PAGE = 2 * 1024 * 1024;
/** Offset of rtree_t.root behind the mutex; 5.3 has a base pointer before it. */
const ROOT_OFFSET: Readonly<Record<Jemalloc5Version, number>> = { '5.1.0': 104, '5.2.1': 112, '5.3.0': 120 };

/** jemalloc 5's own memory (base.c): growing blocks of huge pages, handed out in order; and the rtree that is rooted in .bss. */
export class Jemalloc5Base {
  readonly #image: ProcessImage;
  readonly #version: Jemalloc5Version;
  readonly #noClass: number;
  readonly #pageSize: number;
  /** sizeof(base_block_t): size, next, and the extent that tracks its unused rest. */
  readonly #header: number;
  /** Words of an rtree level with 48-bit addresses: the bits above a page's over two levels. */
  readonly #levelWords: number;
  readonly #root: number;
  readonly #leaves = new Map<number, number>();
  #block = 0;
  #next = 0;
  #end = 0;
  #blocks = 0;

  /** `noClass` is SC_NSIZES: the size index of what is no allocation. */
  constructor(image: ProcessImage, module: Module, version: Jemalloc5Version, noClass: number, pageSize: number) {
    this.#image = image;
    this.#pageSize = pageSize;
    this.#header = 16 + structBytes(pageSize);
    this.#levelWords = 2 ** ((48 - Math.log2(pageSize)) / 2);
    this.#version = version;
    this.#noClass = noClass;
    const rtree = module.reserve('bss', ROOT_OFFSET[version] + 8 * this.#levelWords, 64);
    this.#root = rtree + ROOT_OFFSET[version];
  }

  /** Serial number of the current block: what lands in the low bits of e_size_esn. */
  get serial(): number {
    return this.#blocks - 1;
  }

  /** base_alloc: zeroed memory that is never given back. */
  allocate(bytes: number, alignment: number): number {
    const start = Math.ceil(this.#next / alignment) * alignment;
    if (this.#block === 0 || start + bytes > this.#end) {
      this.#newBlock(bytes + alignment);
      return this.allocate(bytes, alignment);
    }
    this.#next = start + bytes;
    return start;
  }

  /** Writes the leaf word of one page. */
  setLeaf(page: number, word: bigint): void {
    const { space } = this.#image;
    const number = Math.floor(page / this.#pageSize);
    const high = Math.floor(number / this.#levelWords);
    let leaf = this.#leaves.get(high);
    if (leaf === undefined) {
      leaf = this.allocate(8 * this.#levelWords, 64);
      this.#leaves.set(high, leaf);
      space.write64(this.#root + 8 * high, leaf);
    }
    space.write64(leaf + 8 * (number % this.#levelWords), word);
  }

  /** Writes the unused rest of the last block into its header. */
  finish(): void {
    this.#writeBlock();
  }

  #newBlock(bytes: number): void {
    const previous = this.#block;
    if (previous !== 0) this.#writeBlock();
    const least = HUGE_PAGE * (this.#blocks === 0 ? 1 : 2);
    const size = Math.max(least, Math.ceil((bytes + this.#header) / HUGE_PAGE) * HUGE_PAGE);
    this.#block = this.#image.mmap(size, HUGE_PAGE);
    this.#next = this.#block + this.#header;
    this.#end = this.#block + size;
    this.#blocks++;
    this.#image.space.write64(this.#block, size);
    this.#image.space.write64(this.#block + 8, previous);
  }

  #writeBlock(): void {
    const { space } = this.#image;
    const at = this.#block + 16;
    const whole = { arena: NO_ARENA, slab: false, zeroed: true, state: STATE.active, nfree: 0, head: false };
    space.write64(at, packBits(this.#version, this.#pageSize, { ...whole, szind: this.#noClass, serial: this.serial }));
    space.write64(at + 8, this.#next);
    space.write64(at + 16, this.#end - this.#next);
    if (this.#version === '5.3.0') space.write64(at + 32, this.serial);
  }
}
