import { JemallocHeap, type JemallocOptions, type Large } from './jemalloc-heap.ts';
import type { Run } from './jemalloc-run.ts';
import { Jemalloc4Base } from './jemalloc4-base.ts';
import { CHUNK, ChunkShape, writeRun } from './jemalloc4-chunk.ts';
import { Jemalloc4Pages } from './jemalloc4-pages.ts';
import { writeArena, writeThreadCache } from './jemalloc4-structs.ts';
import type { Module } from './module-image.ts';
import type { ProcessImage } from './process-image.ts';

/** Bytes of a huge allocation's extent_node_t: sizeof rounded up to a cache line. */
const HUGE_NODE = 128;

/**
 * jemalloc 4.0.3 as Redis 3.2 and 4.0 bundle it: 2 MiB chunks that describe themselves, runs with out-of-band
 * bitmaps, large runs at a random cache line of their first page, huge allocations with a node of their own.
 * The red-black trees that link runs are left empty; everything else a reader of a core can use is there.
 */
export class Jemalloc4Heap extends JemallocHeap {
  readonly #shape: ChunkShape;
  readonly #base: Jemalloc4Base;
  readonly #pages: Jemalloc4Pages[] = [];
  /** Addresses of the tcache_t structs. */
  readonly #tcaches: number[] = [];

  /** `module` is where jemalloc's globals live (.bss). */
  constructor(image: ProcessImage, module: Module, options: JemallocOptions) {
    super(image, '4.0', options);
    this.#shape = new ChunkShape(this.pageSize);
    this.#base = new Jemalloc4Base(image, module, options.arenas, this.small);
    for (let i = 0; i < options.arenas; i++) this.#pages.push(new Jemalloc4Pages(image, this.#shape, this.#base, i));
    const bytes = 32 + 32 * this.cachedClasses + 8 * this.cacheWords;
    for (let i = 0; i < options.arenas; i++) {
      // tcache_create allocates from arena 0, page-aligned.
      this.#tcaches.push(this.allocateOwn(bytes, true));
    }
  }

  /** tsd_t at 4.0.3: state, tcache, thread_allocated, thread_deallocated, prof_tdata, arena. */
  writeThreadStorage(thread: number, threadPointer: number): void {
    const tsd = threadPointer - 0x200;
    this.image.space.write32(tsd, 1);
    this.image.space.write64(tsd + 8, this.#tcaches[thread]);
    this.image.space.write64(tsd + 40, this.#base.arenas[thread]);
  }

  protected takeSlab(arena: number, index: number, bytes: number): number {
    return this.#pages[arena].allocateSmall(bytes / this.#shape.pageSize, index);
  }

  protected giveSlab(arena: number, run: Run, bytes: number): void {
    this.#pages[arena].free(run.base, bytes / this.#shape.pageSize);
  }

  protected takeLarge(arena: number, index: number, aligned: boolean): number {
    const size = this.classes[index];
    if (size >= CHUNK) return this.#pages[arena].allocateHuge(size, this.malloc(HUGE_NODE, arena));
    const { pageSize } = this.#shape;
    const offset = aligned ? 0 : this.image.random.below(pageSize / 64) * 64;
    return this.#pages[arena].allocateLarge(size / pageSize + 1) + offset;
  }

  protected giveLarge(large: Large): void {
    const { pageSize } = this.#shape;
    if (large.size >= CHUNK) throw new Error('huge allocations are not given back');
    this.#pages[large.arena].free(large.address - (large.address % pageSize), large.size / pageSize + 1);
  }

  protected writeState(): void {
    const { space } = this.image;
    for (const [run] of this.slabs()) writeRun(space, this.#runAddress(run), run);
    this.#pages.forEach((pages, index) => {
      const large = [...this.large.values()].filter(item => item.arena === index && item.size < CHUNK);
      const largeBytes = large.reduce((sum, item) => sum + item.size, 0);
      const state = { index, cache: this.#tcaches[index], pages, bins: this.bins[index], largeBytes };
      writeArena(space, this.#base.arenas[index], { ...state, runAddress: run => this.#runAddress(run) });
    });
    this.caches.forEach((cache, i) => {
      writeThreadCache(space, this.#tcaches[i], cache);
    });
    this.#base.finish();
  }

  /** Address of the run's arena_run_t in its chunk's header. */
  #runAddress(run: Run): number {
    const chunk = run.base - (run.base % CHUNK);
    return this.#shape.runAt(chunk, (run.base - chunk) / this.#shape.pageSize);
  }
}
