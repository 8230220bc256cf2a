import type { RegionTable } from '../../src/allocator/regions.ts';
import { setBit } from '../../src/allocator/regions.ts';
import type { ByteSource, Dump, Segment, SegmentKind, Thread } from '../../src/dump/dump.ts';
import { SegmentedDump } from '../../src/dump/segmented-dump.ts';
import type { AnalysisHooks } from '../../src/heap/hooks.ts';

/** A process written by hand: segments in one buffer, slabs of regions in them, a thread. */
export class HandMade {
  private readonly segments: { start: number; bytes: Buffer; kind: SegmentKind; name: string; absent: number }[] = [];
  private readonly slabs: { base: number; size: number; regions: number }[] = [];
  private readonly free: number[] = [];
  private readonly cached: number[] = [];
  private readonly metadata: [number, number][] = [];
  private readonly threads: Thread[] = [];

  /** Adds a writable segment; `absent` bytes at its end are not in the dump. */
  segment(start: number, length: number, kind: SegmentKind = 'anonymous', name = '', absent = 0): this {
    this.segments.push({ start, bytes: Buffer.alloc(length), kind, name, absent });
    this.segments.sort((a, b) => a.start - b.start);
    return this;
  }

  /** Makes a slab in a segment added before. */
  slab(base: number, size: number, regions: number): this {
    this.slabs.push({ base, size, regions });
    this.slabs.sort((a, b) => a.base - b.base);
    return this;
  }

  /** The region at `address` is free. */
  freed(address: number): this {
    this.free.push(address);
    return this;
  }

  /** The region at `address` lies in a thread cache. */
  parked(address: number): this {
    this.cached.push(address);
    return this;
  }

  own(start: number, end: number): this {
    this.metadata.push([start, end]);
    return this;
  }

  thread(stackPointer: number, registers: readonly bigint[] = []): this {
    const all = new BigUint64Array(27);
    registers.forEach((value, i) => {
      all[i] = value;
    });
    all[19] = BigInt(stackPointer);
    this.threads.push({ id: this.threads.length + 1, registers: all, stackPointer, programCounter: 0 });
    return this;
  }

  word(address: number, value: number): this {
    this.at(address, 8).writeBigUInt64LE(BigInt(value));
    return this;
  }

  bytes(address: number, bytes: Uint8Array): this {
    this.at(address, bytes.length).set(bytes);
    return this;
  }

  /** A string with an sdshdr8 (sdshdr5 without `alloc`) whose allocation starts at `start`; returns its sds pointer. */
  sds(start: number, text: string, alloc?: number): number {
    const payload = Buffer.from(text, 'latin1');
    const header = alloc === undefined ? [payload.length << 3] : [payload.length, alloc, 1];
    this.bytes(start, Buffer.concat([Buffer.from(header), payload, Buffer.from([0])]));
    return start + header.length;
  }

  dump(): Dump {
    const source = new Uint8Array(this.segments.reduce((sum, one) => sum + one.bytes.length, 0));
    const segments: Segment[] = [];
    let offset = 0;
    this.segments.forEach((one, index) => {
      source.set(one.bytes, offset);
      segments.push({
        index,
        start: one.start,
        end: one.start + one.bytes.length,
        offset,
        present: one.bytes.length - one.absent,
        promised: one.bytes.length - one.absent,
        readable: true,
        writable: true,
        executable: false,
        kind: one.kind,
        name: one.name,
      });
      offset += one.bytes.length;
    });
    return new SegmentedDump({
      source: memorySource(source),
      format: 'elf-core',
      machine: 'x86-64',
      segments,
      threads: this.threads,
      modules: [],
      process: undefined,
      auxiliary: new Map(),
      problems: [],
      baseKnown: true,
    });
  }

  regions(): RegionTable {
    const count = this.slabs.reduce((sum, one) => sum + one.regions, 0);
    const allocated = new Uint32Array((count + 31) >>> 5);
    const cached = new Uint32Array((count + 31) >>> 5);
    const firstRegion: number[] = [];
    let id = 0;
    for (const slab of this.slabs) {
      firstRegion.push(id);
      for (let i = 0; i < slab.regions; i++, id++) {
        const address = slab.base + i * slab.size;
        if (!this.free.includes(address)) setBit(allocated, id);
        if (this.cached.includes(address)) setBit(cached, id);
      }
    }
    const metadata = this.metadata.sort((a, b) => a[0] - b[0]);
    return {
      allocator: {
        name: 'jemalloc',
        version: '5.3',
        quantum: 16,
        pageSize: 4096,
        prefix: 0,
        evidence: [],
        missing: [],
      },
      slabs: {
        count: this.slabs.length,
        base: Float64Array.from(this.slabs, one => one.base),
        regionSize: Float64Array.from(this.slabs, one => one.size),
        regions: Uint32Array.from(this.slabs, one => one.regions),
        firstRegion: Uint32Array.from(firstRegion),
      },
      count,
      allocated,
      cached,
      metadata: {
        start: Float64Array.from(metadata, one => one[0]),
        end: Float64Array.from(metadata, one => one[1]),
      },
      owned: {
        start: Float64Array.from(this.slabs, one => one.base),
        end: Float64Array.from(this.slabs, one => one.base + one.size * one.regions),
      },
      bins: [],
    };
  }

  private at(address: number, length: number): Buffer {
    const segment = this.segments.find(one => address >= one.start && address + length <= one.start + one.bytes.length);
    if (!segment) throw new Error(`nothing at 0x${address.toString(16)}`);
    return segment.bytes.subarray(address - segment.start, address - segment.start + length);
  }
}

function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, into) => {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
    close: () => {},
  };
}

export const quiet: AnalysisHooks = { progress: () => {}, cancelled: () => false };
