/**
 * What an allocator's carver hands on: every region of the heap, in columns.
 * A slab is a run of equal regions (jemalloc 4 says "run"); a large allocation is a slab of one region,
 * and so is every glibc chunk. Region ids count through the slabs in address order.
 */
export interface RegionTable {
  readonly allocator: AllocatorIdentity;
  readonly slabs: SlabColumns;
  /** Number of regions in all slabs, live or free; ids are 0 … count-1. */
  readonly count: number;
  /** Bit per region id (u32 words, bit id & 31 of word id >>> 5): 1 = allocated as the allocator counts it, thread caches included. */
  readonly allocated: Uint32Array;
  /** Bit per region id: 1 = parked in a thread cache (a subset of `allocated`): its bytes are freed. */
  readonly cached: Uint32Array;
  /**
   * Bit per region id: 1 = named in a thread cache whose fill is not known, so freed or in use, nobody can say which
   * (a subset of `allocated`). Absent where all caches were decoded.
   */
  readonly perhapsCached?: Uint32Array;
  /** The sentence of `allocator.missing` on those regions, there with `perhapsCached`: it concerns them and no others. */
  readonly perhapsCachedNote?: string;
  /**
   * Where the metadata does not tell where in its first page a large allocation begins (jemalloc 4, cache-oblivious): how many
   * bytes past its region's start, at most, in steps of 64 (4,032). Concerns slabs of one region that are larger than four pages
   * (not those of 2 MiB and more); absent where starts are exact.
   */
  readonly startSpread?: number;
  /** The allocator's own memory (base blocks, extent structs, thread-cache stacks, chunk headers), sorted, half-open: no roots, no references. */
  readonly metadata: Ranges;
  /** Ranges the allocator owns altogether, whether in use or not (slabs, large, dirty and retained extents, metadata), sorted, half-open. Other writable memory is a root. */
  readonly owned: Ranges;
  readonly bins: readonly Bin[];
}

export interface AllocatorIdentity {
  readonly name: 'jemalloc' | 'glibc';
  /** "4.0", "5.1", "5.2", "5.3" — what the metadata's layout tells apart; for glibc '' or its version. */
  readonly version: string;
  /** Bytes between the smallest size classes: 8 or 16. */
  readonly quantum: number;
  readonly pageSize: number;
  /** Bytes of zmalloc's size prefix before each payload: 8 on libc builds of Redis <= 4.0, else 0. Region starts below are behind it. */
  readonly prefix: number;
  /** Sentences with numbers: why this allocator and no other ("5,095 slabs, popcount equals nfree in all"). */
  readonly evidence: readonly string[];
  /** What could not be recovered, each in a sentence; empty when everything was. A verdict is refused for regions it concerns. */
  readonly missing: readonly string[];
}

/** Sorted by base; slabs do not overlap. */
export interface SlabColumns {
  readonly count: number;
  /** Address of region 0. */
  readonly base: Float64Array;
  /** Bytes of one region: the size class. */
  readonly regionSize: Float64Array;
  readonly regions: Uint32Array;
  /** Id of the slab's region 0. */
  readonly firstRegion: Uint32Array;
}

export interface Ranges {
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** One size class, as the allocator's own statistics show it. live counts what the allocator calls curregs: live - cached are in use. */
export interface Bin {
  readonly size: number;
  readonly slabs: number;
  readonly regions: number;
  readonly live: number;
  readonly cached: number;
  readonly free: number;
}

/** The table of a dump whose allocator was not recovered. */
export function noRegions(): RegionTable {
  const none = new Float64Array(0);
  return {
    allocator: { name: 'jemalloc', version: '', quantum: 8, pageSize: 4096, prefix: 0, evidence: [], missing: [] },
    slabs: { count: 0, base: none, regionSize: none, regions: new Uint32Array(0), firstRegion: new Uint32Array(0) },
    count: 0,
    allocated: new Uint32Array(0),
    cached: new Uint32Array(0),
    metadata: { start: none, end: none },
    owned: { start: none, end: none },
    bins: [],
  };
}

/** Index of the slab that holds `address`, or -1. O(log slabs). */
export function slabAt(slabs: SlabColumns, address: number): number {
  let low = 0;
  let high = slabs.count - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (slabs.base[middle] <= address) low = middle + 1;
    else high = middle - 1;
  }
  if (high < 0) return -1;
  return address < slabs.base[high] + slabs.regionSize[high] * slabs.regions[high] ? high : -1;
}

/** Id of the region that holds `address`, live or free, or -1. */
export function regionAt(table: RegionTable, address: number): number {
  const slab = slabAt(table.slabs, address);
  if (slab < 0) return -1;
  const { base, regionSize, firstRegion } = table.slabs;
  return firstRegion[slab] + Math.floor((address - base[slab]) / regionSize[slab]);
}

/** Index of the slab of region `id`. O(log slabs). */
export function slabOfRegion(slabs: SlabColumns, id: number): number {
  let low = 0;
  let high = slabs.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (slabs.firstRegion[middle] <= id) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function testBit(bits: Uint32Array, id: number): boolean {
  return ((bits[id >>> 5] >>> (id & 31)) & 1) === 1;
}

export function setBit(bits: Uint32Array, id: number): void {
  bits[id >>> 5] |= 1 << (id & 31);
}
