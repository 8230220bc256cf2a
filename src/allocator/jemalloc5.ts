import type { Dump } from '../dump/dump.ts';
import { type RecoverHooks, throwIfCancelled } from './hooks.ts';
import { type ClassTable, classTable } from './jemalloc-classes.ts';
import { type BaseBlock, findBaseBlocks } from './jemalloc5-base.ts';
import { carveExtents, ExtentColumns, INACTIVE, LARGE, SLAB } from './jemalloc5-extents.ts';
import { type ExtentLayout, extentLayout, PAGE_SIZES } from './jemalloc5-layout.ts';
import { RangeList } from './ranges.ts';
import type { RegionTable } from './regions.ts';
import { readAcross, scanRange } from './scan.ts';
import { countText } from './sentences.ts';
import { SlabCollector } from './slab-collector.ts';
import { addThreadCaches, findThreadCaches, unownedRanges } from './thread-cache.ts';
import { headsOf51, headsOf53, startsWithMark } from './thread-cache-heads.ts';

/** Bytes of base blocks on which the hypotheses compete; the winner then reads them all. */
const SAMPLE = 8 * 1024 * 1024;

/** One slab in so many may have been changing when the dump was taken. */
const MOST_CHANGING = 100;

/** A thread cache's slots take less: 73 bins of at most 200 slots, and their heads. */
const MOST_CACHE_BYTES = 256 * 1024;

/** Share of the work that is done once the extents are known. */
const CARVED = 0.6;

interface Hypothesis {
  readonly layout: ExtentLayout;
  readonly classes: ClassTable;
}

/**
 * Recovers a jemalloc 5 heap from its metadata: the base blocks are found by their headers, in them every extent's struct.
 * Undefined where no layout explains what is there. Throws Cancelled.
 */
export function recoverJemalloc5(dump: Dump, hooks: RecoverHooks): RegionTable | undefined {
  const blocks = findBaseBlocks(dump, hooks);
  if (blocks.length === 0) return undefined;
  const sample = readSample(dump, blocks);
  let best: Hypothesis | undefined;
  let bestSlabs = 0;
  let runnerUp = 0;
  for (const pageSize of PAGE_SIZES) {
    for (const quantum of [8, 16]) {
      const classes = classTable(quantum, pageSize);
      for (const family of ['5.1', '5.3'] as const) {
        throwIfCancelled(hooks);
        const layout = extentLayout(family, pageSize);
        const slabs = slabsIn(sample, layout, classes);
        if (slabs > bestSlabs) {
          runnerUp = bestSlabs;
          bestSlabs = slabs;
          best = { layout, classes };
        } else if (slabs > runnerUp) runnerUp = slabs;
      }
    }
  }
  if (best === undefined) return undefined;
  const { layout, classes } = best;
  const extents = new ExtentColumns();
  let done = 0;
  for (const block of blocks) {
    scanRange(dump, block.start, block.used, layout.bytes - 8, hooks, (address, words, starts) => {
      carveExtents(address, words, starts, layout, classes, extents);
    });
    hooks.progress((++done / blocks.length) * CARVED);
  }
  return withThreadCaches(dump, tableOf(dump, blocks, extents, best, { sampled: bestSlabs, runnerUp }), best, hooks);
}

interface Sample {
  readonly address: number;
  readonly words: Uint32Array;
}

function readSample(dump: Dump, blocks: readonly BaseBlock[]): Sample[] {
  const samples: Sample[] = [];
  let left = SAMPLE;
  for (const block of blocks) {
    if (left <= 0) break;
    const words = new Uint32Array(Math.min(left, block.used - block.start) >>> 2);
    const got = readAcross(dump, block.start, new Uint8Array(words.buffer));
    samples.push({ address: block.start, words: words.subarray(0, got >>> 2) });
    left -= got;
  }
  return samples;
}

function slabsIn(samples: readonly Sample[], layout: ExtentLayout, classes: ClassTable): number {
  const extents = new ExtentColumns();
  for (const { address, words } of samples) carveExtents(address, words, words.length, layout, classes, extents);
  return extents.slabs;
}

