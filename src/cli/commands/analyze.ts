import type { Dump } from '../../dump/dump.ts';
import { openDumpFiles } from '../../dump/open-files.ts';
import { analysisJson } from '../../report/analysis-json.ts';
import { markdownReport } from '../../report/markdown.ts';
import { stringLines } from '../../report/strings-ndjson.ts';
import { analysisLines, LEAKED } from '../analysis-lines.ts';
import { outputWidth } from '../columns.ts';
import { type Analysed, analyseDump } from '../engine.ts';
import { type DumpChoice, filesOf } from '../options.ts';
import { checkOutputs, writeOutput } from '../outputs.ts';
import { printJson, printLines } from '../print.ts';
import { UsageError } from '../usage-error.ts';

interface Choice extends DumpChoice {
  readonly json?: boolean;
  readonly markdown?: string;
  readonly strings?: string;
  readonly mask?: boolean;
  readonly includeText?: boolean;
  readonly failOnLeak?: boolean;
}

const PRINTED_CLUSTERS = 10;
const PRINTED_FAMILIES = 10;
const REPORTED_CLUSTERS = 50;
const REPORTED_FAMILIES = 50;
const STANDARD_OUTPUT = '-';

/** `hexheap analyze`. Resolves to true where leaks were found and --fail-on-leak asks for an exit code of their own. */
export async function analyze(path: string, choice: Choice): Promise<boolean> {
  if (choice.json && choice.strings === STANDARD_OUTPUT) {
    throw new UsageError('--json and --strings - would both print to standard output.');
  }
  if (choice.mask && choice.includeText) throw new UsageError('--mask and --include-text contradict each other.');
  const outputs = [choice.markdown, choice.strings].filter(file => file !== undefined && file !== STANDARD_OUTPUT);
  checkOutputs(outputs as string[], filesOf(path, choice));
  const analysed = analyseDump(path, choice);
  const { reader, opened, options, summary, findings } = analysed;
  const { source, dump } = openDumpFiles(path, options);
  try {
    await writeStrings(choice, path, dump, analysed);
    if (choice.markdown !== undefined) {
      const { total, clusters } = reader.clusters(0, REPORTED_CLUSTERS);
      const { total: familyTotal, families, ledger } = reader.families(0, REPORTED_FAMILIES);
      const lists = { clusters, clusterTotal: total, families, familyTotal, ledger };
      const report = { dump: opened, regions: [], ...lists, analysis: summary };
      await writeOutput(choice.markdown, markdownReport(report, { masked: !choice.includeText }), path);
    }
    const masked = choice.mask === true;
    if (choice.json) {
      const { clusters } = reader.clusters(0, summary.clusters);
      const { families } = reader.families(0, findings.families?.rows.length ?? 0);
      const parts = {
        path,
        dump,
        findings,
        clusters,
        families,
        byVerdict: summary.byVerdict,
        summary: summary.summary,
      };
      printJson(analysisJson(parts, masked));
    } else if (choice.strings !== STANDARD_OUTPUT) {
      printLines(
        analysisLines(
          summary,
          reader.families(0, PRINTED_FAMILIES),
          reader.clusters(0, PRINTED_CLUSTERS),
          masked,
          outputWidth(),
        ),
      );
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
  if (strings !== STANDARD_OUTPUT) return writeOutput(strings, lines, path);
  for (const piece of lines) {
    if (!process.stdout.write(piece)) await new Promise(resolve => process.stdout.once('drain', resolve));
  }
}
