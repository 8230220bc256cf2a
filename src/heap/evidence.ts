import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { type AllocRule, SDS_5, SDS_HEADER_SIZE, sdsAllocRule, sdsRequest } from '../layout/sds.ts';
import { glibcChunk, isJemallocClass, jemallocSmallerClass } from '../layout/size-classes.ts';
import type { Evidence } from './decoded-sds.ts';
import type { FoundWord } from './find-word.ts';
import { phaseOf } from './look-back.ts';
import type { Candidate } from './sds-candidates.ts';
import { bytesText } from './string-parts.ts';
import { plausibleText } from './text.ts';

/** What came of looking for a word that points at the string. */
export interface PointerSearch {
  /** The value looked for. */
  readonly target: number;
  readonly searched: boolean;
  /** Words in freed memory and in the allocator's own were left out. */
  readonly onlyInUse: boolean;
  readonly found: FoundWord | undefined | 'cancelled';
  /** Where `found` lies, or, without one, a word that equals the target in memory that does not count; and whether it keeps the string alive. */
  readonly where?: WordPlace | undefined;
}

/** A word that was found, with what its memory is. */
export interface WordPlace {
  readonly address: number;
  /** "the stack of thread 12", "a dictEntry that is live". */
  readonly memory: string;
  /** Why such a word keeps nothing alive, where it does not. */
  readonly stale: string | undefined;
}

export interface Surroundings {
  /** Address range of the region that holds the string. */
  readonly region: { readonly start: number; readonly end: number } | undefined;
  /** The region holds this string (in its object) and nothing else. */
  readonly alone: boolean;
  readonly regions: RegionTable | undefined;
  readonly pointer: PointerSearch;
}

const JUDGED_TEXT = 65_536;

/** Everything that was checked of a string, each with its numbers. */
export function evidenceFor(dump: Dump, candidate: Candidate, surroundings: Surroundings): Evidence[] {
  const { payload, header, object, sizePrefix, chunkSize, sized } = candidate;
  const { len, alloc, size, code } = header;
  const evidence: Evidence[] = [];
  const add = (check: string, holds: boolean | undefined, detail: string) => evidence.push({ check, holds, detail });

  if (code === SDS_5) add('len <= alloc', true, `sdshdr5 has no alloc: its flags byte holds len ${len}`);
  else add('len <= alloc', len <= alloc, `len ${number(len)}, alloc ${number(alloc)}`);

  const nul = dump.bytes(payload + len, 1);
  const there = nul === undefined ? 'that byte is not in the dump' : `byte 0x${nul[0].toString(16).padStart(2, '0')}`;
  add('NUL after the text', nul === undefined ? undefined : nul[0] === 0, `${there} at ${hex(payload + len)}`);

  evidence.push(placeEvidence(dump, candidate, surroundings), sizeEvidence(candidate, surroundings));
  evidence.push(textEvidence(dump, payload, len));
  if (object !== undefined) {
    add('its object points at it', true, `the robj at ${hex(object)} is an EMBSTR and its ptr is ${hex(payload)}`);
  }
  if (sized)
    add(
      'size byte in front',
      true,
      `the byte before the header says ${size}, the header's size, as before embedded keys`,
    );
  if (sizePrefix) {
    add(
      'size prefix',
      true,
      `the word before the header is ${sdsRequest(code, alloc)} = header + alloc + NUL, as zmalloc of libc builds up to 4.0 puts there`,
    );
  } else if (chunkSize) {
    add(
      'glibc chunk',
      true,
      `the word before the header is the size of a glibc chunk of ${glibcChunk(sdsRequest(code, alloc))} bytes, which it just fits`,
    );
  }
  evidence.push(pointerEvidence(dump, surroundings.pointer, object !== undefined));
  return evidence;
}

function placeEvidence(
  dump: Dump,
  { payload, header, object }: Candidate,
  { region, regions }: Surroundings,
): Evidence {
  const start = object ?? payload - header.size;
  const what = object === undefined ? 'the header' : 'the object';
  if (region !== undefined && regions !== undefined) {
    const distance = start - region.start;
    const size = region.end - region.start;
    // Cache-oblivious large allocations of jemalloc 4 begin somewhere in their first page.
    const spread = distance > 0 && distance <= (regions.startSpread ?? 0) && distance % 64 === 0;
    const where = `a region of ${bytesText(size)} at ${hex(region.start)}`;
    if (distance === 0) return { check: 'starts a region', holds: true, detail: `${what} begins ${where}` };
    const inside = `${what} begins ${bytesText(distance)} into ${where}`;
    return spread
      ? { check: 'starts a region', holds: true, detail: `${inside}, where a large allocation may begin` }
      : { check: 'starts a region', holds: false, detail: `${inside}: it is part of something larger` };
  }
  if (regions !== undefined) {
    return { check: 'starts a region', holds: false, detail: `${hex(start)} lies outside the allocator's regions` };
  }
  const past = (start - phaseOf(dump)) % 16;
  const detail = `${what} begins at ${hex(start)}, ${past === 0 ? 'a multiple of 16' : past === 8 ? 'a multiple of 8' : `${past % 8} past a multiple of 8`}`;
  return { check: 'starts on the 8-byte grid', holds: past % 8 === 0, detail };
}