function tableOf(
  dump: Dump,
  blocks: readonly BaseBlock[],
  extents: ExtentColumns,
  { layout, classes }: Hypothesis,
  contest: { sampled: number; runnerUp: number },
): RegionTable {
  const { pageSize } = layout;
  const spread = startsAreSpread(extents, pageSize);
  const collector = new SlabCollector();
  const metadata = new RangeList();
  const owned = new RangeList();
  for (const block of blocks) {
    metadata.add(block.start, block.end);
    owned.add(block.start, block.end);
  }
  const bitmaps = extents.bitmaps.values();
  let large = 0;
  let inactive = 0;
  let unmapped = 0;
  for (let i = 0; i < extents.at.length; i++) {
    const address = extents.address.at(i);
    const bytes = extents.bytes.at(i);
    const firstPage = address - (address % pageSize);
    const kind = extents.kind.at(i);
    if (kind !== INACTIVE && !isMapped(dump, firstPage, bytes)) {
      unmapped++;
      continue;
    }
    owned.add(firstPage, firstPage + bytes);
    if (kind === SLAB) {
      const size = classes.size[extents.sizeIndex.at(i)];
      collector.addSlab(address, size, bytes / size, bitmaps, extents.bitmap.at(i));
    } else if (kind === LARGE) {
      large++;
      collector.addSingle(address, spread ? bytes - pageSize : bytes, false);
    } else inactive++;
  }
  const version = layout.family === '5.3' ? '5.3' : olderVersion(extents);
  const missing: string[] = [];
  const evidence = [
    `${blocks.length} base blocks of jemalloc 5, each naming its own end`,
    `${countText(extents.slabs + extents.miscounted)} slabs of jemalloc ${version} with quantum ${classes.quantum} and ${countText(pageSize)}-byte pages, the number of free regions equal to the bitmap in ${extents.miscounted === 0 ? 'every one' : `all but ${countText(extents.miscounted)}`}`,
    `in a sample ${countText(contest.sampled)} slabs fit this layout, ${countText(contest.runnerUp)} the next best`,
    `${countText(large)} large allocations${spread ? ', their starts spread over the first page (cache-oblivious)' : ''}, ${countText(inactive)} extents not in use`,
  ];
  const { table, dropped } = collector.table({
    allocator: { name: 'jemalloc', version, quantum: classes.quantum, pageSize, prefix: 0, evidence, missing },
    metadata: metadata.merged(),
    owned: owned.merged(),
  });
  if (extents.miscounted * MOST_CHANGING > extents.slabs) {
    missing.push(`${countText(extents.miscounted)} slabs disagree with their own count of free regions`);
  }
  if (dropped > 0) missing.push(`${countText(dropped)} extents overlap others and were left out`);
  if (unmapped > 0) missing.push(`${countText(unmapped)} extents lie outside the memory that the dump describes`);
  return table;
}

/** Adds what the threads' caches hold: `cached`, the slots as metadata, and sentences about both. */
function withThreadCaches(
  dump: Dump,
  table: RegionTable,
  { layout, classes }: Hypothesis,
  hooks: RecoverHooks,
): RegionTable {
  const newer = layout.family === '5.3';
  const marked = newer ? markedRegions(dump, table, hooks) : [];
  const heads = newer ? headsOf53(dump, table) : headsOf51(table, classes.smallClasses);
  const caches = findThreadCaches(dump, table, [...unownedRanges(dump, table), ...marked], heads, hooks);
  return addThreadCaches(dump, table, classes.size, caches, marked);
}

/** Large allocations that begin with the mark of a thread cache's slots: [start, end) each. */
function markedRegions(dump: Dump, table: RegionTable, hooks: RecoverHooks): [number, number][] {
  const { slabs } = table;
  const marked: [number, number][] = [];
  for (let slab = 0; slab < slabs.count; slab++) {
    const start = slabs.base[slab];
    const size = slabs.regionSize[slab];
    if (slabs.regions[slab] !== 1 || size > MOST_CACHE_BYTES) continue;
    throwIfCancelled(hooks);
    if (!startsWithMark(dump, start)) continue;
    marked.push([start, start + size]);
  }
  return marked;
}

/** Whether large allocations begin anywhere in their first page, which costs each a page more (config.cache_oblivious). */
function startsAreSpread(extents: ExtentColumns, pageSize: number): boolean {
  for (let i = 0; i < extents.at.length; i++) {
    if (extents.kind.at(i) === LARGE && extents.address.at(i) % pageSize !== 0) return true;
  }
  return false;
}

/**
 * 5.1.0 has a serial number above the count of free regions; 5.2.1 has it seven bits higher, above the bin's shard (0 unless configured).
 * The many decide: one extent caught while it changed must not.
 */
function olderVersion({ lowSerials, highSerials }: ExtentColumns): string {
  return highSerials > lowSerials ? '5.2' : '5.1';
}

function isMapped(dump: Dump, start: number, bytes: number): boolean {
  return dump.segmentAt(start) !== undefined && dump.segmentAt(start + bytes - 1) !== undefined;
}
