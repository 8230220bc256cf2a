import { CHUNK, writeExtentNode } from './jemalloc4-chunk.ts';
import type { Module } from './module-image.ts';
import type { ProcessImage } from './process-image.ts';

/** Levels of chunks_rtree for 43-bit keys (LG_RTREE_BITS_PER_LEVEL 4: 16 bits a level, the rest in the leaf). */
const LEVELS = [
  { bits: 16, total: 16 },
  { bits: 16, total: 32 },
  { bits: 11, total: 43 },
];
const LINE = 64;

/** jemalloc 4.0.3's own memory: base chunks (base.c), the arenas in them, and chunks_rtree, rooted in .bss. */
export class Jemalloc4Base {
  readonly #image: ProcessImage;
  readonly #rtree: number;
  /** The extent_node_t at the start of the base chunk: what is left of it. */
  #node = 0;
  #next = 0;
  #end = 0;
  /** Upper 32 key bits -> address of the leaf level's array. */
  readonly #leaves = new Map<number, number>();
  #middle = 0;
  /** Addresses of the arena_t structs. */
  readonly arenas: number[] = [];

  constructor(image: ProcessImage, module: Module, arenas: number, smallBins: number) {
    this.#image = image;
    this.#rtree = module.reserve('bss', 104);
    this.#writeTree(module);
    const arenaTable = module.reserve('bss', 8 * 32);
    const pointer = module.reserve('bss', 8);
    image.space.write64(pointer, arenaTable);
    for (let i = 0; i < arenas; i++) {
      // arena_t with its bins, and the large and huge statistics behind it (arena_new).
      const address = this.allocate(1104 + 224 * smallBins + 32 * 40 + 24 * 200);
      this.arenas.push(address);
      image.space.write64(arenaTable + 8 * i, address);
    }
  }

  /** base_alloc: zeroed, in whole cache lines, never given back. */
  allocate(bytes: number): number {
    const size = Math.ceil(bytes / LINE) * LINE;
    if (this.#next + size > this.#end) {
      this.finish();
      const chunk = this.#image.mmap(Math.ceil((size + 2 * LINE) / CHUNK) * CHUNK, CHUNK);
      this.#node = chunk;
      this.#next = chunk + 2 * LINE;
      this.#end = chunk + Math.ceil((size + 2 * LINE) / CHUNK) * CHUNK;
    }
    this.#next += size;
    return this.#next - size;
  }

  /** chunk_register: chunks_rtree maps a chunk's address to its node. */
  register(address: number, node: number): void {
    const { space } = this.#image;
    const high = Math.floor(address / 2 ** 32);
    const low = Math.floor((address % 2 ** 32) / CHUNK);
    if (this.#middle === 0) {
      this.#middle = this.allocate(8 * 2 ** LEVELS[1].bits);
      space.write64(this.#rtree + 40 + 16, this.#middle);
    }
    let leaf = this.#leaves.get(high);
    if (leaf === undefined) {
      leaf = this.allocate(8 * 2 ** LEVELS[2].bits);
      this.#leaves.set(high, leaf);
      space.write64(this.#middle + 8 * high, leaf);
    }
    space.write64(leaf + 8 * low, node);
  }

  /** Writes what is left of the current base chunk into its node. */
  finish(): void {
    if (this.#node === 0) return;
    const rest = { arena: 0, address: this.#next, size: this.#end - this.#next, chunk: false };
    writeExtentNode(this.#image.space, this.#node, rest);
  }

  /** rtree_t: alloc, dalloc, height, start_level[4], levels[4] { subtree, bits, cumbits }; user addresses start at level 1. */
  #writeTree(module: Module): void {
    const { space } = this.#image;
    space.write64(this.#rtree, module.code(0x4a10));
    space.write32(this.#rtree + 16, LEVELS.length);
    [2, 2, 1, 0].forEach((level, i) => {
      space.write32(this.#rtree + 20 + 4 * i, level);
    });
    LEVELS.forEach((level, i) => {
      space.write32(this.#rtree + 40 + 16 * i + 8, level.bits);
      space.write32(this.#rtree + 40 + 16 * i + 12, level.total);
    });
  }
}
