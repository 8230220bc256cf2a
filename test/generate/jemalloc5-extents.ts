import type { Jemalloc5Base } from './jemalloc5-base.ts';
import {
  type ExtentBits,
  type Jemalloc5Version,
  leafWord,
  PLACES,
  packBits,
  STATE,
  STRUCT_ALIGNMENT,
  structBytes,
} from './jemalloc5-layout.ts';
import type { ProcessImage } from './process-image.ts';

/** A span of pages and its struct. `nfree` and the bitmap are written by whoever owns a slab. */
export interface Extent {
  readonly struct: number;
  base: number;
  bytes: number;
  bits: ExtentBits;
}

const GROWTH = [2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32].map(size => size * 1024 * 1024);
const ALIGNMENT = 2 * 1024 * 1024;

/** The page level of one arena of jemalloc 5: active, dirty and retained extents, and mappings that grow. */
export class Jemalloc5Extents {
  readonly #image: ProcessImage;
  readonly #base: Jemalloc5Base;
  readonly #version: Jemalloc5Version;
  readonly #arena: number;
  readonly #noClass: number;
  readonly #dirty: Extent[] = [];
  readonly #retained: Extent[] = [];
  readonly #pageSize: number;
  #grown = 0;

  constructor(
    image: ProcessImage,
    base: Jemalloc5Base,
    options: { version: Jemalloc5Version; arena: number; noClass: number; pageSize: number },
  ) {
    this.#image = image;
    this.#base = base;
    this.#version = options.version;
    this.#arena = options.arena;
    this.#noClass = options.noClass;
    this.#pageSize = options.pageSize;
  }

  /** An active extent of that many bytes: from dirty ones first, then retained ones, then a new mapping. */
  allocate(bytes: number, slab: boolean, szind: number): Extent {
    const extent = take(this.#dirty, bytes) ?? take(this.#retained, bytes) ?? this.#grow(bytes);
    if (extent.bytes > bytes) this.#split(extent, bytes);
    extent.bits = { ...extent.bits, slab, szind, nfree: 0, state: STATE.active };
    this.#register(extent);
    this.write(extent);
    return extent;
  }

  /** Gives an extent back as a dirty one; the bytes stay. 5.3 leaves the slab bit in the struct, though not in the rtree. */
  release(extent: Extent): void {
    const pageSize = this.#pageSize;
    const wasSlab = extent.bits.slab;
    extent.bits = { ...extent.bits, slab: false, szind: this.#noClass, state: STATE.dirty, zeroed: false };
    if (wasSlab) {
      for (let page = pageSize; page < extent.bytes - pageSize; page += pageSize) {
        this.#base.setLeaf(extent.base + page, 0n);
      }
    }
    this.#register(extent);
    extent.bits = { ...extent.bits, slab: wasSlab && this.#version === '5.3.0' };
    this.#dirty.push(extent);
    this.write(extent);
  }

  /** Writes the struct; `address` differs from the base where a large allocation is randomized. */
  write(extent: Extent, address = extent.base): void {
    const { space } = this.#image;
    const at = extent.struct;
    space.write64(at, packBits(this.#version, this.#pageSize, extent.bits));
    space.write64(at + 8, address);
    if (this.#version === '5.3.0') space.write64(at + 32, extent.bits.serial);
    if (!extent.bits.slab || PLACES[this.#version].ring < 64) this.#link(at, at, at);
    space.write64(at + 16, extent.bytes + (space.read64(at + 16) % this.#pageSize));
  }

  /** Links the inactive extents of each state in a ring. */
  finish(): void {
    for (const ring of [this.#dirty, this.#retained]) {
      ring.forEach((extent, i) => {
        const next = ring[(i + 1) % ring.length].struct;
        const previous = ring[(i + ring.length - 1) % ring.length].struct;
        this.#link(extent.struct, next, previous);
      });
    }
  }

  #link(struct: number, next: number, previous: number): void {
    const { ring } = PLACES[this.#version];
    this.#image.space.write64(struct + ring, next);
    this.#image.space.write64(struct + ring + 8, previous);
  }

  /** Cuts the extent to `bytes`; the rest becomes an extent of the same state. */
  #split(extent: Extent, bytes: number): void {
    const rest = this.#newExtent(extent.base + bytes, extent.bytes - bytes, { ...extent.bits, head: false });
    extent.bytes = bytes;
    (rest.bits.state === STATE.dirty ? this.#dirty : this.#retained).push(rest);
    this.#register(rest);
    this.write(rest);
  }

  #grow(bytes: number): Extent {
    while (GROWTH[Math.min(this.#grown, GROWTH.length - 1)] < bytes && this.#grown < GROWTH.length) this.#grown++;
    const size = Math.max(bytes, GROWTH[Math.min(this.#grown, GROWTH.length - 1)]);
    const base = this.#image.mmap(size, ALIGNMENT);
    const state = { arena: this.#arena, slab: false, zeroed: true, state: STATE.retained, nfree: 0 };
    return this.#newExtent(base, size, { ...state, szind: this.#noClass, head: true, serial: this.#grown++ });
  }

  #newExtent(base: number, bytes: number, bits: ExtentBits): Extent {
    const struct = this.#base.allocate(structBytes(this.#pageSize), STRUCT_ALIGNMENT[this.#version]);
    this.#image.space.write64(struct + 16, this.#base.serial);
    return { struct, base, bytes, bits };
  }

  /** The leaf words of the first and last page, and of all pages of a slab. */
  #register(extent: Extent): void {
    const pageSize = this.#pageSize;
    const word = leafWord(this.#version, extent.struct, extent.bits);
    this.#base.setLeaf(extent.base, word);
    this.#base.setLeaf(extent.base + extent.bytes - pageSize, word);
    if (!extent.bits.slab) return;
    for (let page = pageSize; page < extent.bytes - pageSize; page += pageSize) {
      this.#base.setLeaf(extent.base + page, word);
    }
  }
}

/** Removes the smallest extent that is large enough, the lowest of several. */
function take(extents: Extent[], bytes: number): Extent | undefined {
  let best = -1;
  extents.forEach((extent, i) => {
    if (extent.bytes < bytes) return;
    const other = extents[best];
    if (!other || extent.bytes < other.bytes || (extent.bytes === other.bytes && extent.base < other.base)) best = i;
  });
  return best < 0 ? undefined : extents.splice(best, 1)[0];
}
