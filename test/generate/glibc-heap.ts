import { GlibcArena } from './glibc-arena.ts';
import { CHUNK_HEADER, type Chunk, chunkBytes, IS_MMAPPED, writeSize } from './glibc-chunk.ts';
import { type BinTruth, type Heap, type HeapTruth, hex, type LargeTruth } from './heap.ts';
import type { Module } from './module-image.ts';
import type { ProcessImage } from './process-image.ts';

/** M_MMAP_THRESHOLD's default: larger requests get a mapping of their own. */
const MMAP_THRESHOLD = 128 * 1024;

/**
 * glibc 2.36's malloc on x86-64: the main arena on the break, one more arena a thread in a 64 MiB heap, tcache and fast
 * bins with safe-linking, free chunks merged into the unsorted list, large requests mapped. `prefix` bytes in front of
 * each block hold the request's size, as zmalloc keeps it without malloc_usable_size.
 */
export class GlibcHeap implements Heap {
  readonly #image: ProcessImage;
  readonly #prefix: number;
  readonly #arenas: GlibcArena[] = [];
  /** User address -> chunk, mapped ones included. */
  readonly #chunks = new Map<number, Chunk>();

  /** `libc` is the module whose .data holds main_arena. */
  constructor(image: ProcessImage, libc: Module, options: { prefix: 0 | 8; arenas: number }) {
    this.#image = image;
    this.#prefix = options.prefix;
    for (let i = 0; i < options.arenas; i++) this.#arenas.push(new GlibcArena(image, libc, i));
    this.#arenas.forEach((arena, i) => {
      arena.linkNext(this.#arenas[(i + 1) % this.#arenas.length].state);
    });
  }

  malloc(size: number, thread = 0): number {
    const { space } = this.#image;
    const bytes = chunkBytes(size + this.#prefix);
    const chunk = bytes >= MMAP_THRESHOLD ? this.#map(bytes) : this.#arenas[thread].allocate(bytes);
    const user = chunk.address + CHUNK_HEADER;
    this.#chunks.set(user, chunk);
    if (this.#prefix > 0) space.write64(user, size);
    return user + this.#prefix;
  }

  free(address: number, thread = 0): void {
    const chunk = this.#chunkOf(address);
    if (chunk.mapped) throw new Error('mapped chunks are not given back');
    this.#arenas[thread].release(chunk);
  }

  usable(address: number): number {
    return this.#usable(this.#chunkOf(address));
  }

  region(address: number): { start: number; size: number } {
    return { start: address, size: this.usable(address) };
  }

  /** tcache keeps next and key, the unsorted list fd and bk, a fast bin only fd. */
  clobbered(region: number): number {
    return (this.#chunkOf(region).state === 'fast' ? 8 : 16) - this.#prefix;
  }

  isRegion(address: number): boolean {
    const chunk = this.#chunks.get(address - this.#prefix);
    return chunk !== undefined && (chunk.mapped || this.#arenas.some(arena => arena.holds(chunk)));
  }

  cached(address: number): boolean {
    const { state } = this.#chunkOf(address);
    return state === 'tcache' || state === 'fast';
  }

  /** The thread's tcache pointer, in libc's static TLS block right below the thread pointer. */
  writeThreadStorage(thread: number, threadPointer: number): void {
    const arena = this.#arenas[thread];
    this.#image.space.write64(threadPointer - 0x68, arena.cache);
    this.#image.space.write64(threadPointer - 0x60, arena.state);
  }

  finish(): HeapTruth {
    const mapped = [...this.#chunks.values()].filter(chunk => chunk.mapped);
    const bins = new Map<number, { slabs: number; live: number; cached: number; free: number }>();
    const large: LargeTruth[] = [];
    for (const chunk of [...this.#arenas.flatMap(arena => arena.finish()), ...mapped]) {
      const size = this.#usable(chunk);
      if (chunk.mapped || chunk.metadata) {
        const address = hex(chunk.address + CHUNK_HEADER + (chunk.metadata ? 0 : this.#prefix));
        large.push({
          address,
          size: chunk.metadata ? size + this.#prefix : size,
          cached: false,
          metadata: chunk.metadata,
        });
        if (chunk.mapped) continue;
      }
      const bin = bins.get(size) ?? { slabs: 0, live: 0, cached: 0, free: 0 };
      bin.slabs++;
      if (chunk.state === 'free') bin.free++;
      else bin.live++;
      if (chunk.state === 'tcache' || chunk.state === 'fast') bin.cached++;
      bins.set(size, bin);
    }
    return {
      name: 'glibc',
      version: '2.36',
      quantum: 16,
      pageSize: this.#image.pageSize,
      prefix: this.#prefix,
      bins: [...bins]
        .sort(([a], [b]) => a - b)
        .map(([size, bin]): BinTruth => {
          return { size, slabs: bin.slabs, regions: bin.slabs, live: bin.live, cached: bin.cached, free: bin.free };
        }),
      large,
    };
  }

  /** A chunk uses the next one's prev_size field too; mapped ones have no next. */
  #usable(chunk: Chunk): number {
    return chunk.bytes - (chunk.mapped ? CHUNK_HEADER : 8) - this.#prefix;
  }

  #chunkOf(address: number): Chunk {
    const chunk = this.#chunks.get(address - this.#prefix);
    if (!chunk) throw new Error(`${hex(address)} was not allocated here`);
    return chunk;
  }

  #map(bytes: number): Chunk {
    const { pageSize } = this.#image;
    const whole = Math.ceil((bytes + 8) / pageSize) * pageSize;
    const address = this.#image.mmap(whole);
    const chunk: Chunk = { address, bytes: whole, state: 'used', mapped: true, metadata: false };
    writeSize(this.#image.space, chunk, IS_MMAPPED);
    return chunk;
  }
}
