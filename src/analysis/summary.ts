import { countText, sizeText } from '../dump/size-text.ts';
import { type Findings, NO_REGION, VERDICTS, type Verdict } from '../heap/findings.ts';
import { kindCode } from '../heap/kinds.ts';
import { SlabWalk } from '../heap/slab-walk.ts';
import { sdsRequest } from '../layout/sds.ts';
import type { AnalysisSummary } from './api.ts';

type Tally = Record<Verdict, { count: number; bytes: number }>;

const LEAKED: readonly Verdict[] = ['leaked', 'leaked-indirect', 'leaked-weak'];

/** What an analysis came to: counts per verdict and one plain sentence. `milliseconds` is how long it took. */
export function summarize(findings: Findings, milliseconds: number): AnalysisSummary {
  const { server, regions, strings, complete, notes, clusters } = findings;
  const byVerdict = stringsByVerdict(findings);
  return {
    summary: sentence(findings, byVerdict),
    complete,
    notes,
    server,
    allocator: regions && {
      name: regions.allocator.name,
      version: regions.allocator.version,
      quantum: regions.allocator.quantum,
      evidence: regions.allocator.evidence,
      missing: regions.allocator.missing,
    },
    strings: strings.count,
    byVerdict,
    clusters: clusters?.rows.length ?? 0,
    milliseconds: Math.round(milliseconds),
  };
}

/** Strings and the bytes they take: of their regions, each once, or of header, alloc and NUL where no region is known. */
function stringsByVerdict({ strings, regions }: Findings): Tally {
  const tally = Object.fromEntries(VERDICTS.map(verdict => [verdict, { count: 0, bytes: 0 }])) as Tally;
  const rows = VERDICTS.map(verdict => tally[verdict]);
  const walk = regions && new SlabWalk(regions.slabs);
  for (let index = 0; index < strings.count; index++) {
    const row = rows[strings.verdict[index]];
    row.count++;
    const region = strings.region[index];
    if (walk === undefined || region === NO_REGION)
      row.bytes += sdsRequest(strings.header[index], strings.alloc[index]);
    else if (region !== strings.region[index - 1]) row.bytes += regions!.slabs.regionSize[walk.slabOf(region)];
  }
  return tally;
}

function sentence(findings: Findings, byVerdict: Tally): string {
  const { strings, regions, complete } = findings;
  const found = `${countText(strings.count)} ${strings.count === 1 ? 'string was' : 'strings were'} found`;
  const until = complete ? '' : ' The analysis is not complete: see its notes.';
  if (regions === undefined && strings.count === 0 && !complete) return 'The analysis ended before it found anything.';
  if (regions === undefined) {
    return `${found} by their bytes alone; no allocator was recovered, so which of them leaked is not known.${until}`;
  }
  const leaked = LEAKED.reduce((sum, verdict) => sum + byVerdict[verdict].count, 0);
  const bytes = LEAKED.reduce((sum, verdict) => sum + byVerdict[verdict].bytes, 0);
  const others = otherLeaks(findings);
  const also =
    others === 0 ? '' : ` ${countText(others)} leaked ${others === 1 ? 'region holds' : 'regions hold'} no string.`;
  if (leaked > 0) {
    return `${found}; ${countText(leaked)} of them leaked, ${sizeText(bytes)} in all.${also}${until}`;
  }
  if (byVerdict.unknown.count > 0) {
    return `${found}; what became of ${countText(byVerdict.unknown.count)} of them is not known.${also}${until}`;
  }
  if (others > 0) return `${found}, none of them leaked.${also}${until}`;
  // What was not looked at may have leaked.
  return complete ? `${found}; no leak.` : `${found}; whether anything leaked is not known.${until}`;
}

/** Leaked regions that hold no listed string. */
function otherLeaks({ regionKind, regionVerdict }: Findings): number {
  const leaked = LEAKED.map(verdict => VERDICTS.indexOf(verdict));
  const sds = kindCode('sds');
  const embstr = kindCode('embstr');
  let count = 0;
  for (let id = 0; id < regionVerdict.length; id++) {
    if (leaked.includes(regionVerdict[id]) && regionKind[id] !== sds && regionKind[id] !== embstr) count++;
  }
  return count;
}
