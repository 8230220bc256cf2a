import { type BinTruth, type Heap, type HeapTruth, hex, type LargeTruth } from './heap.ts';
import { giveBack, newRun, type Run, takeLowest } from './jemalloc-run.ts';
import type { ProcessImage } from './process-image.ts';
import { classIndex, largestSmall, sizeClasses, slabBytes } from './size-classes.ts';
import { cacheMaxima, ThreadCache } from './thread-cache.ts';

/** One class's state in one arena: the slab being filled, the others that have room, and all of them. */
export interface BinState {
  current: Run | undefined;
  readonly partial: Set<Run>;
  readonly runs: Set<Run>;
}

export interface Large {
  readonly address: number;
  readonly size: number;
  readonly index: number;
  readonly arena: number;
  /** The allocator's own: a thread cache. */
  readonly metadata: boolean;
  cached: boolean;
}

export interface JemallocOptions {
  readonly quantum: number;
  /** Threads with an arena and a thread cache of their own. */
  readonly arenas: number;
  /** What jemalloc was configured with (--with-lg-page), at least the system's; the system's where none is given. */
  readonly pageSize?: number;
}

/** Bytes up to which thread caches take allocations (lg_tcache_max 15). Before 5.3 they take all small ones besides. */
const CACHED_MAX = 32 * 1024;

/**
 * What jemalloc 4.0 and 5.x have in common: size classes, slabs filled lowest region first, slabs with room taken
 * lowest first, thread caches that fill and flush by halves. Where slabs come from and how all of it is written
 * down is the subclass's.
 */
export abstract class JemallocHeap implements Heap {
  protected readonly image: ProcessImage;
  protected readonly classes: readonly number[];
  /** Number of classes served from slabs. */
  protected readonly small: number;
  /** Bytes of a page, as jemalloc counts them. */
  protected readonly pageSize: number;
  protected readonly bins: BinState[][] = [];
  protected readonly caches: ThreadCache[] = [];
  protected readonly large = new Map<number, Large>();
  readonly #quantum: number;
  readonly #version: string;
  readonly #cachedClasses: number;
  readonly #maxima: number[];
  /** Page number -> the slab that holds it. */
  readonly #runOfPage = new Map<number, Run>();
  readonly #parked = new Set<number>();
  /** The allocator's own regions in slabs. */
  readonly #own: LargeTruth[] = [];

