import { DumpAnalyser } from '../analysis/analyser.ts';
import type { AnalysisSummary, DumpSummary, OpenOptions } from '../analysis/api.ts';
import { DumpReader } from '../analysis/reader.ts';
import type { TemplateMemory } from '../heap/file-templates.ts';
import type { Findings } from '../heap/findings.ts';
import { type DumpChoice, openOptions } from './options.ts';
import { ProgressBar } from './progress-bar.ts';

/** A dump that was analysed: the reader answers from the findings. */
export interface Analysed {
  readonly reader: DumpReader;
  readonly opened: DumpSummary;
  /** How it was opened: with the addresses of the findings. */
  readonly options: OpenOptions;
  readonly summary: AnalysisSummary;
  readonly findings: Findings;
}

/**
 * Analyses the dump in this thread (a command line has nothing else to do meanwhile), with a bar on the terminal.
 * With `memory` its strings are filed under the templates of a dump that was analysed before. Ctrl+C ends the program: nothing was written yet. Throws DumpError.
 */
export function analyseDump(path: string, choice: DumpChoice, memory?: TemplateMemory): Analysed {
  const given = openOptions(choice);
  const bar = new ProgressBar();
  const analyser = new DumpAnalyser(memory);
  try {
    const summary = analyser.analyse(path, given, {
      progress: progress => bar.show(progress),
      cancelled: () => false,
    });
    const options = summary.reopen ?? given;
    const reader = new DumpReader();
    const opened = reader.open(path, options);
    const findings = analyser.findings()!;
    reader.useFindings(findings);
    return { reader, opened, options, summary, findings };
  } finally {
    bar.end();
  }
}
