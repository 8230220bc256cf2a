import { DumpAnalyser } from '../analysis/analyser.ts';
import type { AnalysisSummary, DumpSummary, OpenOptions } from '../analysis/api.ts';
import { DumpReader } from '../analysis/reader.ts';
import type { Findings } from '../heap/findings.ts';
import type { DumpChoice } from './options.ts';
import { ProgressBar } from './progress-bar.ts';

/** A dump that was analysed: the reader answers from the findings. */
export interface Analysed {
  readonly reader: DumpReader;
  readonly opened: DumpSummary;
  readonly summary: AnalysisSummary;
  readonly findings: Findings;
}

export function openOptions({ base, server }: DumpChoice): OpenOptions {
  return { ...(base !== undefined && { base }), ...(server !== undefined && { server }) };
}

/**
 * Analyses the dump in this thread (a command line has nothing else to do meanwhile), with a bar on the terminal.
 * Ctrl+C ends the program: nothing was written yet. Throws DumpError.
 */
export function analyseDump(path: string, choice: DumpChoice): Analysed {
  const options = openOptions(choice);
  const reader = new DumpReader();
  const opened = reader.open(path, options);
  const bar = new ProgressBar();
  const analyser = new DumpAnalyser();
  try {
    const summary = analyser.analyse(path, options, {
      progress: progress => bar.show(progress),
      cancelled: () => false,
    });
    const findings = analyser.findings()!;
    reader.useFindings(findings);
    return { reader, opened, summary, findings };
  } finally {
    bar.end();
  }
}
