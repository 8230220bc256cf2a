import type { RegionTable } from '../allocator/regions.ts';
import { regionAt } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { regionText } from '../heap/describe-address.ts';
import { type Findings, VERDICTS, type Verdict } from '../heap/findings.ts';
import type { PathStep } from '../heap/path-steps.ts';
import { lastStringAtMost } from '../heap/string-columns.ts';
import { bytesText } from '../heap/string-parts.ts';
import { StructReader } from '../heap/struct-parts.ts';
import type { Path } from '../heap/why.ts';
import type { ExplainedStep } from './api.ts';
import { hex, placed } from './explain-subject.ts';

/** Puts the links of a way into words. */
export function explainSteps(
  dump: Dump,
  findings: Findings,
  regions: RegionTable,
  steps: readonly PathStep[],
): ExplainedStep[] {
  const reader = new StructReader(dump, findings, regions);
  return steps.map((step, index): ExplainedStep => {
    const { word, region, regionSize, memory } = step;
    const next = index + 1 < steps.length ? ` ${leadsTo(findings, step, steps[index + 1])}` : '';
    if (region === undefined) {
      const detail = word === undefined ? `its value${next}` : `the word at ${hex(word)}${next}`;
      const range = word === undefined ? undefined : placed(dump, word, word + 8);
      return { what: 'root', name: memory, address: word, range, detail, verdict: undefined };
    }
    const id = regionAt(regions, region);
    // The step is named by its struct already.
    const field = word === undefined ? undefined : reader.fieldAt(id, word)?.replace(/^\w+\./, '');
    const by = field ?? (word === undefined || word === region ? 'its first word' : `its word at +${word - region}`);
    return {
      what: 'region',
      name: regionText(findings, id),
      address: word ?? region,
      range: word === undefined ? placed(dump, region, region + regionSize!) : placed(dump, word, word + 8),
      detail: `${bytesText(regionSize!)} at ${hex(region)}${next === '' ? '' : `; ${by}${next}`}`,
      verdict: VERDICTS[findings.regionVerdict[id]],
    };
  });
}

function leadsTo({ strings }: Findings, { offset }: PathStep, next: PathStep): string {
  if (offset === 0) return 'points at the next';
  const address = (next.region ?? 0) + offset;
  const isText = strings.address[lastStringAtMost(strings, address)] === address;
  return isText ? 'points at the text of the next' : `points ${bytesText(offset)} into the next`;
}

/** The answer in a sentence. `path` leads from a root; without one, `held` tells whether something holds it. */
export function whySentence(verdict: Verdict, path: Path | undefined, held: boolean): string {
  switch (verdict) {
    case 'freed':
      return 'It is not alive: this memory is free, and what it shows is what was left there.';
    case 'leaked':
      return 'It is not alive: it leaked. No root leads to it, and no word in memory that is in use points at it.';
    case 'leaked-indirect':
      return held
        ? 'It is not alive: it leaked with its holder. Only leaked memory points at it, which nothing reaches.'
        : 'It is not alive: only leaked memory points at it.';
    case 'leaked-weak':
      return path === undefined
        ? 'It is not alive: only stale words point at it, as Show References lists them.'
        : 'It counts as leaked: a way leads to its memory, but not to its text, where every owner of a string points.';
    case 'live':
      if (path === undefined) return 'It counts as live, but no way to it was found again.';
      return path.exact
        ? 'It is alive: this way leads to it from a root.'
        : 'It is alive: this way leads into its memory from a root.';
    case 'unknown':
      return path === undefined
        ? 'No way to it was found, but the dump does not hold every place where one could begin: nobody can say whether it leaked.'
        : 'This way leads to it from a root.';
  }
}
