import type { Dump, Segment } from '../dump/dump.ts';
import { SDS_32, SDS_64, SDS_HEADER_SIZE } from '../layout/sds.ts';
import type { FoundString, ScanPlace } from './byte-scan.ts';
import { likelyPhase, scanRange } from './scan-strings.ts';

/** A string that a byte scan found. */
export interface SeenString {
  /** Address of the payload. */
  readonly address: number;
  readonly length: number;
  readonly alloc: number;
  /** Header code. */
  readonly code: number;
  readonly place: ScanPlace;
}

/** More than the longest sdshdr16 string takes. */
const NEAR = 132 * 1024;
/** How far back the header of a longer string is looked for. */
const FAR = 4 << 20;
const STEP = 1 << 20;

const phases = new WeakMap<Dump, number>();

/** How the heap lies on the 8-byte grid of addresses; found out once a dump. */
export function phaseOf(dump: Dump): number {
  if (dump.baseKnown) return 0;
  let phase = phases.get(dump);
  if (phase === undefined) {
    phase = likelyPhase(dump, dump.segments[0], { cancelled: () => false });
    phases.set(dump, phase);
  }
  return phase;
}

/**
 * The strings that the bytes alone show in [from, to) of a segment, also those that begin before it: near ones of any kind, long ones
 * up to 4 MiB back. Ordered by address.
 */
export function stringsAround(dump: Dump, segment: Segment, from: number, to: number): SeenString[] {
  const phase = phaseOf(dump);
  const seen: SeenString[] = [];
  let before = 0;
  const collect: FoundString = (address, length, alloc, code, place, text) => {
    if (address + alloc + 1 > from) seen.push({ address, length, alloc, code, place });
    else if (text) before++;
  };
  const start = Math.max(segment.start, from - NEAR);
  scanRange(dump, segment, { phase, from: start, to }, collect);
  // Text has no NUL inside, so where whole strings lie near by, no long text covers them.
  if (before === 0 && seen.every(({ address }) => address > from)) {
    const long = longStringOver(dump, segment, from, start, Math.max(segment.start, from - FAR), phase);
    // A freed string's memory may be in use again: then others lie where its text was.
    const end = long === undefined ? 0 : long.address + long.length;
    if (long !== undefined && seen.every(({ address }) => address > end)) return [long, ...seen];
  }
  return seen;
}

/** The string with an sdshdr32 or sdshdr64 whose header begins in [lowest, below) and whose text or free space reaches over `address`. */
export function longStringOver(
  dump: Dump,
  segment: Segment,
  address: number,
  below: number,
  lowest: number,
  phase: number,
): SeenString | undefined {
  const buffer = new ArrayBuffer(STEP + 64);
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const presentEnd = segment.start + segment.present;
  let end = below;
  while (end > lowest) {
    const wanted = Math.max(lowest, end - STEP);
    const start = wanted + ((((phase - wanted) % 8) + 8) % 8);
    if (start >= end) return undefined;
    const valid = dump.readInto(start, bytes.subarray(0, Math.min(bytes.length, end - start + 24)));
    for (let at = Math.floor((Math.min(end - start, valid) - 1) / 8) * 8; at >= 0; at -= 8) {
      const wide = bytes[at + 8] === SDS_32 && words[at >>> 2] <= words[(at >>> 2) + 1];
      const widest = bytes[at + 16] === SDS_64 && words[(at >>> 2) + 1] < 0x1f_ffff;
      if (!wide && !widest) continue;
      const alloc = wide ? words[(at >>> 2) + 1] : words[(at >>> 2) + 2] + words[(at >>> 2) + 3] * 0x1_0000_0000;
      if (start + at + SDS_HEADER_SIZE[SDS_64] + alloc < address || start + at + alloc >= presentEnd) continue;
      const found = stringAt(dump, segment, start + at, phase);
      if (found !== undefined && found.address + found.alloc >= address) return found;
    }
    end = wanted;
  }
  return undefined;
}

/** The string whose block begins exactly at `start`, a grid place. */
function stringAt(dump: Dump, segment: Segment, start: number, phase: number): SeenString | undefined {
  let seen: SeenString | undefined;
  scanRange(dump, segment, { phase, from: start, to: start + 8 }, (address, length, alloc, code, place) => {
    seen = { address, length, alloc, code, place };
  });
  return seen;
}
