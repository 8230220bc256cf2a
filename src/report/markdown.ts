import { basename } from 'node:path';
import type { RootContent } from 'mdast';
import { gfmToMarkdown } from 'mdast-util-gfm';
import { toMarkdown } from 'mdast-util-to-markdown';
import type { DumpSummary } from '../analysis/api.ts';
import type { ServerIdentity } from '../heap/findings.ts';
import { heading, paragraph, table, words } from './blocks.ts';
import { clusterSection } from './cluster-section.ts';
import { familySection } from './family-section.ts';
import { familySentence } from './family-sentence.ts';
import { ledgerSection } from './ledger-section.ts';
import { bytesText, count } from './numbers.ts';
import { originSection } from './origin-section.ts';
import { QuotationMask } from './redaction.ts';
import { regionSection } from './region-section.ts';
import type { Report } from './report.ts';

export interface MarkdownOptions {
  /** Text of the dump is replaced by its shape and length, and its bytes by asterisks. */
  readonly masked: boolean;
}

/** How a section says what it holds, masked or not. */
export interface Manner {
  readonly masked: boolean;
  /** For what a person wrote about a region, and may have copied out of the dump. */
  own(text: string): string;
}

/** The report as GitHub-flavoured Markdown. It is built as a syntax tree and written by a library, so nothing in the dump can become markup. */
export function markdownReport(report: Report, { masked }: MarkdownOptions): string {
  const manner = mannerOf(report, masked);
  const children: RootContent[] = [
    heading(1, `Redis dump ${basename(report.dump.path)}`),
    identity(report.dump, report.analysis?.server ?? report.dump.server),
    paragraph(
      masked
        ? 'Text of the dump is masked: {word7} is a word of seven letters, {n} a number; bytes that may hold data are shown as asterisks.'
        : "Text of the dump is included as it is: it may hold people's data.",
    ),
    ...report.dump.problems.map(({ message }) => paragraph(message)),
    ...analysisSection(report, masked),
    heading(2, 'Annotated regions'),
    ...(report.regions.length === 0 ? [paragraph('There are none.')] : []),
    ...report.regions.flatMap((region, at) => regionSection(region, at + 1, manner)),
    ...(report.analysis === undefined ? [] : familySection(report.families ?? [], report.familyTotal ?? 0, manner)),
    ...originSection(report.families ?? []),
    ...ledgerSection(report.ledger),
    ...(report.analysis === undefined ? [] : clusterSection(report.clusters, report.clusterTotal, manner)),
  ];
  return toMarkdown(
    { type: 'root', children },
    { extensions: [gfmToMarkdown({ tablePipeAlign: false })], fences: true, bullet: '-' },
  );
}

function mannerOf({ regions, clusters, families = [] }: Report, masked: boolean): Manner {
  if (!masked) return { masked, own: text => text };
  const mask = new QuotationMask(regions.flatMap(({ label, note }) => [label, note]));
  for (const { bytes } of regions) mask.learnBytes(bytes);
  for (const { samples } of clusters) for (const sample of samples) mask.learn(sample);
  for (const { sample, template } of families) for (const text of [sample, template]) mask.learn(text);
  return { masked, own: text => mask.mask(text) };
}

function identity(dump: DumpSummary, server: ServerIdentity | undefined): RootContent {
  const { process } = dump;
  const lines: [string, string][] = [
    ['File', basename(dump.path)],
    ['Size', bytesText(dump.size)],
    ['Format', dump.format === 'elf-core' ? `ELF core, ${dump.machine}` : 'raw range of memory'],
    ['Segments', count(dump.segments.length)],
    ['Threads', count(dump.threads)],
    // Without its arguments: a password may be among them.
    ['Process', process === undefined ? 'not in the dump' : `${process.name}, pid ${process.pid}`],
    ['Server', server === undefined ? 'not identified' : `${server.name} ${server.version}${unverified(server)}`],
  ];
  if (!dump.baseKnown) lines.push(['Addresses', "not known: they count from the file's first byte"]);
  return table(
    [
      ['Dump', 'left'],
      ['', 'left'],
    ],
    lines.map(([name, value]) => [words(name), words(value)]),
  );
}

function unverified({ unverified }: ServerIdentity): string {
  return unverified ? ' (layout not tried against a real server)' : '';
}

function analysisSection({ analysis, families = [] }: Report, masked: boolean): RootContent[] {
  if (analysis === undefined) return [heading(2, 'Findings'), paragraph('The dump has not been analysed.')];
  const { allocator } = analysis;
  const verdicts = Object.entries(analysis.byVerdict).filter(([, { count }]) => count > 0);
  return [
    heading(2, 'Findings'),
    paragraph(analysis.summary),
    ...(families.some(({ leakedCount }) => leakedCount > 0) ? [paragraph(familySentence(families, masked))] : []),
    ...(analysis.complete
      ? []
      : [paragraph('The analysis is not complete: what follows is what was found until it ended.')]),
    ...analysis.notes.map(note => paragraph(note)),
    ...(allocator === undefined
      ? [paragraph('No allocator was recovered: no verdicts.')]
      : [paragraph(`Allocator: ${allocator.name} ${allocator.version}, quantum ${allocator.quantum}.`)]),
    ...(verdicts.length === 0
      ? []
      : [
          table(
            [
              ['Verdict', 'left'],
              ['Strings', 'right'],
              ['Bytes', 'right'],
            ],
            verdicts.map(([verdict, { count: strings, bytes }]) => [
              words(verdict),
              words(count(strings)),
              words(count(bytes)),
            ]),
          ),
        ]),
  ];
}
