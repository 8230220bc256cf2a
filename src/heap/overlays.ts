import type { RegionTable } from '../allocator/regions.ts';
import type { Dump, Segment } from '../dump/dump.ts';
import { EMBSTR_PAYLOAD, readSdsHeader, SDS_HEADER_SIZE, type SdsHeader } from '../layout/sds.ts';
import { type Findings, REGION_KINDS, VERDICTS, type Verdict } from './findings.ts';
import { stringsAround } from './look-back.ts';
import { canBeHeap } from './scan-strings.ts';
import { blockOf } from './string-block.ts';
import { lastStringAtMost } from './string-columns.ts';
import { bytesText, objectParts, type StringField, stringParts } from './string-parts.ts';
import { type StructPart, StructReader } from './struct-parts.ts';

/** Bytes [start, end) of the file and what they are; same shape as the Overlay of src/analysis/api.ts. */
export interface HeapOverlay {
  readonly start: number;
  readonly end: number;
  readonly field: StringField | StructPart['field'] | 'region' | 'slab';
  readonly label: string;
  readonly verdict?: Verdict;
  /** Of a pointer: offset in the file of what it points at, where the file has that. */
  readonly target?: number;
}

/** An overlay in addresses, while its segment is at hand. */
type Part = Omit<HeapOverlay, 'verdict'> & { readonly verdict?: Verdict | undefined };

const OBJECT_SIZE = 16;
/** So many strings before the window can still reach into it: what one region, or a nest of found ones, may hold. */
const REACHING = 64;

/**
 * What is decoded in the bytes [startOffset, endOffset) of the file, outer before inner; strings and regions that only begin or end there are given
 * whole, as far as their segment's bytes go. Without `findings` from the bytes alone: what is plausible as a string. With them exactly
 * what the analysis found: regions, their strings with slack and verdicts, the words of objects and entries.
 */
export function overlaysIn(dump: Dump, startOffset: number, endOffset: number, findings?: Findings): HeapOverlay[] {
  const overlays: HeapOverlay[] = [];
  for (const segment of dump.segments) {
    const heldEnd = segment.offset + segment.present;
    const from = Math.max(startOffset, segment.offset);
    const to = Math.min(endOffset, heldEnd);
    if (from >= to || dump.addressOf(from) !== segment.start + (from - segment.offset)) continue;
    const shift = segment.offset - segment.start;
    const parts =
      findings === undefined
        ? partsByBytes(dump, segment, from - shift, to - shift)
        : partsByFindings(dump, findings, from - shift, to - shift);
    for (const { start, end, field, label, verdict, target } of parts) {
      const first = Math.max(start + shift, segment.offset);
      const last = Math.min(end + shift, heldEnd);
      if (last <= from || first >= to) continue;
      const leadsTo = target === undefined ? undefined : dump.offsetOf(target);
      const optional = { ...(verdict && { verdict }), ...(leadsTo !== undefined && { target: leadsTo }) };
      overlays.push({ start: first, end: last, field, label, ...optional });
    }
  }
  return overlays.sort((a, b) => a.start - b.start || b.end - a.end);
}

function partsByBytes(dump: Dump, segment: Segment, from: number, to: number): Part[] {
  if (!canBeHeap(dump, segment)) return [];
  const parts: Part[] = [];
  for (const { address, code, place } of stringsAround(dump, segment, from, to)) {
    const header = headerAt(dump, address, code);
    if (header === undefined) continue;
    if (place === 'embstr') parts.push(...objectAt(dump, address - EMBSTR_PAYLOAD));
    parts.push(...stringParts(header, address, undefined));
  }
  return parts;
}

function partsByFindings(dump: Dump, findings: Findings, from: number, to: number): Part[] {
  const { strings, regions } = findings;
  const parts: Part[] = regions === undefined ? [] : regionParts(dump, findings, regions, from, to);
  const near = lastStringAtMost(strings, from);
  for (let index = Math.max(0, near - REACHING); index < strings.count; index++) {
    const address = strings.address[index];
    const code = strings.header[index];
    if (address - SDS_HEADER_SIZE[code] - OBJECT_SIZE >= to) break;
    const { start, end, region, alone, object } = blockOf(findings, index);
    if (end <= from || start >= to) continue;
    const header = headerAt(dump, address, code);
    if (header === undefined) continue;
    const verdict = VERDICTS[strings.verdict[index]];
    // The words of objects in regions are shown with their regions.
    if (object !== undefined && region === undefined) parts.push(...judged(objectAt(dump, object), verdict));
    parts.push(...judged(stringParts(header, address, alone ? end : undefined), verdict));
  }
  return parts;
}

/** The slabs and regions in [from, to), and the fields of those regions that hold structs. */
function regionParts(dump: Dump, findings: Findings, regions: RegionTable, from: number, to: number): Part[] {
  const { slabs } = regions;
  const reader = new StructReader(dump, findings, regions);
  const parts: Part[] = [];
  for (let slab = firstSlabBehind(regions, from); slab < slabs.count && slabs.base[slab] < to; slab++) {
    const size = slabs.regionSize[slab];
    const base = slabs.base[slab];
    if (slabs.regions[slab] > 1) parts.push(slabPart(regions, slab));
    const first = Math.max(0, Math.floor((from - base) / size));
    const last = Math.min(slabs.regions[slab], Math.ceil((to - base) / size));
    for (let place = first; place < last; place++) {
      const id = slabs.firstRegion[slab] + place;
      const start = base + place * size;
      const kind = findings.regionKind[id];
      const verdict = VERDICTS[findings.regionVerdict[id]];
      const what = kind === 0 ? 'content not known' : REGION_KINDS[kind];
      const label = `region of ${bytesText(size)}: ${what}, ${verdict}`;
      parts.push({ start, end: start + size, field: 'region', label, verdict });
      if (verdict === 'freed') continue;
      parts.push(...judged(reader.parts(id, from, to), verdict));
    }
  }
  return parts;
}

function slabPart({ slabs }: RegionTable, slab: number): Part {
  const start = slabs.base[slab];
  const size = slabs.regionSize[slab];
  const count = slabs.regions[slab];
  const label = `slab of ${count.toLocaleString('en-US')} regions of ${bytesText(size)} each`;
  return { start, end: start + count * size, field: 'slab', label };
}

/** Index of the first slab that ends behind `address`. */
function firstSlabBehind({ slabs }: RegionTable, address: number): number {
  let low = 0;
  let high = slabs.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (slabs.base[middle] + slabs.regionSize[middle] * slabs.regions[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function headerAt(dump: Dump, payload: number, code: number): SdsHeader | undefined {
  const size = SDS_HEADER_SIZE[code];
  const bytes = dump.bytes(payload - size, size);
  return bytes && readSdsHeader(bytes, size, code);
}

function objectAt(dump: Dump, address: number): Part[] {
  const bytes = dump.bytes(address, OBJECT_SIZE);
  return bytes === undefined ? [] : objectParts(bytes, 0, address);
}

function judged(parts: readonly Part[], verdict: Verdict): Part[] {
  return parts.map(part => ({ ...part, verdict }));
}
