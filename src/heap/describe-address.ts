import { type RegionTable, regionAt } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { type Findings, HEADERS, REGION_KINDS, VERDICTS, type Verdict } from './findings.ts';
import { memoryAt } from './memory-kind.ts';
import { regionBounds } from './string-block.ts';
import { lastStringAtMost } from './string-columns.ts';
import { bytesText } from './string-parts.ts';

/** What an address leads to, in words that quote nothing of the dump's text. */
export interface AddressedThing {
  /** "text of an sdshdr8 of 72 bytes", "dictEntry", "16 bytes into a robj", "the data of /usr/bin/redis-server". */
  readonly what: string;
  /** Of the string or region there. */
  readonly verdict: Verdict | undefined;
}

/** Names what lies at `address`: a string's text, a region, other memory; undefined where the dump has no memory there. */
export function describeAddress(
  dump: Dump,
  findings: Findings,
  regions: RegionTable,
  address: number,
): AddressedThing | undefined {
  const { strings } = findings;
  const index = lastStringAtMost(strings, address);
  if (index >= 0 && strings.address[index] === address) {
    const what = `text of an ${HEADERS[strings.header[index]]} of ${bytesText(strings.length[index])}`;
    return { what, verdict: VERDICTS[strings.verdict[index]] };
  }
  const id = regionAt(regions, address);
  if (id >= 0) {
    const into = address - regionBounds(regions, id).start;
    const verdict = VERDICTS[findings.regionVerdict[id]];
    const what = regionText(findings, id);
    return { what: into === 0 ? what : `${bytesText(into)} into ${article(what)}`, verdict };
  }
  if (dump.segmentAt(address) === undefined) return undefined;
  return { what: memoryAt(dump, regions, address).description, verdict: undefined };
}

/** "dictEntry", "string", "region of unknown content". */
export function regionText({ regionKind, regionVerdict }: Findings, id: number): string {
  const kind = REGION_KINDS[regionKind[id]];
  if (kind === 'sds') return 'string';
  if (kind !== 'unknown') return kind;
  return VERDICTS[regionVerdict[id]] === 'freed' ? 'free region' : 'region of unknown content';
}

/** "an intset", "a dict". */
export function article(noun: string): string {
  return `${/^[aeio8]|^(11|18)\b/.test(noun) ? 'an' : 'a'} ${noun}`;
}
