import { regionAt } from '../allocator/regions.ts';
import type { Dump, Segment } from '../dump/dump.ts';
import { readSdsHeader, SDS_HEADER_SIZE, SDS_HEADERS, SDS_OLD } from '../layout/sds.ts';
import type { DecodedSds, DecodeResult } from './decoded-sds.ts';
import { escapeText, SHOWN_TEXT } from './escape-text.ts';
import { evidenceFor, type PointerSearch } from './evidence.ts';
import { type Findings, HEADERS, REGION_KINDS, type RegionKind, VERDICTS, type Verdict } from './findings.ts';
import { phaseOf } from './look-back.ts';
import { entryAt, entrySentence } from './packed-entries.ts';
import { searchPointer, type WordSearch } from './pointer-search.ts';
import type { Refusal } from './refusals.ts';
import { type Candidate, candidatesAt, ENOUGH } from './sds-candidates.ts';
import { blockOf, regionBounds } from './string-block.ts';
import { lastStringAtMost } from './string-columns.ts';
import { objectParts, type StringPart, stringParts } from './string-parts.ts';

export interface DecodeOptions {
  readonly findings?: Findings | undefined;
  /** Without it pointers are not looked for. */
  readonly wordPointsAt?: WordSearch;
}

/** So many strings around the byte are looked at for one that holds it. */
const REACHING = 64;
/** Most candidates, too weak by themselves, for which a pointer is looked for. */
const WEAK_TRIED = 2;
/** Regions whose content is text at times, but never an SDS. */
const WITHOUT_STRINGS: ReadonlySet<RegionKind> = new Set(['listpack', 'ziplist', 'intset', 'raxNode', 'clientReply']);

/** The string as the dump has it: a candidate, and what the analysis knows of it. */
interface Chosen {
  readonly candidate: Candidate;
  readonly verdict: Verdict;
  /** Address range of its region, where one is known. */
  readonly region: { readonly start: number; readonly end: number } | undefined;
  /** The region is the string's (or its EMBSTR object's) alone, so what is left of it is slack. */
  readonly alone: boolean;
}

/**
 * Finds the string that the byte at file offset `offset` belongs to: in its header, its text, its NUL, its slack, or the object it is
 * embedded in. With findings it is the one the analysis found there; else, or where that found none, the best evidenced, smallest
 * one by the bytes alone. Where there is none, tells for each header which check failed nearest to success.
 */
export async function decodeSdsAt(dump: Dump, offset: number, options: DecodeOptions = {}): Promise<DecodeResult> {
  const address = dump.addressOf(offset);
  const segment = address === undefined ? undefined : dump.segmentAt(address);
  if (address === undefined || segment === undefined) {
    const detail = 'this byte is no memory of the process: it belongs to the headers or notes of the file';
    const refusals = SDS_HEADERS.map(header => ({ header, check: 'memory', detail }));
    return { found: false, refusal: { address: '', offset, refusals: ofItsTime(refusals, options.findings) } };
  }
  const { findings } = options;
  const known = findings && foundByAnalysis(dump, findings, address);
  if (known !== undefined) {
    const pointer = await search(dump, known, options);
    return { found: true, sds: describe(dump, segment, known, pointer, findings) };
  }
  const { list, refusals } = candidatesAt(dump, segment, address, phaseOf(dump));
  const entry = findings && entryAt(dump, findings, address);
  if (entry !== undefined) {
    const ofBlob = { header: entry.kind, check: 'a string of its own', detail: entrySentence(entry) };
    const others = ofItsTime(refusals, findings);
    return { found: false, refusal: { address: hex(address), offset, refusals: [ofBlob, ...others] } };
  }
  const believed = list.find(candidate => candidate.score >= ENOUGH && !isContradicted(findings, candidate));
  const tried = believed === undefined ? list.filter(({ score }) => score >= 0).slice(0, WEAK_TRIED) : [believed];
  for (const candidate of tried) {
    const chosen = choose(findings, candidate);
    const pointer = await search(dump, chosen, options);
    if (believed === undefined && (pointer.found === undefined || pointer.found === 'cancelled')) continue;
    return { found: true, sds: describe(dump, segment, chosen, pointer, findings) };
  }
  return { found: false, refusal: { address: hex(address), offset, refusals: ofItsTime(refusals, findings) } };
}

/** The header of Redis up to 3.0 is spoken of only where the server may be as old as that. */
function ofItsTime(refusals: readonly Refusal[], findings: Findings | undefined): readonly Refusal[] {
  const server = findings?.server;
  if (server === undefined || server.layout.sds === 'old') return refusals;
  // Structures alone do not tell 3.0 from 3.2.
  if (server.unverified && server.layout.dict === 'dictht') return refusals;
  return refusals.filter(({ header }) => header !== SDS_HEADERS[SDS_OLD]);
}

