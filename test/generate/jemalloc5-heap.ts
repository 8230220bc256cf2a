import { JemallocHeap, type JemallocOptions, type Large } from './jemalloc-heap.ts';
import { type Run, writeTreeBitmap } from './jemalloc-run.ts';
import { Jemalloc5Base } from './jemalloc5-base.ts';
import { type Extent, Jemalloc5Extents } from './jemalloc5-extents.ts';
import { BITMAP_OFFSET, hasTreeBitmap, type Jemalloc5Version } from './jemalloc5-layout.ts';
import { stackBytes, writeThread } from './jemalloc5-thread.ts';
import type { Module } from './module-image.ts';
import type { ProcessImage } from './process-image.ts';

export interface Jemalloc5Options extends JemallocOptions {
  readonly version: Jemalloc5Version;
  /** Large allocations begin at a random cache line and have a page to spare (off in the bundles from Redis 7.2 on). */
  readonly cacheOblivious: boolean;
}

/** SC_NSIZES: the size index of inactive extents. */
const NO_CLASS = { 8: 235, 16: 232 };
/** What the words of a bitmap behind the last valid one hold: the union's other members left them. */
const STALE = [0x11f3320021400000n, 0x14a2612dc624387n, 0x92825c03e6059f82n];

/**
 * jemalloc 5.1.0, 5.2.1 and 5.3.0, 48-bit addresses: a struct an extent in base blocks, with the slab's bitmap in it; dirty and retained extents; the rtree; thread caches in thread-local storage. Arena structs
 * are left zeroed but for the memory they take: their layout follows the build.
 */
export class Jemalloc5Heap extends JemallocHeap {
  readonly #options: Jemalloc5Options;
  readonly #base: Jemalloc5Base;
  readonly #extents: Jemalloc5Extents[] = [];
  /** Base address of a slab or address of a large allocation -> its extent. */
  readonly #extentOf = new Map<number, Extent>();
  readonly #arenas: number[] = [];
  readonly #stacks: number[] = [];
  readonly #threadPointers: number[] = [];

  /** `module` is where jemalloc's globals live: the server's executable, or the shared library. */
  constructor(image: ProcessImage, module: Module, options: Jemalloc5Options) {
    super(image, options.version.slice(0, 3), options);
    this.#options = options;
    const noClass = NO_CLASS[options.quantum as 8 | 16];
    this.#base = new Jemalloc5Base(image, module, options.version, noClass, this.pageSize);
    for (let i = 0; i < options.arenas; i++) {
      this.#arenas.push(this.#base.allocate(29520, 64));
      const { version } = options;
      this.#extents.push(
        new Jemalloc5Extents(image, this.#base, { version, arena: i, noClass, pageSize: this.pageSize }),
      );
    }
    const bytes = stackBytes(options.version, this.cacheWords);
    const aligned = options.version === '5.3.0';
    for (let i = 0; i < options.arenas; i++) this.#stacks.push(this.allocateOwn(bytes, aligned));
  }

  writeThreadStorage(thread: number, threadPointer: number): void {
    this.#threadPointers[thread] = threadPointer;
  }

  protected takeSlab(arena: number, index: number, bytes: number): number {
    const extent = this.#extents[arena].allocate(bytes, true, index);
    this.#extentOf.set(extent.base, extent);
    return extent.base;
  }

  protected giveSlab(arena: number, run: Run): void {
    const extent = this.#extentOf.get(run.base)!;
    this.#extentOf.delete(run.base);
    this.#writeBitmap(extent, run);
    this.#extents[arena].release(extent);
  }

  protected takeLarge(arena: number, index: number, aligned: boolean): number {
    const { pageSize } = this;
    const { random } = this.image;
    const pad = this.#options.cacheOblivious ? pageSize : 0;
    const extent = this.#extents[arena].allocate(this.classes[index] + pad, false, index);
    const address = extent.base + (pad === 0 || aligned ? 0 : random.below(pageSize / 64) * 64);
    this.#extents[arena].write(extent, address);
    this.#extentOf.set(address, extent);
    return address;
  }

  protected giveLarge(large: Large): void {
    const extent = this.#extentOf.get(large.address)!;
    this.#extentOf.delete(large.address);
    this.#extents[large.arena].release(extent);
  }

  protected writeState(): void {
    const { space } = this.image;
    for (const [run, arena] of this.slabs()) {
      const extent = this.#extentOf.get(run.base)!;
      extent.bits = { ...extent.bits, nfree: run.nfree };
      this.#extents[arena].write(extent);
      this.#writeBitmap(extent, run);
    }
    for (const extents of this.#extents) extents.finish();
    this.caches.forEach((cache, i) => {
      // The static TLS block of the module lies right below the thread pointer.
      const tsd = this.#threadPointers[i] - 0x1a00;
      const storage = { cache, stacks: this.#stacks[i], small: this.small, arena: this.#arenas[i] };
      writeThread(space, this.#options.version, tsd, storage);
    });
    this.#base.finish();
  }

  #writeBitmap(extent: Extent, run: Run): void {
    const { space } = this.image;
    const at = extent.struct + BITMAP_OFFSET;
    if (hasTreeBitmap(this.pageSize)) {
      writeTreeBitmap(space, at, run);
      return;
    }
    const words = Math.ceil(run.regions / 64);
    for (let i = 0; i < words; i++) {
      space.write32(at + 8 * i, run.free[2 * i]);
      space.write32(at + 8 * i + 4, run.free[2 * i + 1] ?? 0);
    }
    STALE.slice(0, 8 - words).forEach((word, i) => {
      space.write64(at + 8 * (words + i), word);
    });
  }
}
