import { writeAtomically } from '../../annotations/atomic-file.ts';
import type { Dump } from '../../dump/dump.ts';
import { FileSource } from '../../dump/file-source.ts';
import { openDump } from '../../dump/open.ts';
import { countText, sizeText } from '../../dump/size-text.ts';
import { VERDICTS } from '../../heap/findings.ts';
import { analysisJson } from '../../report/analysis-json.ts';
import { markdownReport } from '../../report/markdown.ts';
import { stringLines } from '../../report/strings-ndjson.ts';
import { type Analysed, analyseDump } from '../engine.ts';
import type { DumpChoice } from '../options.ts';
import { UsageError } from '../usage-error.ts';

interface Choice extends DumpChoice {
  readonly json?: boolean;
  readonly markdown?: string;
  readonly strings?: string;
  readonly mask?: boolean;
  readonly includeText?: boolean;
  readonly failOnLeak?: boolean;
}

const LEAKED = ['leaked', 'leaked-indirect', 'leaked-weak'] as const;
const PRINTED_CLUSTERS = 10;
const REPORTED_CLUSTERS = 50;

/** `hexheap analyze`. Resolves to true where leaks were found and --fail-on-leak asks for an exit code of their own. */
export async function analyze(path: string, choice: Choice): Promise<boolean> {
  if (choice.json && choice.strings === '-')
    throw new UsageError('--json and --strings - would both print to standard output.');
  const analysed = analyseDump(path, choice);
  const { reader, opened, summary, findings } = analysed;
  const source = FileSource.open(path);
  try {
    const dump = openDump(source, choice.base === undefined ? {} : { base: choice.base });
    await writeStrings(choice, path, dump, analysed);
    if (choice.markdown !== undefined) {
      const { total, clusters } = reader.clusters(0, REPORTED_CLUSTERS);
      const report = { dump: opened, regions: [], clusters, clusterTotal: total, analysis: summary };
      await writeAtomically(choice.markdown, markdownReport(report, { masked: !choice.includeText }), path);
    }
    if (choice.json) {
      const { clusters } = reader.clusters(0, summary.clusters);
      const parts = { path, dump, findings, clusters, byVerdict: summary.byVerdict, summary: summary.summary };
      console.log(JSON.stringify(analysisJson(parts, choice.mask === true), undefined, 2));
    } else if (choice.strings !== '-') {
      for (const line of printed(analysed)) console.log(line);
    }
  } finally {
    source.close();
    reader.close();
  }
  return choice.failOnLeak === true && LEAKED.some(verdict => summary.byVerdict[verdict].count > 0);
}

async function writeStrings(
  { strings, mask }: Choice,
  path: string,
  dump: Dump,
  { findings }: Analysed,
): Promise<void> {
  if (strings === undefined) return;
  const lines = stringLines(dump, findings, mask === true);
  if (strings !== '-') return writeAtomically(strings, lines, path);
  for (const piece of lines) {
    if (!process.stdout.write(piece)) await new Promise(resolve => process.stdout.once('drain', resolve));
  }
}

function printed({ reader, summary }: Analysed): string[] {
  const { total, clusters } = reader.clusters(0, PRINTED_CLUSTERS);
  return [
    summary.summary,
    '',
    ...(summary.server === undefined ? [] : [`server     ${summary.server.name} ${summary.server.version}`]),
    summary.allocator === undefined
      ? 'allocator  not recovered'
      : `allocator  ${summary.allocator.name} ${summary.allocator.version}, quantum ${summary.allocator.quantum}`,
    ...VERDICTS.filter(verdict => summary.byVerdict[verdict].count > 0).map(verdict => {
      const { count, bytes } = summary.byVerdict[verdict];
      return `${verdict.padEnd(16)}${countText(count).padStart(12)} strings  ${sizeText(bytes).padStart(12)}`;
    }),
    '',
    `${countText(total)} clusters${total > clusters.length ? `, the first ${clusters.length}` : ''}:`,
    ...clusters.map(({ header, sizeClass, count, bytes, minLength, maxLength, fill, byVerdict }) => {
      const leaked = LEAKED.reduce((sum, verdict) => sum + (byVerdict[verdict]?.count ?? 0), 0);
      return `  ${header.padEnd(10)} class ${String(sizeClass).padStart(6)}  ${countText(count).padStart(11)} (${countText(leaked)} leaked)  ${sizeText(bytes).padStart(10)}  lengths ${minLength}-${maxLength}  ${Math.round(fill * 100)} % of slots`;
    }),
    ...summary.notes.map(note => `note: ${note}`),
  ];
}
