import type { AddressSpace } from './address-space.ts';

/** A slab (4.0: run) of equal regions. Bit i of `free` (u32 words) is 1 while region i is free. */
export interface Run {
  readonly base: number;
  readonly bin: number;
  readonly arena: number;
  readonly regions: number;
  readonly free: Uint32Array;
  nfree: number;
}

export function newRun(base: number, bin: number, regions: number, arena: number): Run {
  const free = new Uint32Array(Math.ceil(regions / 32)).fill(0xffff_ffff);
  const extra = -regions & 31;
  free[free.length - 1] >>>= extra;
  return { base, bin, arena, regions, free, nfree: regions };
}

/** Takes the lowest free region (bitmap_sfu); returns its index. The run must have one. */
export function takeLowest(run: Run): number {
  let word = 0;
  while (run.free[word] === 0) word++;
  const bit = 31 - Math.clz32(run.free[word] & -run.free[word]);
  run.free[word] &= ~(1 << bit);
  run.nfree--;
  return word * 32 + bit;
}

export function giveBack(run: Run, index: number): void {
  if ((run.free[index >>> 5] >>> (index & 31)) & 1) throw new Error(`region ${index} is free already`);
  run.free[index >>> 5] |= 1 << (index & 31);
  run.nfree++;
}

/** 64-bit groups of all levels of bitmap.h's tree for `bits` bits (4.0.3: BITMAP_GROUPS). */
export function bitmapGroups(bits: number): number {
  let groups = Math.ceil(bits / 64);
  let total = groups;
  while (groups > 1) {
    groups = Math.ceil(groups / 64);
    total += groups;
  }
  return total;
}

/**
 * Writes the bits level by level (jemalloc 4.0.3 include/jemalloc/internal/bitmap.h): 1 = free on the bottom
 * level; a bit of a higher level is 1 while its group below has any.
 */
export function writeTreeBitmap(space: AddressSpace, address: number, run: Run): void {
  let level = run.free;
  for (;;) {
    const groups = Math.ceil(level.length / 2);
    for (let i = 0; i < groups; i++) {
      space.write32(address + 8 * i, level[2 * i]);
      space.write32(address + 8 * i + 4, level[2 * i + 1] ?? 0);
    }
    if (groups === 1) return;
    address += 8 * groups;
    const above = new Uint32Array(Math.ceil(groups / 32));
    for (let i = 0; i < groups; i++) {
      if ((level[2 * i] | (level[2 * i + 1] ?? 0)) !== 0) above[i >>> 5] |= 1 << (i & 31);
    }
    level = above;
  }
}
