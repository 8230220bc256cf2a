import { NumberColumn, popcount32, WordColumn } from './columns.ts';
import type { AllocatorIdentity, Bin, Ranges, RegionTable, SlabColumns } from './regions.ts';

/** Regions at most, so that an id fits a 32-bit word and the bit columns an array; a dump of 1 TB has fewer. */
const MOST_REGIONS = 2 ** 32 - 2;

/** No free region in the slab: a large allocation, or a glibc chunk in use. */
const ALL_LIVE = 0xffff_ffff;
/** Nothing in use in the slab: a glibc chunk that is free. */
const ALL_FREE = 0xffff_fffe;

/** Slabs in the order they were found; `table` sorts them, numbers their regions and drops what cannot be. */
export class SlabCollector {
  readonly #base = new NumberColumn();
  readonly #regionSize = new NumberColumn();
  readonly #regions = new WordColumn();
  readonly #bitmap = new WordColumn();
  readonly #freeBits = new WordColumn();

  get count(): number {
    return this.#base.length;
  }

  /** A slab whose bitmap (bit set = free, as jemalloc keeps it) is the `regions` bits of `words` from word `at` on. */
  addSlab(base: number, regionSize: number, regions: number, words: Uint32Array, at: number): void {
    this.#push(base, regionSize, regions, this.#freeBits.length);
    this.#freeBits.append(words, at, (regions + 31) >>> 5);
  }

  /** A slab of one region. */
  addSingle(base: number, size: number, free: boolean): void {
    this.#push(base, size, 1, free ? ALL_FREE : ALL_LIVE);
  }

  /**
   * The regions in columns, sorted by address. Slabs that overlap one before them are left out and counted in `dropped`:
   * the carver names them as missing. `cached` is empty, to be filled by the thread caches' decoder.
   */
  table(parts: { allocator: AllocatorIdentity; metadata: Ranges; owned: Ranges }): {
    table: RegionTable;
    dropped: number;
  } {
    const order = this.#order();
    let dropped = 0;
    let end = Number.NEGATIVE_INFINITY;
    let regions = 0;
    let kept = 0;
    for (const index of order) {
      const base = this.#base.at(index);
      const count = this.#regions.at(index);
      if (base < end || regions + count > MOST_REGIONS) {
        dropped++;
        continue;
      }
      end = base + this.#regionSize.at(index) * count;
      regions += count;
      order[kept++] = index;
    }
    const slabs = sharedSlabs(kept);
    const allocated = sharedWords((regions + 31) >>> 5);
    let id = 0;
    for (let slab = 0; slab < kept; slab++) {
      const index = order[slab];
      const count = this.#regions.at(index);
      slabs.base[slab] = this.#base.at(index);
      slabs.regionSize[slab] = this.#regionSize.at(index);
      slabs.regions[slab] = count;
      slabs.firstRegion[slab] = id;
      this.#writeLive(allocated, id, count, this.#bitmap.at(index));
      id += count;
    }
    const cached = sharedWords(allocated.length);
    return { table: { ...parts, slabs, count: regions, allocated, cached, bins: [] }, dropped };
  }

  #push(base: number, regionSize: number, regions: number, bitmap: number): void {
    this.#base.push(base);
    this.#regionSize.push(regionSize);
    this.#regions.push(regions);
    this.#bitmap.push(bitmap);
  }

  #order(): Uint32Array {
    const base = this.#base.values();
    const order = new Uint32Array(base.length);
    let sorted = true;
    for (let i = 0; i < order.length; i++) {
      order[i] = i;
      if (i > 0 && base[i] < base[i - 1]) sorted = false;
    }
    return sorted ? order : order.sort((a, b) => base[a] - base[b]);
  }

  #writeLive(allocated: Uint32Array, first: number, count: number, bitmap: number): void {
    if (bitmap === ALL_FREE) return;
    if (bitmap === ALL_LIVE) {
      for (let id = first; id < first + count; id++) allocated[id >>> 5] |= 1 << (id & 31);
      return;
    }
    const free = this.#freeBits;
    const shift = first & 31;
    for (let done = 0; done < count; done += 32) {
      let live = ~free.at(bitmap + (done >>> 5));
      const left = count - done;
      if (left < 32) live &= (1 << left) - 1;
      const word = (first + done) >>> 5;
      allocated[word] |= live << shift;
      if (shift > 0 && shift + left > 32) allocated[word + 1] |= live >>> (32 - shift);
    }
  }
}

/** The statistics of each region size, ascending: what the allocator's own report shows. */
export function binsOf(slabs: SlabColumns, allocated: Uint32Array, cached: Uint32Array): Bin[] {
  const bySize = new Map<number, { slabs: number; regions: number; live: number; cached: number }>();
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    let bin = bySize.get(size);
    if (bin === undefined) {
      bin = { slabs: 0, regions: 0, live: 0, cached: 0 };
      bySize.set(size, bin);
    }
    const first = slabs.firstRegion[slab];
    const end = first + slabs.regions[slab];
    bin.slabs++;
    bin.regions += slabs.regions[slab];
    bin.live += countBits(allocated, first, end);
    bin.cached += countBits(cached, first, end);
  }
  return [...bySize].sort(([a], [b]) => a - b).map(([size, bin]) => ({ size, ...bin, free: bin.regions - bin.live }));
}

/** Bits set among those with index in [first, end). */
function countBits(bits: Uint32Array, first: number, end: number): number {
  let count = 0;
  for (let at = first; at < end; ) {
    const within = at & 31;
    const taken = Math.min(32 - within, end - at);
    const mask = taken === 32 ? 0xffff_ffff : ((1 << taken) - 1) << within;
    count += popcount32(bits[at >>> 5] & mask);
    at += taken;
  }
  return count;
}

function sharedSlabs(count: number): SlabColumns {
  const numbers = () => new Float64Array(new SharedArrayBuffer(count * 8));
  return {
    count,
    base: numbers(),
    regionSize: numbers(),
    regions: sharedWords(count),
    firstRegion: sharedWords(count),
  };
}

function sharedWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * 4));
}
