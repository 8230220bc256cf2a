import type { DumpEditors } from '../dump-editors.ts';
import { findPanel } from './target.ts';

/** "Cancel Analysis": what was found so far stays. */
export async function cancelAnalysis(editors: DumpEditors, argument: unknown): Promise<void> {
  (await findPanel(editors, argument)).document.cancelAnalysis();
}
