import type { ReferenceList } from '../../analysis/api.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { explain } from './explain.ts';

/**
 * "Show References": lists the words that point at what a byte belongs to, and returns them. Analyses the dump first where that
 * was not done; undefined where that or the search was cancelled.
 */
export async function showReferences(editors: DumpEditors, argument: unknown): Promise<ReferenceList | undefined> {
  return (await explain(editors, argument, 'references')) as ReferenceList | undefined;
}