  constructor(image: ProcessImage, version: string, options: JemallocOptions) {
    this.image = image;
    this.#version = version;
    this.#quantum = options.quantum;
    this.pageSize = options.pageSize ?? image.pageSize;
    this.classes = sizeClasses(options.quantum);
    this.small = this.classes.filter(size => size <= largestSmall(this.pageSize)).length;
    const cachedMax = version === '5.3' ? CACHED_MAX : Math.max(CACHED_MAX, largestSmall(this.pageSize));
    this.#cachedClasses = this.classes.filter(size => size <= cachedMax).length;
    const cachedSmall = this.classes.slice(0, Math.min(this.small, this.#cachedClasses));
    const perSlab = cachedSmall.map(size => slabBytes(size, this.pageSize) / size);
    this.#maxima = cacheMaxima(perSlab, this.#cachedClasses - cachedSmall.length);
    for (let i = 0; i < options.arenas; i++) {
      const none = () => ({ current: undefined, partial: new Set<Run>(), runs: new Set<Run>() });
      this.bins.push(Array.from({ length: this.small }, none));
      this.caches.push(new ThreadCache(this.#maxima));
    }
  }

  /** Words of one thread cache's stacks. */
  protected get cacheWords(): number {
    return this.#maxima.reduce((sum, max) => sum + max, 0);
  }

  /** Classes that thread caches hold (nhbins). */
  protected get cachedClasses(): number {
    return this.#cachedClasses;
  }

  /** Pages for a new slab; returns their address. */
  protected abstract takeSlab(arena: number, index: number, bytes: number): number;
  protected abstract giveSlab(arena: number, run: Run, bytes: number): void;
  /** Room for a large allocation; returns the address malloc returns. `aligned` ones start on a page. */
  protected abstract takeLarge(arena: number, index: number, aligned: boolean): number;
  protected abstract giveLarge(large: Large): void;
  /** Writes slabs, thread caches and statistics. */
  protected abstract writeState(): void;
  /** What each thread's local storage holds of the allocator, written by the thread's pointer. */
  abstract writeThreadStorage(thread: number, threadPointer: number): void;

  malloc(size: number, thread = 0): number {
    const index = classIndex(this.classes, Math.max(1, size));
    const cache = this.caches[thread];
    const parked = cache.pop(index);
    if (parked !== undefined) {
      this.#parked.delete(parked);
      const large = this.large.get(parked);
      if (large) large.cached = false;
      return parked;
    }
    if (index >= this.small) return this.allocateLarge(thread, index, false, false);
    if (index >= this.#cachedClasses) return this.#allocateSmall(thread, index);
    const wanted = this.#maxima[index] >>> 1;
    const filled = Array.from({ length: wanted }, () => this.#allocateSmall(thread, index));
    cache.fill(index, filled);
    for (const address of filled) this.#parked.add(address);
    const first = cache.pop(index)!;
    this.#parked.delete(first);
    return first;
  }

  free(address: number, thread = 0): void {
    const large = this.large.get(address);
    const index = large ? large.index : this.runAt(address).bin;
    if (index >= this.#cachedClasses) {
      if (large) this.#freeLarge(large);
      else this.#freeSmall(address);
      return;
    }
    for (const old of this.caches[thread].push(index, address)) {
      this.#parked.delete(old);
      const oldLarge = this.large.get(old);
      if (oldLarge) this.#freeLarge(oldLarge);
      else this.#freeSmall(old);
    }
    this.#parked.add(address);
    if (large) large.cached = true;
  }

  usable(address: number): number {
    return this.large.get(address)?.size ?? this.classes[this.runAt(address).bin];
  }

  region(address: number): { start: number; size: number } {
    return { start: address, size: this.usable(address) };
  }

  clobbered(): number {
    return 0;
  }

  isRegion(address: number): boolean {
    if (this.large.has(address)) return true;
    const run = this.#runOfPage.get(Math.floor(address / this.pageSize));
    return run !== undefined && (address - run.base) % this.classes[run.bin] === 0;
  }

  cached(address: number): boolean {
    return this.#parked.has(address);
  }

  finish(): HeapTruth {
    this.writeState();
    const large = [...this.large.values()].sort((a, b) => a.address - b.address);
    return {
      name: 'jemalloc',
      version: this.#version,
      quantum: this.#quantum,
      pageSize: this.pageSize,
      prefix: 0,
      bins: this.#countBins(),
      large: [
        ...this.#own,
        ...large.map((item): LargeTruth => {
          return { address: hex(item.address), size: item.size, cached: item.cached, metadata: item.metadata };
        }),
      ],
    };
  }

  /** Memory of the allocator's own, from arena 0: `aligned` begins on a page, small or not (sz_sa2u). Returns its address. */
  protected allocateOwn(bytes: number, aligned: boolean): number {
    const whole = aligned ? Math.ceil(bytes / this.pageSize) * this.pageSize : bytes;
    const small = classIndex(this.classes, whole);
    if (small >= this.small) return this.allocateLarge(0, classIndex(this.classes, bytes), aligned, true);
    const address = this.#allocateSmall(0, small);
    this.#own.push({ address: hex(address), size: this.classes[small], cached: false, metadata: true });
    return address;
  }

  protected allocateLarge(arena: number, index: number, aligned: boolean, metadata: boolean): number {
    const address = this.takeLarge(arena, index, aligned);
    this.large.set(address, { address, size: this.classes[index], index, arena, metadata, cached: false });
    return address;
  }

  protected runAt(address: number): Run {
    const run = this.#runOfPage.get(Math.floor(address / this.pageSize));
    if (!run) throw new Error(`${hex(address)} was not allocated here`);
    return run;
  }

  /** All slabs, with their arenas. */
  protected *slabs(): Generator<[Run, number]> {
    for (const [arena, bins] of this.bins.entries()) {
      for (const bin of bins) for (const run of bin.runs) yield [run, arena];
    }
  }

  #countBins(): BinTruth[] {
    const bins: BinTruth[] = [];
    for (let index = 0; index < this.small; index++) {
      const runs = this.bins.flatMap(arena => [...arena[index].runs]);
      if (runs.length === 0) continue;
      const cached = this.caches.reduce((sum, cache) => sum + (cache.bins[index]?.count ?? 0), 0);
      const regions = runs.reduce((sum, run) => sum + run.regions, 0);
      const free = runs.reduce((sum, run) => sum + run.nfree, 0);
      bins.push({ size: this.classes[index], slabs: runs.length, regions, live: regions - free, cached, free });
    }
    return bins;
  }

  #allocateSmall(arena: number, index: number): number {
    const state = this.bins[arena][index];
    if (!state.current || state.current.nfree === 0) {
      state.current = undefined;
      for (const run of state.partial) {
        if (!state.current || run.base < state.current.base) state.current = run;
      }
      if (state.current) state.partial.delete(state.current);
      else state.current = this.#newSlab(arena, index);
    }
    return state.current.base + takeLowest(state.current) * this.classes[index];
  }

  #newSlab(arena: number, index: number): Run {
    const size = this.classes[index];
    const bytes = slabBytes(size, this.pageSize);
    const run = newRun(this.takeSlab(arena, index, bytes), index, bytes / size, arena);
    const first = run.base / this.pageSize;
    for (let i = 0; i < bytes / this.pageSize; i++) this.#runOfPage.set(first + i, run);
    this.bins[arena][index].runs.add(run);
    return run;
  }

  /** An empty slab goes back to its pages; one below the current takes its place; others wait their turn. */
  #freeSmall(address: number): void {
    const run = this.runAt(address);
    const state = this.bins[run.arena][run.bin];
    const size = this.classes[run.bin];
    giveBack(run, (address - run.base) / size);
    if (run.nfree === run.regions) this.#dropSlab(run, state);
    else if (run === state.current) return;
    else if (state.current && run.base < state.current.base) {
      if (state.current.nfree > 0) state.partial.add(state.current);
      state.partial.delete(run);
      state.current = run;
    } else state.partial.add(run);
  }

  #dropSlab(run: Run, state: BinState): void {
    if (state.current === run) state.current = undefined;
    state.partial.delete(run);
    state.runs.delete(run);
    const bytes = slabBytes(this.classes[run.bin], this.pageSize);
    const first = run.base / this.pageSize;
    for (let i = 0; i < bytes / this.pageSize; i++) this.#runOfPage.delete(first + i);
    this.giveSlab(run.arena, run, bytes);
  }

  #freeLarge(large: Large): void {
    this.large.delete(large.address);
    this.giveLarge(large);
  }
}
