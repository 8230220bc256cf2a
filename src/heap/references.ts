import { type RegionTable, setBit, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import type { ServerLayout } from './findings.ts';
import { GrowingF64, GrowingU8, GrowingU32 } from './growing.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { AT_START, codeOfOffset } from './pointer-codes.ts';
import { ReadAhead } from './read-ahead.ts';
import { RegionIndex } from './region-index.ts';
import { type RootRange, rootRanges } from './roots.ts';
import { objectByte, shapeOf } from './shape.ts';
import { smallerClasses } from './smaller-class.ts';

/** What the reading of references depends on. */
export type ReferenceLayout = Pick<ServerLayout, 'sds' | 'dict' | 'raxPadded' | 'aggregates' | 'objectBits'>;

/** Bits of an edge that hold the pointer code; the target's region id is above them. */
export const CODE_BITS = 4;
const CODE_MASK = (1 << CODE_BITS) - 1;
/** More regions than an edge can name (about 20 GB of heap at Redis's usual sizes). */
export const MOST_REGIONS = 2 ** (32 - CODE_BITS);

/**
 * Every word of writable memory that points into a region in use, in columns. A region is in use when it is allocated,
 * not parked in a thread cache, and none of the allocator's own. Words inside free regions are not looked at.
 */
export interface References {
  readonly inUse: Uint32Array;
  /** Edges of region id are first[id] … first[id + 1] (exclusive), in the order of their words. A region's pointers into itself are left out. */
  readonly first: Uint32Array;
  /** Target region and pointer code: see targetOf and codeOf. */
  readonly edge: Uint32Array;
  /** Which word of the source holds it: byte offset / 8, at most 255. */
  readonly word: Uint8Array;
  /** The same for roots: words outside the heap and registers. */
  readonly rootEdge: Uint32Array;
  /** Address of the word; for a register -1 - index over all threads' registers. */
  readonly rootAddress: Float64Array;
  /** Bit per region: a word below the stack pointer points into it. */
  readonly stale: Uint32Array;
  /** Bits of src/heap/shape.ts per region, live or free; 0 for the allocator's own. */
  readonly shape: Uint16Array;
  /** First byte of each region. */
  readonly head: Uint8Array;
  readonly roots: readonly RootRange[];
  readonly index: RegionIndex;
}

export function targetOf(edge: number): number {
  return edge >>> CODE_BITS;
}

/** The edge whose word is number `word` (< 255) of region `id`, or -1. */
export function edgeAt(references: References, id: number, word: number): number {
  const { first, word: words } = references;
  for (let e = first[id]; e < first[id + 1] && words[e] <= word; e++) if (words[e] === word) return e;
  return -1;
}

/** The region that word `word` of region `id` points at exactly at its start, or -1. */
export function startAt(references: References, id: number, word: number): number {
  const e = edgeAt(references, id, word);
  return e >= 0 && codeOf(references.edge[e]) === AT_START ? targetOf(references.edge[e]) : -1;
}

export function codeOf(edge: number): number {
  return edge & CODE_MASK;
}

/**
 * Reads all writable memory once, in ascending order. Throws Cancelled, and RangeError for more than MOST_REGIONS regions.
 */
export function readReferences(
  dump: Dump,
  regions: RegionTable,
  layout: ReferenceLayout,
  hooks: AnalysisHooks,
): References {
  if (regions.count >= MOST_REGIONS) throw new RangeError(`${regions.count} regions are more than ${MOST_REGIONS - 1}`);
  return new ReferenceReader(dump, regions, layout, hooks).read();
}

class ReferenceReader {
  private readonly dump: Dump;
  private readonly regions: RegionTable;
  private readonly layout: ReferenceLayout;
  private readonly index: RegionIndex;
  private readonly memory: ReadAhead;
  private readonly inUse: Uint32Array;
  private readonly first: Uint32Array;
  private readonly edge = new GrowingU32(1 << 16);
  private readonly word = new GrowingU8(1 << 16);
  private readonly rootEdge = new GrowingU32();
  private readonly rootAddress = new GrowingF64();
  private readonly stale: Uint32Array;
  private readonly shape: Uint16Array;
  private readonly head: Uint8Array;

  constructor(dump: Dump, regions: RegionTable, layout: ReferenceLayout, hooks: AnalysisHooks) {
    this.dump = dump;
    this.regions = regions;
    this.layout = layout;
    this.index = new RegionIndex(regions);
    const bytes = totalBytes(dump);
    let done = 0;
    let before = 0;
    this.memory = new ReadAhead(dump, address => {
      if (address > before) done += Math.min(address - before, this.memory.capacity);
      before = address;
      step(hooks, Math.min(1, done / bytes));
    });
    this.inUse = usable(regions);
    this.first = new Uint32Array(regions.count + 1);
    this.stale = new Uint32Array((regions.count + 31) >>> 5);
    this.shape = new Uint16Array(regions.count);
    this.head = new Uint8Array(regions.count);
  }

  read(): References {
    this.readHeap();
    const roots = rootRanges(this.dump, this.regions);
    for (const range of roots) this.readRoot(range);
    this.readRegisters();
    return {
      inUse: this.inUse,
      first: this.first,
      edge: this.edge.view(),
      word: this.word.view(),
      rootEdge: this.rootEdge.view(),
      rootAddress: this.rootAddress.view(),
      stale: this.stale,
      shape: this.shape,
      head: this.head,
      roots,
      index: this.index,
    };
  }

  private readHeap(): void {
    const { slabs } = this.regions;
    const smaller = smallerClasses(this.regions);
    const own = ownRegions(this.regions);
    for (let slab = 0; slab < slabs.count; slab++) {
      const size = slabs.regionSize[slab];
      const below = smaller(size);
      let address = slabs.base[slab];
      let id = slabs.firstRegion[slab];
      for (let i = 0; i < slabs.regions[slab]; i++, id++, address += size) {
        if (!testBit(own, id)) this.readRegion(id, address, size, below);
        this.first[id + 1] = this.edge.length;
      }
    }
  }

  private readRegion(id: number, address: number, size: number, smaller: number): void {
    const { memory } = this;
    const held = Math.min(size, memory.capacity);
    const at = memory.at(address, held);
    this.head[id] = objectByte(memory.bytes, at, this.layout);
    this.shape[id] = shapeOf(memory.bytes, at, held, size, smaller, address, this.layout, offset => {
      return this.dump.bytes(address + offset, 1)?.[0] ?? -1;
    });
    if (!testBit(this.inUse, id)) return;
    for (let from = 0; from < size; from += memory.capacity) {
      const length = Math.min(size - from, memory.capacity);
      const place = from === 0 ? at : memory.at(address + from, length);
      if (this.layout.raxPadded) this.readWords(id, place, length, from);
      else this.readEveryByte(id, address + from, length, from, size);
    }
  }

  /** The aligned words of `length` bytes at index `place` of the buffer, which lie `from` bytes into region `id`. */
  private readWords(id: number, place: number, length: number, from: number): void {
    const { halves } = this.memory;
    const { lowWord, wordSpan } = this.index;
    let half = ((place + 7) >>> 3) * 2;
    const stop = ((place + length) >>> 3) * 2;
    const origin = place - from;
    for (; half < stop; half += 2) {
      const upper = halves[half + 1];
      if (upper - lowWord > wordSpan || upper < lowWord) continue;
      const target = this.index.find(upper * 0x1_0000_0000 + halves[half]);
      if (target < 0 || target === id || !testBit(this.inUse, target)) continue;
      this.edge.push((target << CODE_BITS) | codeOfOffset(this.index.inner));
      this.word.push(Math.min(255, (half * 4 - origin) >>> 3));
    }
  }

  /** As readWords, for words at any byte: the rax of Redis 4.0 does not align its pointers. Only addresses of 48 bits are seen. */
  private readEveryByte(id: number, address: number, length: number, from: number, size: number): void {
    const { memory } = this;
    const { lowWord, wordSpan } = this.index;
    // A word may begin in this piece and end in the next one.
    const reach = Math.min(length + 7, size - from, memory.capacity);
    const place = memory.at(address, reach);
    const { bytes } = memory;
    const last = place + reach - 8;
    for (let at = place; at <= last; at++) {
      if (bytes[at + 7] !== 0 || bytes[at + 6] !== 0) continue;
      const upper = bytes[at + 4] | (bytes[at + 5] << 8);
      if (upper - lowWord > wordSpan || upper < lowWord) continue;
      const lower = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
      const target = this.index.find(upper * 0x1_0000_0000 + lower);
      if (target < 0 || target === id || !testBit(this.inUse, target)) continue;
      this.edge.push((target << CODE_BITS) | codeOfOffset(this.index.inner));
      this.word.push(Math.min(255, (at - place + from) >>> 3));
    }
  }

  private readRoot(range: RootRange): void {
    const { memory } = this;
    const { lowWord, wordSpan } = this.index;
    for (let address = Math.ceil(range.start / 8) * 8; address + 8 <= range.end; ) {
      const length = Math.min(memory.capacity, Math.floor((range.end - address) / 8) * 8);
      const place = memory.at(address, length);
      const { halves } = memory;
      const stop = ((place + length) >>> 3) * 2;
      for (let half = (place >>> 3) * 2; half < stop; half += 2) {
        const upper = halves[half + 1];
        if (upper - lowWord > wordSpan || upper < lowWord) continue;
        const target = this.index.find(upper * 0x1_0000_0000 + halves[half]);
        if (target < 0 || !testBit(this.inUse, target)) continue;
        if (range.stale) setBit(this.stale, target);
        else {
          this.rootEdge.push((target << CODE_BITS) | codeOfOffset(this.index.inner));
          this.rootAddress.push(memory.start + half * 4);
        }
      }
      address += length;
    }
  }

  private readRegisters(): void {
    let number = 0;
    for (const thread of this.dump.threads) {
      for (const value of thread.registers) {
        const target = value < 0x20_0000_0000_0000n ? this.index.find(Number(value)) : -1;
        if (target >= 0 && testBit(this.inUse, target)) {
          this.rootEdge.push((target << CODE_BITS) | codeOfOffset(this.index.inner));
          this.rootAddress.push(-1 - number);
        }
        number++;
      }
    }
  }
}

/** Bit per region that is the allocator's own (a thread-cache stack is an ordinary large region). */
function ownRegions(regions: RegionTable): Uint32Array {
  const own = new Uint32Array((regions.count + 31) >>> 5);
  const { start, end } = regions.metadata;
  const { base, regionSize, regions: count, firstRegion, count: slabs } = regions.slabs;
  let slab = 0;
  for (let i = 0; i < start.length; i++) {
    while (slab < slabs && base[slab] + regionSize[slab] * count[slab] <= start[i]) slab++;
    for (let k = slab; k < slabs && base[k] < end[i]; k++) {
      const first = Math.max(0, Math.floor((start[i] - base[k]) / regionSize[k]));
      const last = Math.min(count[k], Math.ceil((end[i] - base[k]) / regionSize[k]));
      for (let place = first; place < last; place++) setBit(own, firstRegion[k] + place);
    }
  }
  return own;
}

function usable(regions: RegionTable): Uint32Array {
  const own = ownRegions(regions);
  return regions.allocated.map((word, i) => word & ~regions.cached[i] & ~own[i]);
}

function totalBytes(dump: Dump): number {
  let bytes = 1;
  for (const segment of dump.segments) if (segment.writable) bytes += segment.present;
  return bytes;
}
