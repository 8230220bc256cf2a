import type { BinTruth, Heap, HeapTruth, LargeTruth } from './heap.ts';
import { hex } from './heap.ts';
import { Jemalloc4Base } from './jemalloc4-base.ts';
import { CHUNK, ChunkShape, writeRun } from './jemalloc4-chunk.ts';
import { JemallocPages4 } from './jemalloc4-pages.ts';
import { giveBack, newRun, type Run, takeLowest } from './jemalloc4-run.ts';
import { writeArena, writeThreadCache } from './jemalloc4-structs.ts';
import type { Module } from './module-image.ts';
import type { ProcessImage } from './process-image.ts';
import { classIndex, largestSmall, sizeClasses, slabBytes } from './size-classes.ts';
import { cacheMaxima, ThreadCache } from './thread-cache.ts';

/** One class's state in one arena: the run being filled and the others that have room. */
export interface BinState {
  current: Run | undefined;
  readonly partial: Set<Run>;
  readonly runs: Set<Run>;
}

interface Large {
  readonly address: number;
  readonly size: number;
  readonly index: number;
  readonly arena: number;
  readonly metadata: boolean;
  cached: boolean;
}

/** Bytes up to which thread caches take large allocations (LG_TCACHE_MAXCLASS_DEFAULT). */
const CACHED_MAX = 32 * 1024;

/**
 * jemalloc 4.0.3 as Redis 3.2 and 4.0 bundle it: 2 MiB chunks that describe themselves, runs with out-of-band
 * bitmaps, large runs at a random cache line of their first page, huge allocations with a node of their own.
 * The red-black trees that link runs are left empty; everything else a reader of a core can use is there.
 */
export class Jemalloc4Heap implements Heap {
  readonly #image: ProcessImage;
  readonly #shape: ChunkShape;
  readonly #quantum: number;
  readonly #classes: number[];
  readonly #small: number;
  readonly #base: Jemalloc4Base;
  readonly #pages: JemallocPages4[] = [];
  readonly #bins: BinState[][] = [];
  readonly #caches: { readonly cache: ThreadCache; readonly address: number }[] = [];
  readonly #cachedClasses: number;
  /** Chunk address -> run of each page, or the large run's address. */
  readonly #runOf = new Map<number, (Run | undefined)[]>();
  readonly #large = new Map<number, Large>();
  readonly #parked = new Set<number>();

