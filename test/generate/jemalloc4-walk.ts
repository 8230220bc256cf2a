import assert from 'node:assert/strict';
import type { CoreFile } from './core-file.ts';

const CHUNK = 2 * 1024 * 1024;
const PAGES = 512;
const BIAS = 13;

export interface Found {
  readonly chunks: number;
  /** Region size -> runs and live regions. */
  readonly bins: Map<number, { slabs: number; live: number }>;
  /** Large runs: first byte and size. */
  readonly large: { start: number; bytes: number }[];
  /** First bytes of the free regions of all runs, with the region size. */
  readonly free: Map<number, number>;
}

/** Small size classes of quantum 8, as jemalloc 4.0.3's table lists them. */
export const SMALL = [
  8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280,
  1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192, 10240, 12288, 14336,
];

/** Walks every arena chunk by its own header: extent_node_t, map_bits, arena_run_t (arena.h at 4.0.3). */
export function walkChunks(core: CoreFile): Found {
  const bins: Found['bins'] = new Map();
  const large: Found['large'] = [];
  const free: Found['free'] = new Map();
  let chunks = 0;
  for (const { start, end } of core.segments.filter(segment => segment.flags === 6)) {
    for (let chunk = Math.ceil(start / CHUNK) * CHUNK; chunk + CHUNK <= end; chunk += CHUNK) {
      if (core.u64(chunk + 8) !== chunk || core.u64(chunk + 16) !== CHUNK) continue;
      assert.equal(core.u8(chunk + 26), 1);
      chunks++;
      for (let page = BIAS; page < PAGES; ) page += walkRun(core, chunk, page, { bins, large, free });
    }
  }
  return { chunks, bins, large, free };
}

/** Checks the run or span at a page; returns its pages. */
function walkRun(core: CoreFile, chunk: number, page: number, found: Omit<Found, 'chunks'>): number {
  const { bins, large } = found;
  const word = core.u64(chunk + 104 + 8 * (page - BIAS));
  const pages = Math.floor(word / 8192);
  if (!(word & 1)) {
    assert.equal(
      core.u64(chunk + 104 + 8 * (page + pages - 1 - BIAS)),
      word,
      'first and last page of a free span agree',
    );
    return pages;
  }
  if (word & 2) {
    large.push({ start: chunk + page * 4096, bytes: pages * 4096 });
    return pages;
  }
  const bin = (word >> 5) & 0xff;
  const size = SMALL[bin];
  let run = 1;
  while ((run * 4096) % size !== 0) run++;
  for (let i = 0; i < run; i++) {
    assert.equal(core.u64(chunk + 104 + 8 * (page + i - BIAS)), i * 8192 + bin * 32 + 1);
  }
  const at = chunk + 4096 + 96 * (page - BIAS) + 16;
  const regions = (run * 4096) / size;
  const groups = Math.ceil(regions / 64);
  const words = Array.from({ length: groups + 1 }, (_, i) => core.bytes(at + 8 + 8 * i, 8).readBigUInt64LE());
  const free = words.slice(0, groups).reduce((sum, group) => sum + ones(group), 0);
  assert.equal(core.u32(at), bin);
  assert.equal(core.u32(at + 4), free, 'nfree is the bitmap popcount');
  if (groups > 1) {
    const above = words
      .slice(0, groups)
      .reduce((bits, group, i) => (group === 0n ? bits : bits | (1n << BigInt(i))), 0n);
    assert.equal(words[groups], above, 'the upper level says which groups have free regions');
  }
  for (let region = 0; region < regions; region++) {
    const bit = (words[region >> 6] >> BigInt(region & 63)) & 1n;
    if (bit === 1n) found.free.set(chunk + page * 4096 + region * size, size);
  }
  const tally = bins.get(size) ?? { slabs: 0, live: 0 };
  bins.set(size, { slabs: tally.slabs + 1, live: tally.live + regions - free });
  return run;
}

function ones(word: bigint): number {
  return word.toString(2).replaceAll('0', '').length;
}

/** Regions that a thread cache of 4.0.3 at this address holds, by class index. */
export function parkedRegions(core: CoreFile, cache: number): number[][] {
  return SMALL.map((_, bin) => {
    const head = cache + 32 + 32 * bin;
    const stack = core.u64(head + 24);
    return Array.from({ length: core.u32(head + 16) }, (_, i) => core.u64(stack + 8 * i));
  });
}
