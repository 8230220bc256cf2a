import type { DumpEditors } from '../dump-editors.ts';
import type { AnalysisState } from '../protocol.ts';
import { findPanel } from './target.ts';

/** "Start Analysis": resolves with how it ended, or with how the one that runs already will end. */
export async function startAnalysis(editors: DumpEditors, argument: unknown): Promise<AnalysisState> {
  const { document } = await findPanel(editors, argument);
  await document.startAnalysis();
  return document.analysis;
}
