import type { RegionTable } from '../allocator/regions.ts';
import { slabAt } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { SDS_HEADER_SIZE } from '../layout/sds.ts';
import { type Findings, REGION_KINDS, type RegionKind, VERDICTS, type Verdict } from './findings.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { type MemoryKind, memoryAt } from './memory-kind.ts';
import { ReadAhead } from './read-ahead.ts';
import { registerName } from './register-name.ts';

/** A word that points at, or into, what was asked about. */
export interface ReferenceTo {
  /** Address of the word; undefined for a register. */
  readonly word: number | undefined;
  readonly memory: MemoryKind;
  /** "the stack of thread 12", "a region in use", … */
  readonly description: string;
  /** What the region that holds the word is, and its verdict; undefined outside regions. */
  readonly holder: { readonly region: number; readonly kind: RegionKind; readonly verdict: Verdict } | undefined;
  /** Bytes from the start of the region asked about (without one: from the address) to where the word points. */
  readonly offset: number;
  /** Whether it is the exact address: the text of a string, the start of anything else. */
  readonly exact: boolean;
}

/**
 * Who points at `address`: every word of writable memory and every register that leads into its region (or, outside regions, to the
 * address itself), stale memory and the allocator's own included, each named as what it is. At most `most`, in the order
 * registers, then memory by address; aligned words only. Throws Cancelled.
 */
export function findReferencesTo(
  dump: Dump,
  regions: RegionTable,
  findings: Findings,
  address: number,
  most: number,
  hooks: AnalysisHooks,
): ReferenceTo[] {
  const target = targetAt(regions, findings, address);
  const found: ReferenceTo[] = [];
  for (const thread of dump.threads) {
    for (let i = 0; i < thread.registers.length && found.length < most; i++) {
      const value = Number(thread.registers[i]);
      if (value < target.start || value >= target.end) continue;
      const description = registerName(dump, thread, i);
      found.push({ word: undefined, memory: 'register', description, holder: undefined, ...target.at(value) });
    }
  }
  const segments = dump.segments.filter(one => one.writable && one.present >= 8);
  const total = segments.reduce((sum, one) => sum + one.present, 1);
  let done = 0;
  const memory = new ReadAhead(dump, () => step(hooks, Math.min(1, done / total)));
  const upper = Math.floor(target.start / 0x1_0000_0000);
  const last = Math.floor(target.end / 0x1_0000_0000);
  for (const segment of segments) {
    const end = Math.floor((segment.start + segment.present) / 8) * 8;
    for (let from = Math.ceil(segment.start / 8) * 8; from < end && found.length < most; ) {
      const length = Math.min(memory.capacity, end - from);
      const at = memory.at(from, length);
      const stop = (at + length) >>> 2;
      for (let half = at >>> 2; half < stop && found.length < most; half += 2) {
        const high = memory.halves[half + 1];
        if (high < upper || high > last) continue;
        const value = high * 0x1_0000_0000 + memory.halves[half];
        if (value < target.start || value >= target.end) continue;
        const word = memory.start + half * 4;
        const place = memoryAt(dump, regions, word);
        const holder =
          place.region < 0
            ? undefined
            : {
                region: place.region,
                kind: REGION_KINDS[findings.regionKind[place.region]],
                verdict: VERDICTS[findings.regionVerdict[place.region]],
              };
        found.push({ word, memory: place.kind, description: place.description, holder, ...target.at(value) });
      }
      from += length;
      done += length;
    }
  }
  return found;
}

interface Target {
  /** Words in [start, end) lead to it. */
  readonly start: number;
  readonly end: number;
  at(value: number): { offset: number; exact: boolean };
}

function targetAt(regions: RegionTable, findings: Findings, address: number): Target {
  const slab = slabAt(regions.slabs, address);
  if (slab < 0) return { start: address, end: address + 1, at: value => ({ offset: value - address, exact: true }) };
  const { base, regionSize } = regions.slabs;
  const start = base[slab] + Math.floor((address - base[slab]) / regionSize[slab]) * regionSize[slab];
  const end = start + regionSize[slab];
  const texts = textsIn(findings, start, end);
  return {
    start,
    end,
    at: value => ({ offset: value - start, exact: texts.length > 0 ? texts.includes(value) : value === start }),
  };
}

/** Where in [start, end) an exact reference leads: the texts of strings of their own; an object that embeds them is meant by its start. */
function textsIn(findings: Findings, start: number, end: number): number[] {
  const { address, count, header } = findings.strings;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (address[middle] < start) low = middle + 1;
    else high = middle;
  }
  const texts: number[] = [];
  for (let i = low; i < count && address[i] < end; i++) texts.push(address[i]);
  const own = texts.length === 1 && SDS_HEADER_SIZE[header[low]] === texts[0] - start;
  return own ? texts : [start, ...texts];
}