  /** `module` is where jemalloc's globals live (.bss); `arenas` threads each have an arena and a thread cache of their own. */
  constructor(image: ProcessImage, module: Module, options: { quantum: number; arenas: number }) {
    this.#image = image;
    this.#quantum = options.quantum;
    this.#shape = new ChunkShape(image.pageSize);
    this.#classes = sizeClasses(options.quantum);
    this.#small = this.#classes.filter(size => size <= largestSmall(image.pageSize)).length;
    this.#cachedClasses = this.#classes.filter(size => size <= CACHED_MAX).length;
    this.#base = new Jemalloc4Base(image, module, options.arenas, this.#small);
    for (let i = 0; i < options.arenas; i++) {
      this.#pages.push(new JemallocPages4(image, this.#shape, this.#base, i));
      this.#bins.push(
        Array.from({ length: this.#small }, () => ({ current: undefined, partial: new Set(), runs: new Set() })),
      );
    }
    const perRun = this.#classes.slice(0, this.#small).map(size => slabBytes(size, image.pageSize) / size);
    const maxima = cacheMaxima(perRun, this.#cachedClasses - this.#small);
    const bytes = 32 + 32 * maxima.length + 8 * maxima.reduce((sum, max) => sum + max, 0);
    for (let i = 0; i < options.arenas; i++) {
      // tcache_create allocates from arena 0, page-aligned.
      const address = this.#allocateLarge(0, classIndex(this.#classes, bytes), true);
      this.#caches.push({ cache: new ThreadCache(maxima), address });
    }
  }

  /** Address of a thread's tcache_t, for its tsd in thread-local storage. */
  threadCache(thread: number): number {
    return this.#caches[thread].address;
  }

  malloc(size: number, thread = 0): number {
    const index = classIndex(this.#classes, Math.max(1, size));
    const { cache } = this.#caches[thread];
    const parked = cache.pop(index);
    if (parked !== undefined) {
      this.#parked.delete(parked);
      const large = this.#large.get(parked);
      if (large) large.cached = false;
      return parked;
    }
    if (index >= this.#small) return this.#allocateLarge(thread, index, false);
    const wanted = cache.bins[index].max >>> 1;
    const filled = Array.from({ length: wanted }, () => this.#allocateSmall(thread, index));
    cache.fill(index, filled);
    for (const address of filled) this.#parked.add(address);
    const first = cache.pop(index)!;
    this.#parked.delete(first);
    return first;
  }

  free(address: number, thread = 0): void {
    const { cache } = this.#caches[thread];
    const large = this.#large.get(address);
    const index = large ? large.index : this.#runAt(address).bin;
    if (index >= this.#cachedClasses) {
      this.#freeLarge(large!);
      return;
    }
    for (const old of cache.push(index, address)) {
      this.#parked.delete(old);
      const oldLarge = this.#large.get(old);
      if (oldLarge) this.#freeLarge(oldLarge);
      else this.#freeSmall(old);
    }
    this.#parked.add(address);
    if (large) large.cached = true;
  }

  usable(address: number): number {
    return this.#large.get(address)?.size ?? this.#classes[this.#runAt(address).bin];
  }

  region(address: number): { start: number; size: number } {
    const large = this.#large.get(address);
    return large ? { start: address, size: large.size } : { start: address, size: this.usable(address) };
  }

  cached(address: number): boolean {
    return this.#parked.has(address);
  }

  finish(): HeapTruth {
    const { space } = this.#image;
    const seen = new Set<Run>();
    for (const [chunk, runs] of this.#runOf) {
      runs.forEach((run, page) => {
        if (!run || seen.has(run)) return;
        seen.add(run);
        writeRun(space, this.#shape.runAt(chunk, page), run);
      });
    }
    const runAddress = (run: Run) => this.#shape.runAt(chunkOf(run.base), (run.base % CHUNK) / this.#shape.pageSize);
    this.#pages.forEach((pages, arena) => {
      const large = [...this.#large.values()].filter(item => item.arena === arena);
      const counts = { huge: pages.hugeBytes, largeBytes: large.reduce((sum, item) => sum + item.size, 0) };
      const address = this.#base.arenas[arena];
      const cache = this.#caches[arena].address;
      writeArena(space, address, { index: arena, cache, pages, bins: this.#bins[arena], runAddress, ...counts });
    });
    for (const { cache, address } of this.#caches) writeThreadCache(space, address, cache);
    this.#base.finish();
    return {
      name: 'jemalloc',
      version: '4.0',
      quantum: this.#quantum,
      pageSize: this.#shape.pageSize,
      prefix: 0,
      bins: this.#countBins(),
      large: [...this.#large.values()]
        .map((item): LargeTruth => {
          return { address: hex(item.address), size: item.size, cached: item.cached, metadata: item.metadata };
        })
        .sort((a, b) => Number(a.address) - Number(b.address)),
    };
  }

  #countBins(): BinTruth[] {
    const parked = new Array<number>(this.#small).fill(0);
    for (const { cache } of this.#caches) {
      cache.bins.forEach((bin, index) => {
        if (index < this.#small) parked[index] += bin.count;
      });
    }
    const bins: BinTruth[] = [];
    for (let index = 0; index < this.#small; index++) {
      const runs = this.#bins.flatMap(arena => [...arena[index].runs]);
      if (runs.length === 0) continue;
      const regions = runs.reduce((sum, run) => sum + run.regions, 0);
      const free = runs.reduce((sum, run) => sum + run.nfree, 0);
      const counts = { regions, live: regions - free, cached: parked[index], free };
      bins.push({ size: this.#classes[index], slabs: runs.length, ...counts });
    }
    return bins;
  }

  /** arena_malloc_small without the cache: the current run, else the lowest one with room, else a new one. */
  #allocateSmall(arena: number, index: number): number {
    const state = this.#bins[arena][index];
    if (!state.current || state.current.nfree === 0) {
      state.current = undefined;
      for (const run of state.partial) {
        if (!state.current || run.base < state.current.base) state.current = run;
      }
      if (state.current) state.partial.delete(state.current);
      else state.current = this.#newRun(arena, index);
    }
    return state.current.base + takeLowest(state.current) * this.#classes[index];
  }

  #newRun(arena: number, index: number): Run {
    const size = this.#classes[index];
    const bytes = slabBytes(size, this.#shape.pageSize);
    const base = this.#pages[arena].allocateSmall(bytes / this.#shape.pageSize, index);
    const run = newRun(base, index, bytes / size);
    this.#setRun(run, bytes, run);
    this.#bins[arena][index].runs.add(run);
    return run;
  }

  #setRun(run: Run, bytes: number, value: Run | undefined): void {
    const chunk = chunkOf(run.base);
    let pages = this.#runOf.get(chunk);
    if (!pages) {
      pages = [];
      this.#runOf.set(chunk, pages);
    }
    const first = (run.base - chunk) / this.#shape.pageSize;
    for (let i = 0; i < bytes / this.#shape.pageSize; i++) pages[first + i] = value;
  }

  #runAt(address: number): Run {
    const chunk = chunkOf(address);
    const run = this.#runOf.get(chunk)?.[Math.floor((address - chunk) / this.#shape.pageSize)];
    if (!run) throw new Error(`${hex(address)} was not allocated here`);
    return run;
  }

  #freeSmall(address: number): void {
    const run = this.#runAt(address);
    const arena = this.#bins.findIndex(bins => bins[run.bin].runs.has(run));
    const state = this.#bins[arena][run.bin];
    const size = this.#classes[run.bin];
    giveBack(run, (address - run.base) / size);
    if (run === state.current) return;
    if (run.nfree < run.regions) {
      state.partial.add(run);
      return;
    }
    state.partial.delete(run);
    state.runs.delete(run);
    const bytes = slabBytes(size, this.#shape.pageSize);
    this.#setRun(run, bytes, undefined);
    this.#pages[arena].free(run.base, bytes / this.#shape.pageSize);
  }

  #allocateLarge(arena: number, index: number, metadata: boolean): number {
    const size = this.#classes[index];
    const pages = this.#pages[arena];
    let address: number;
    if (size >= CHUNK) {
      const node = this.malloc(128, arena);
      address = pages.allocateHuge(size, node);
    } else {
      const offset = metadata ? 0 : this.#image.random.below(this.#shape.pageSize / 64) * 64;
      address = pages.allocateLarge(size / this.#shape.pageSize + 1) + offset;
    }
    this.#large.set(address, { address, size, index, arena, metadata, cached: false });
    return address;
  }

  #freeLarge(large: Large): void {
    const { pageSize } = this.#shape;
    this.#large.delete(large.address);
    if (large.size >= CHUNK) throw new Error('huge allocations are not given back');
    const run = large.address - (large.address % pageSize);
    this.#pages[large.arena].free(run, large.size / pageSize + 1);
  }
}

function chunkOf(address: number): number {
  return address - (address % CHUNK);
}
