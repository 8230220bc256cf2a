import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { article, regionText } from './describe-address.ts';
import type { PointerSearch, WordPlace } from './evidence.ts';
import type { FoundWord } from './find-word.ts';
import { type Findings, VERDICTS, type Verdict } from './findings.ts';
import { memoryAt, whyStale } from './memory-kind.ts';

/**
 * Looks for a word that equals `value` at a place that `counts` (findWord does); resolves with 'cancelled' when the user gave up.
 */
export type WordSearch = (
  value: number,
  counts: (address: number) => boolean,
) => Promise<FoundWord | undefined | 'cancelled'>;

/** What is looked for: words that equal `target`, but those in the string's own block, addresses [from, to). */
export interface Wanted {
  readonly target: number;
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
}

/**
 * Looks for a word that keeps a string alive. Where the allocator is known, a word in memory that does not count is only named when there is no
 * other, with the reason.
 */
export async function searchPointer(
  dump: Dump,
  { target, from, to, verdict }: Wanted,
  findings: Findings | undefined,
  search: WordSearch | undefined,
): Promise<PointerSearch> {
  const regions = findings?.regions;
  const onlyInUse = regions !== undefined;
  if (search === undefined || !dump.baseKnown) return { target, searched: false, onlyInUse, found: undefined };
  const outside = (address: number) => address + 8 <= from || address >= to;
  if (regions === undefined) {
    return { target, searched: true, onlyInUse, found: await search(target, outside) };
  }
  let other: number | undefined;
  const found = await search(target, address => {
    if (!outside(address)) return false;
    if (whyStale(memoryAt(dump, regions, address).kind) === undefined) return true;
    other ??= address;
    return false;
  });
  if (found === 'cancelled') return { target, searched: true, onlyInUse, found };
  const address = found?.address ?? other;
  const where = address === undefined ? undefined : placeOf(dump, findings!, regions, address, verdict);
  return { target, searched: true, onlyInUse, found, where };
}

function placeOf(dump: Dump, findings: Findings, regions: RegionTable, address: number, verdict: Verdict): WordPlace {
  const { kind, region, description } = memoryAt(dump, regions, address);
  const stale = whyStale(kind);
  if (kind !== 'region') return { address, memory: description, stale: stale ?? offGrid(findings, address) };
  const holder = VERDICTS[findings.regionVerdict[region]];
  const memory = `${article(regionText(findings, region))} that is ${holder}`;
  // Had it been taken for a pointer, the string would be no leak of its own.
  const left = verdict === 'leaked' || verdict === 'leaked-weak' ? 'there it is text or older content' : undefined;
  return { address, memory, stale: offGrid(findings, address) ?? left };
}

function offGrid({ server }: Findings, address: number): string | undefined {
  if (address % 8 === 0 || server?.layout.raxPadded === false) return undefined;
  return 'it is not on the 8-byte grid, where this server keeps its pointers';
}
