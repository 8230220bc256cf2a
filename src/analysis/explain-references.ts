import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { countText, sizeText } from '../dump/size-text.ts';
import { article, regionText } from '../heap/describe-address.ts';
import type { Findings, Verdict } from '../heap/findings.ts';
import { whyStale } from '../heap/memory-kind.ts';
import type { ReferenceTo } from '../heap/references-to.ts';
import { bytesText } from '../heap/string-parts.ts';
import { StructReader } from '../heap/struct-parts.ts';
import type { ExplainedReference } from './api.ts';
import { placed, type Subject } from './explain-subject.ts';

/** Puts references into words, those that count first, exact ones before others. */
export function explainReferences(
  dump: Dump,
  findings: Findings,
  regions: RegionTable,
  subject: Subject,
  found: readonly ReferenceTo[],
): ExplainedReference[] {
  const reader = new StructReader(dump, findings, regions);
  return found
    .map(one => explained(dump, findings, reader, subject, one))
    .sort((a, b) => Number(b.counts) - Number(a.counts) || Number(b.exact) - Number(a.exact));
}

function explained(
  dump: Dump,
  findings: Findings,
  reader: StructReader,
  subject: Subject,
  { word, memory, description, holder, offset, exact }: ReferenceTo,
): ExplainedReference {
  const itself = holder !== undefined && holder.region === subject.region;
  const field = holder === undefined || word === undefined ? undefined : reader.fieldAt(holder.region, word);
  const text = memory === 'region' && field === undefined && (holder?.kind === 'sds' || holder?.kind === 'embstr');
  const stale = itself
    ? 'its own word, which keeps nothing alive'
    : text
      ? 'text, or older content behind it'
      : whyStale(memory);
  const where =
    holder === undefined || memory !== 'region'
      ? description
      : (field ?? `a word of ${article(regionText(findings, holder.region))}`);
  return {
    address: word,
    range: word === undefined ? undefined : placed(dump, word, word + 8),
    where,
    detail: exact ? 'exact' : inexactly(offset),
    stale,
    verdict: holder?.verdict,
    exact,
    counts: stale === undefined,
  };
}

function inexactly(offset: number): string {
  return offset === 0
    ? 'inexact: the start of its region, not its text'
    : `inexact: ${bytesText(offset)} into its region`;
}

/** How many there are and what that means, in a sentence or two. */
export function referencesSentence(verdict: Verdict, found: readonly ExplainedReference[], complete: boolean): string {
  const counting = found.filter(one => one.counts);
  const stale = found.length - counting.length;
  const exact = counting.filter(one => one.exact).length;
  const most = complete ? '' : 'At least ';
  const sentences: string[] = [];
  if (counting.length === 0) {
    sentences.push(stale === 0 ? 'No word points at it.' : 'No word points at it that would keep it alive.');
  } else {
    const exactly =
      exact === counting.length ? ' exactly' : `, ${exact === 0 ? 'none' : countText(exact)} of them exactly`;
    sentences.push(`${most}${points(counting.length)} at it${exactly}.`);
  }
  if (verdict === 'leaked-indirect' && exact > 0) sentences.push('What holds it leaked itself.');
  if (stale > 0) sentences.push(`${points(stale)} at it without counting: stale, or the allocator's own.`);
  return sentences.join(' ');
}

/** What was looked through. */
export function searchedText({ threads, segments }: Dump, regions: RegionTable | undefined): string {
  const writable = segments.filter(one => one.writable && one.present >= 8);
  const bytes = writable.reduce((sum, one) => sum + one.present, 0);
  const registers =
    threads.length === 0 ? 'no registers (there are none)' : `the registers of ${number(threads.length, 'thread')}`;
  const heap = regions === undefined ? '' : `, of which ${number(regions.count, 'region')} of the heap`;
  return `Looked through ${registers} and every aligned word of ${number(writable.length, 'writable segment')}, ${sizeText(bytes)}${heap}: stacks, data of modules, memory in use, and also freed memory and the allocator's own.`;
}

/** "1 word points", "3 words point". */
function points(count: number): string {
  return `${number(count, 'word')} ${count === 1 ? 'points' : 'point'}`;
}

function number(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}