const RULES: Readonly<Record<AllocRule, string>> = {
  usable: 'alloc is all that the region has room for, as Redis 6.2 and later set it',
  capped: 'alloc is the most its header can count, in a region that holds more',
  exact: 'alloc = len, and that rounds up to this size class',
  resized: 'alloc is more than len, and that rounds up to this size class: the string was appended to or resized',
};

function sizeEvidence({ header, object }: Candidate, { region, alone, regions }: Surroundings): Evidence {
  const check = 'fits its size class';
  const { code, alloc, len } = header;
  const before = object === undefined ? 0 : 16;
  const request = sdsRequest(code, alloc) + before;
  const sum = `${before > 0 ? `${before} + ` : ''}${SDS_HEADER_SIZE[code]} + ${number(alloc)} + 1 = ${number(request)}`;
  if (regions !== undefined && region !== undefined && alone) {
    const size = region.end - region.start;
    const { name, quantum } = regions.allocator;
    const smaller = name === 'glibc' ? Math.max(0, size - 16) : jemallocSmallerClass(size, quantum);
    const rule = sdsAllocRule(header, size - before, smaller - before);
    const within = `${sum} bytes in a region of ${bytesText(size)}`;
    return rule === undefined
      ? { check, holds: false, detail: `${within}: it was made for another size` }
      : { check, holds: true, detail: `${within}: ${RULES[rule]}` };
  }
  if (region !== undefined) return { check, holds: undefined, detail: `${sum} bytes; it has no region of its own` };
  if (code !== SDS_5 && isJemallocClass(request, 8))
    return { check, holds: true, detail: `${sum}, a size class of jemalloc` };
  if (code !== SDS_5 && request % 16 === 8 && request >= 24)
    return { check, holds: true, detail: `${sum}, all of a glibc chunk` };
  if (code === SDS_5 || alloc === len) return { check, holds: true, detail: `${sum} bytes asked for; alloc = len` };
  return { check, holds: undefined, detail: `${sum} is no size class; the allocator is not known` };
}

function textEvidence(dump: Dump, payload: number, len: number): Evidence {
  const check = 'plausible as text';
  if (len === 0) return { check, holds: undefined, detail: 'the string is empty' };
  const judged = Math.min(len, JUDGED_TEXT);
  const bytes = dump.bytes(payload, judged);
  if (bytes === undefined) return { check, holds: undefined, detail: 'not all of it is in the dump' };
  const holds = plausibleText(bytes, 0, judged, judged === len);
  const how = judged === len ? bytesText(len) : `the first ${bytesText(judged)} of ${number(len)}`;
  if (holds) return { check, holds, detail: `${how}, printable ASCII or well-formed UTF-8 throughout` };
  return { check, holds, detail: `${how} of binary data, which Redis strings may hold` };
}

function pointerEvidence(
  dump: Dump,
  { target, searched, onlyInUse, found, where }: PointerSearch,
  toObject: boolean,
): Evidence {
  const check = 'a word points at it';
  const whom = toObject ? `its object at ${hex(target)}` : hex(target);
  if (!searched) {
    const why = dump.baseKnown
      ? 'not looked for'
      : 'the base address of this range is not known, so no pointer can be followed';
    return { check, holds: undefined, detail: why };
  }
  if (found === 'cancelled') return { check, holds: undefined, detail: 'the search was cancelled' };
  const none = `no word in ${onlyInUse ? 'memory that is in use' : 'the whole dump'} points at ${whom}`;
  if (where !== undefined) {
    const lies = `the word at ${hex(where.address)} lies in ${where.memory}`;
    if (where.stale === undefined) return { check, holds: true, detail: `${lies} and points at ${whom}` };
    return { check, holds: false, detail: `${none}; ${lies}, which does not count: ${where.stale}` };
  }
  if (found === undefined) return { check, holds: false, detail: none };
  const segment = dump.segmentAt(found.address);
  const memory = segment === undefined || segment.name === '' ? 'anonymous memory' : segment.name;
  const how = found.aligned ? 'the word' : 'the bytes, not on the 8-byte grid,';
  return { check, holds: true, detail: `${how} at ${hex(found.address)} in ${memory} points at ${whom}` };
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
