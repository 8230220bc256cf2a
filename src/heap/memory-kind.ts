import { type RegionTable, regionAt, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';

/** What kind of memory holds a word. Only the first four count as references; what else points somewhere is stale or the allocator's. */
export const MEMORY_KINDS = [
  'register',
  'stack',
  'data',
  'region',
  'below-stack',
  'cached-region',
  'free-region',
  'metadata',
] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

/** Kinds of memory whose words keep something alive. */
const COUNTING: readonly MemoryKind[] = ['register', 'stack', 'data', 'region'];

export function counts(memory: MemoryKind): boolean {
  return COUNTING.includes(memory);
}

const STALE: Readonly<Partial<Record<MemoryKind, string>>> = {
  'below-stack': 'left over from calls that have returned',
  'cached-region': 'freed memory, kept for the next allocation',
  'free-region': 'freed memory',
  metadata: 'the allocator keeps it, not the program',
};

/** Why a word in such memory keeps nothing alive; undefined where it does. */
export function whyStale(memory: MemoryKind): string | undefined {
  return STALE[memory];
}

/** A place in memory: what it is, in which region, and a few words for people. */
export interface MemoryPlace {
  readonly kind: MemoryKind;
  /** Region id, or -1 outside regions. */
  readonly region: number;
  readonly description: string;
}

/** Names the memory at `address`, which lies in a segment of the dump. */
export function memoryAt(dump: Dump, regions: RegionTable, address: number): MemoryPlace {
  if (inRanges(regions.metadata.start, regions.metadata.end, address)) {
    return { kind: 'metadata', region: -1, description: `${regions.allocator.name}'s own bookkeeping` };
  }
  const region = regionAt(regions, address);
  if (region >= 0) {
    if (!testBit(regions.allocated, region)) return { kind: 'free-region', region, description: 'a free region' };
    if (testBit(regions.cached, region)) {
      return { kind: 'cached-region', region, description: 'a freed region in a thread cache' };
    }
    return { kind: 'region', region, description: 'a region in use' };
  }
  if (inRanges(regions.owned.start, regions.owned.end, address)) {
    return { kind: 'metadata', region: -1, description: `unused memory of ${regions.allocator.name}` };
  }
  const segment = dump.segmentAt(address);
  for (const thread of dump.threads) {
    if (segment === undefined || dump.segmentAt(thread.stackPointer) !== segment) continue;
    if (address < thread.stackPointer - 128) {
      return { kind: 'below-stack', region: -1, description: `below the stack pointer of thread ${thread.id}` };
    }
    return { kind: 'stack', region: -1, description: `the stack of thread ${thread.id}` };
  }
  const name = segment?.name ?? '';
  return { kind: 'data', region: -1, description: name === '' ? 'anonymous memory' : `the data of ${name}` };
}

function inRanges(start: Float64Array, end: Float64Array, address: number): boolean {
  let low = 0;
  let high = start.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (start[middle] <= address) low = middle + 1;
    else high = middle - 1;
  }
  return high >= 0 && address < end[high];
}
