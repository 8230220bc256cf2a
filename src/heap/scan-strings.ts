import type { Dump, Segment } from '../dump/dump.ts';
import { type FoundString, SCAN_REACH, type ScanPlace, scanChunk } from './byte-scan.ts';
import { NO_REGION, type OwnerKind, type StringColumns } from './findings.ts';
import type { AnalysisHooks } from './hooks.ts';
import { ownerCode, verdictCode } from './kinds.ts';
import { StringCollector } from './string-columns.ts';

/** Bytes read at a time: what fits the processor's cache. */
const CHUNK = 1 << 20;
/** Bytes looked at to find out how a range without a base address lies on the 8-byte grid. */
const PHASE_SAMPLE = 8 << 20;

const UNKNOWN = verdictCode('unknown');
const OWNER: Readonly<Record<ScanPlace, number>> = {
  alone: ownerCode('none' satisfies OwnerKind),
  embstr: ownerCode('embedded'),
  key: ownerCode('key'),
  value: ownerCode('object'),
};

export interface ScannedStrings {
  readonly strings: StringColumns;
  /** False when it was cancelled; `strings` then end where it was. */
  readonly complete: boolean;
}

/**
 * Finds the strings of a dump by their bytes alone (see scanChunk), in all memory that can be a heap. Every verdict is
 * `unknown`. `hooks.cancelled` is asked after every `chunkBytes`.
 */
export function scanStrings(dump: Dump, hooks: AnalysisHooks, chunkBytes = CHUNK): ScannedStrings {
  const collector = new StringCollector();
  const found: FoundString = (payload, length, alloc, code, place) =>
    collector.add(payload, length, alloc, code, NO_REGION, UNKNOWN, OWNER[place]);
  const segments = dump.segments.filter(segment => segment.present > 0 && canBeHeap(dump, segment));
  const total = segments.reduce((sum, segment) => sum + segment.present, 0);
  let done = 0;
  for (const segment of segments) {
    const phase = dump.baseKnown ? 0 : likelyPhase(dump, segment, hooks);
    const complete = scanRange(
      dump,
      segment,
      { phase, from: segment.start, to: segment.start + segment.present },
      found,
      {
        chunkBytes,
        cancelled: () => hooks.cancelled(),
        reached: address => hooks.progress((done + address - segment.start) / total),
      },
    );
    if (!complete) return { strings: collector.columns(), complete: false };
    done += segment.present;
  }
  return { strings: collector.columns(), complete: true };
}

/** Memory of mapped files, stacks and the kernel holds no heap; of a raw range nobody knows. */
export function canBeHeap(dump: Dump, segment: Segment): boolean {
  return dump.format === 'raw' || (segment.writable && (segment.kind === 'heap' || segment.kind === 'anonymous'));
}

export interface ScanRange {
  /** 0…7: the grid is the addresses congruent to it modulo 8. */
  readonly phase: number;
  /** Strings whose block begins in [from, to) are found; addresses within one segment. */
  readonly from: number;
  readonly to: number;
}

export interface ScanRangeHooks {
  readonly chunkBytes?: number;
  cancelled?(): boolean;
  reached?(address: number): void;
}

/** Scans a part of one segment, through one buffer; false when it was cancelled. Strings may reach beyond the part. */
export function scanRange(
  dump: Dump,
  segment: Segment,
  { phase, from, to }: ScanRange,
  found: FoundString,
  { chunkBytes = CHUNK, cancelled, reached }: ScanRangeHooks = {},
): boolean {
  const presentEnd = segment.start + segment.present;
  const capacity = Math.max(8, Math.ceil(Math.min(chunkBytes, Math.max(0, to - from) + 8) / 8) * 8) + SCAN_REACH;
  // Some more, so that fields read behind the last byte lie inside the buffer.
  const buffer = new ArrayBuffer(capacity + 64);
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const one = new Uint8Array(1);
  const byteAt = (address: number) => (address < presentEnd && dump.readInto(address, one) === 1 ? one[0] : -1);
  let address = from + ((((phase - from) % 8) + 8) % 8);
  while (address < to) {
    if (cancelled?.()) return false;
    reached?.(address);
    const valid = dump.readInto(address, bytes.subarray(0, capacity));
    if (valid === 0) break;
    bytes.fill(0, valid, Math.min(valid + 64, bytes.length));
    const last = address + valid >= presentEnd || valid < capacity;
    const end = Math.min(last ? valid : valid - SCAN_REACH, to - address);
    const next = scanChunk({ bytes, words, address, valid, baseKnown: dump.baseKnown, byteAt }, 0, end, found);
    if (last) break;
    address += next;
  }
  return true;
}

/** The phase under which a sample holds most strings: a range may have been dumped from any address on. */
export function likelyPhase(dump: Dump, segment: Segment, hooks: Pick<AnalysisHooks, 'cancelled'>): number {
  let best = 0;
  let most = 0;
  const to = segment.start + Math.min(segment.present, PHASE_SAMPLE);
  for (let phase = 0; phase < 8; phase++) {
    let count = 0;
    const complete = scanRange(dump, segment, { phase, from: segment.start, to }, () => count++, {
      cancelled: () => hooks.cancelled(),
    });
    if (!complete) return best;
    if (count > most) [best, most] = [phase, count];
  }
  return best;
}
