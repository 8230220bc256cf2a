import type { RegionTable, SlabColumns } from '../allocator/regions.ts';

const PAGE = 4096;
/** Bytes of address space behind one entry of the top table. */
const BLOCK = 1 << 26;
const PAGES_PER_BLOCK = BLOCK / PAGE;
/** Slabs that can begin in one page: glibc's chunks, 32 bytes apart at least. */
const MOST_SLABS_PER_PAGE = PAGE / 16;

/**
 * From any address to the region that holds it in a few steps: a two-level table of pages, each with the last slab that
 * begins at or before it. Memory: 64 KiB for each 64 MiB of address space that holds slabs.
 */
export class RegionIndex {
  /** All regions lie in [low, high). */
  readonly low: number;
  readonly high: number;
  /** Upper 32 bits of `low`, and how many more values of them there are: a cheap first filter for words. */
  readonly lowWord: number;
  readonly wordSpan: number;
  /** Byte offset inside its region of the last address that `find` found. */
  inner = 0;
  private readonly slabs: SlabColumns;
  private readonly top: Int32Array;
  private readonly pages: Int32Array;

  constructor(regions: RegionTable) {
    const { slabs } = regions;
    this.slabs = slabs;
    const last = slabs.count - 1;
    this.low = last < 0 ? 0 : Math.floor(slabs.base[0] / PAGE) * PAGE;
    this.high = last < 0 ? 0 : slabs.base[last] + slabs.regionSize[last] * slabs.regions[last];
    this.lowWord = Math.floor(this.low / 0x1_0000_0000);
    this.wordSpan = last < 0 ? -1 : Math.floor((this.high - 1) / 0x1_0000_0000) - this.lowWord;
    this.top = new Int32Array(Math.ceil((this.high - this.low) / BLOCK) + 1).fill(-1);

    let blocks = 0;
    for (let slab = 0; slab < slabs.count; slab++) {
      const end = slabs.base[slab] + slabs.regionSize[slab] * slabs.regions[slab] - 1;
      for (let block = this.blockOf(slabs.base[slab]); block <= this.blockOf(end); block++) {
        if (this.top[block] < 0) this.top[block] = blocks++;
      }
    }
    this.pages = new Int32Array(blocks * PAGES_PER_BLOCK).fill(-1);
    for (let slab = 0; slab < slabs.count; slab++) {
      const first = Math.floor((slabs.base[slab] - this.low) / PAGE);
      const end = slabs.base[slab] + slabs.regionSize[slab] * slabs.regions[slab] - 1;
      const final = Math.floor((end - this.low) / PAGE);
      for (let page = first; page <= final; page++) {
        const at = this.top[Math.floor(page / PAGES_PER_BLOCK)] * PAGES_PER_BLOCK + (page % PAGES_PER_BLOCK);
        if (this.pages[at] < 0) this.pages[at] = slab;
      }
    }
  }

  /** Id of the region, live or free, that holds `address`, or -1. Sets `inner`. */
  find(address: number): number {
    const slab = this.slabOf(address);
    if (slab < 0) return -1;
    const { base, regionSize, regions, firstRegion } = this.slabs;
    const offset = address - base[slab];
    const size = regionSize[slab];
    const place = Math.floor(offset / size);
    if (place >= regions[slab]) return -1;
    this.inner = offset - place * size;
    return firstRegion[slab] + place;
  }

  private slabOf(address: number): number {
    if (address < this.low || address >= this.high) return -1;
    const relative = address - this.low;
    const block = Math.floor(relative / BLOCK);
    const table = this.top[block];
    if (table < 0) return -1;
    const page = Math.floor((relative - block * BLOCK) / PAGE);
    let slab = this.pages[table * PAGES_PER_BLOCK + page];
    if (slab < 0) return -1;
    const { base, count } = this.slabs;
    if (base[slab] > address) return -1;
    if (slab + 1 >= count || base[slab + 1] > address) return slab;
    let high = Math.min(count - 1, slab + MOST_SLABS_PER_PAGE + 1);
    while (slab < high) {
      const middle = (slab + high + 1) >>> 1;
      if (base[middle] <= address) slab = middle;
      else high = middle - 1;
    }
    return slab;
  }

  private blockOf(address: number): number {
    return Math.floor((address - this.low) / BLOCK);
  }
}
