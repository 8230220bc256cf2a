import { type RegionTable, regionAt } from '../allocator/regions.ts';
import { type Dump, DumpError } from '../dump/dump.ts';
import { article, regionText } from '../heap/describe-address.ts';
import { type Findings, HEADERS, OWNER_KINDS, VERDICTS } from '../heap/findings.ts';
import { blockOf, regionBounds } from '../heap/string-block.ts';
import { lastStringAtMost } from '../heap/string-columns.ts';
import { bytesText } from '../heap/string-parts.ts';
import type { ExplainedSubject } from './api.ts';

/** What is asked about, for the search: an address that lies in it, and its region where it has one. */
export interface Subject extends ExplainedSubject {
  /** What words are compared with: the region's start, or the text of the string. */
  readonly target: number;
  readonly region: number | undefined;
}

/** Strings before an address that may still cover it. */
const REACHING = 64;

/** In what role somebody holds a string, where the kind of the owner does not say it. */
const ROLES: Readonly<Record<string, string>> = {
  key: 'key of a database',
  expires: 'key that only the expires table names',
  field: 'field of a hash',
  value: 'value of a hash',
  member: 'member of a set',
  'zset-member': 'member of a sorted set',
};

/** Finds what the byte at file offset `offset` belongs to. Throws DumpError where it is no memory, or addresses are not known. */
export function subjectAt(dump: Dump, findings: Findings, offset: number): Subject {
  if (!dump.baseKnown) {
    throw new DumpError('The base address of this range is not known, so no pointer can be followed. Set it first.');
  }
  const address = dump.addressOf(offset);
  if (address === undefined) {
    throw new DumpError('This byte is no memory of the process: it belongs to the headers or notes of the file.');
  }
  const { regions } = findings;
  const id = regions === undefined ? -1 : regionAt(regions, address);
  if (regions !== undefined && id >= 0) return regionSubject(dump, findings, regions, id);
  const string = stringOver(findings, address);
  if (string !== undefined) return stringSubject(dump, findings, string);
  const label = regions === undefined ? 'a byte' : 'a byte outside the heap';
  return {
    ...placed(dump, address, address + 1),
    address,
    target: address,
    region: undefined,
    label: `${label}, at ${hex(address)}`,
    verdict: 'unknown',
  };
}

function regionSubject(dump: Dump, findings: Findings, regions: RegionTable, id: number): Subject {
  const { start, end } = regionBounds(regions, id);
  const held = stringsIn(findings, start, end);
  const what = regionText(findings, id);
  const inside = held.length > 0 ? `: ${held.join('; ')}` : '';
  return {
    ...placed(dump, start, end),
    address: start,
    target: start,
    region: id,
    label: `${what}${inside}, in ${article(`${(end - start).toLocaleString('en-US')}-byte region`)} at ${hex(start)}`,
    verdict: VERDICTS[findings.regionVerdict[id]],
  };
}

/** "sdshdr8 of 72 bytes, key of a database" for each string of a region. */
function stringsIn({ strings }: Findings, start: number, end: number): string[] {
  const texts: string[] = [];
  for (let i = lastStringAtMost(strings, start) + 1; i < strings.count && strings.address[i] < end; i++) {
    const role = ROLES[OWNER_KINDS[strings.ownerKind[i]]];
    texts.push(`${HEADERS[strings.header[i]]} of ${bytesText(strings.length[i])}${role ? `, ${role}` : ''}`);
  }
  return texts;
}

function stringSubject(dump: Dump, findings: Findings, index: number): Subject {
  const { strings } = findings;
  const { start, end } = blockOf(findings, index);
  const payload = strings.address[index];
  return {
    ...placed(dump, start, end),
    address: start,
    target: payload,
    region: undefined,
    label: `string: ${HEADERS[strings.header[index]]} of ${bytesText(strings.length[index])}, text at ${hex(payload)}`,
    verdict: VERDICTS[strings.verdict[index]],
  };
}

/** The smallest string whose bytes cover `address`. */
function stringOver(findings: Findings, address: number): number | undefined {
  const near = lastStringAtMost(findings.strings, address);
  let best: number | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = Math.max(0, near - REACHING); i < Math.min(findings.strings.count, near + REACHING); i++) {
    const { start, end } = blockOf(findings, i);
    if (address < start || address >= end || end - start >= smallest) continue;
    best = i;
    smallest = end - start;
  }
  return best;
}

/** File range of addresses [from, to), which begin inside a segment, as far as that holds them. */
export function placed(dump: Dump, from: number, to: number): { start: number; end: number } {
  const segment = dump.segmentAt(from)!;
  const shift = segment.offset - segment.start;
  return { start: from + shift, end: Math.min(to + shift, segment.offset + segment.present) };
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