/** Whether its bytes lie inside a region that the analysis knows to be something else, which holds no strings. */
function isContradicted(findings: Findings | undefined, { payload }: Candidate): boolean {
  if (findings?.regions === undefined) return false;
  const id = regionAt(findings.regions, payload);
  return id >= 0 && WITHOUT_STRINGS.has(REGION_KINDS[findings.regionKind[id]]);
}

/** The string of the findings whose region (or bytes, where it has none of its own) covers `address`; the smallest of several. */
function foundByAnalysis(dump: Dump, findings: Findings, address: number): Chosen | undefined {
  const { strings, regions } = findings;
  if (regions === undefined) return undefined;
  let best: Chosen | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  const near = lastStringAtMost(strings, address);
  for (let index = Math.max(0, near - REACHING); index < Math.min(strings.count, near + REACHING); index++) {
    const { start, end, region, alone, object } = blockOf(findings, index);
    if (address < start || address >= end || end - start >= smallest) continue;
    const candidate = candidateOf(dump, strings.address[index], strings.header[index], object);
    if (candidate === undefined) continue;
    smallest = end - start;
    best = { candidate, verdict: VERDICTS[strings.verdict[index]], region, alone };
  }
  return best;
}

function candidateOf(dump: Dump, payload: number, code: number, object: number | undefined): Candidate | undefined {
  const size = SDS_HEADER_SIZE[code];
  const bytes = dump.bytes(payload - size, size);
  const header = bytes && readSdsHeader(bytes, size, code);
  if (header === undefined) return undefined;
  const onGrid = (payload - size) % 8 === 0;
  return { payload, header, object, text: true, onGrid, sized: false, sizePrefix: false, chunkSize: false, score: 0 };
}

function choose(findings: Findings | undefined, candidate: Candidate): Chosen {
  const { payload, header, object } = candidate;
  const regions = findings?.regions;
  const id = regions === undefined ? -1 : regionAt(regions, payload);
  const region = regions === undefined || id < 0 ? undefined : regionBounds(regions, id);
  const alone = region !== undefined && region.start === (object ?? payload - header.size);
  let verdict: Verdict = 'unknown';
  if (findings !== undefined && id >= 0) verdict = VERDICTS[findings.regionVerdict[id]];
  return { candidate, verdict, region, alone };
}

/** Looks for a word that points at the string, or at the object it is embedded in; its own block's words don't count. */
function search(dump: Dump, chosen: Chosen, { wordPointsAt, findings }: DecodeOptions): Promise<PointerSearch> {
  const { payload, header, object } = chosen.candidate;
  const target = object ?? payload;
  const from = object ?? payload - header.size;
  const to = chosen.alone ? chosen.region!.end : payload + header.alloc + 1;
  return searchPointer(dump, { target, from, to, verdict: chosen.verdict }, findings, wordPointsAt);
}

function describe(
  dump: Dump,
  segment: Segment,
  chosen: Chosen,
  pointer: PointerSearch,
  findings: Findings | undefined,
): DecodedSds {
  const { candidate, verdict, region, alone } = chosen;
  const { payload, header, object } = candidate;
  const shift = segment.offset - segment.start;
  const heldEnd = segment.offset + segment.present;
  const string = stringParts(header, payload, alone ? region!.end : undefined);
  const robj = object === undefined ? undefined : dump.bytes(object, 16);
  const parts: StringPart[] = [...(robj === undefined ? [] : objectParts(robj, 0, object!)), ...string];
  const fields = parts
    .map(({ field, start, end, value }) => ({
      name: field.startsWith('sds.') ? field.slice('sds.'.length) : field,
      start: start + shift,
      end: Math.min(end + shift, heldEnd),
      value,
    }))
    .filter(({ start, end }) => start < end);
  const shown = new Uint8Array(Math.min(header.len, SHOWN_TEXT));
  const read = dump.readInto(payload, shown);
  return {
    header: HEADERS[header.code],
    address: hex(payload),
    offset: payload + shift,
    start: string[0].start + shift,
    end: Math.min(string[string.length - 1].end + shift, heldEnd),
    len: header.len,
    alloc: header.alloc,
    flags: header.flags,
    text: escapeText(shown.subarray(0, read)),
    textTruncated: header.len > read,
    verdict,
    fields,
    evidence: evidenceFor(dump, candidate, { region, alone, regions: findings?.regions, pointer }),
  };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
