import { regionAt } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { intsetEntries } from '../layout/intset.ts';
import { listpackEntries } from '../layout/listpack.ts';
import type { PackedEntry } from '../layout/packed-entry.ts';
import { ziplistEntries } from '../layout/ziplist.ts';
import { escapeText } from './escape-text.ts';
import { type Findings, REGION_KINDS } from './findings.ts';
import { regionBounds } from './string-block.ts';

/** An element of a listpack, ziplist or intset: no string of its own, but part of one block. */
export interface FoundEntry {
  readonly kind: 'listpack' | 'ziplist' | 'intset';
  /** Address of the blob. */
  readonly blob: number;
  /** 0 for the first, of `count`. */
  readonly index: number;
  readonly count: number;
  /** Addresses of the element, with its lengths; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly encoding: string;
  /** Its text as escapeText shows it, or its number. */
  readonly value: string;
  /** Bytes of text; undefined for a number. */
  readonly length: number | undefined;
}

const READERS = { listpack: listpackEntries, ziplist: ziplistEntries, intset: intsetEntries } as const;

/**
 * The element that the byte at `address` lies in, where the analysis knows its region as a blob of them. Undefined elsewhere: in the blob's
 * own header and end byte, behind them, and where the blob does not read as one to its end.
 */
export function entryAt(dump: Dump, { regions, regionKind }: Findings, address: number): FoundEntry | undefined {
  const id = regions === undefined ? -1 : regionAt(regions, address);
  if (regions === undefined || id < 0) return undefined;
  const kind = REGION_KINDS[regionKind[id]];
  if (kind !== 'listpack' && kind !== 'ziplist' && kind !== 'intset') return undefined;
  const { start: blob, end } = regionBounds(regions, id);
  const bytes = dump.bytes(blob, end - blob)?.slice();
  if (bytes === undefined) return undefined;
  const entries = READERS[kind](bytes);
  let found: PackedEntry | undefined;
  let count = 0;
  for (let step = entries.next(); ; step = entries.next()) {
    if (step.done) {
      if (!step.value || found === undefined) return undefined;
      break;
    }
    count++;
    if (address >= blob + step.value.start && address < blob + step.value.end) found = step.value;
  }
  const { index, encoding, value } = found;
  const text = typeof value === 'bigint' ? undefined : bytes.subarray(value.from, value.to);
  return {
    kind,
    blob,
    index,
    count,
    start: blob + found.start,
    end: blob + found.end,
    encoding,
    value: text === undefined ? String(value) : escapeText(text),
    length: text?.length,
  };
}

/** "entry 3 of a listpack of 40 entries: str6, 5 bytes; not an SDS" (the first is entry 0). */
export function entrySentence({ kind, index, count, encoding, length, value }: FoundEntry): string {
  const what = kind === 'intset' ? 'an intset' : `a ${kind}`;
  const entries = count === 1 ? '1 entry' : `${count.toLocaleString('en-US')} entries`;
  const content = length === undefined ? value : length === 1 ? '1 byte' : `${length.toLocaleString('en-US')} bytes`;
  return `entry ${index.toLocaleString('en-US')} of ${what} of ${entries}: ${encoding}, ${content}; not an SDS`;
}
