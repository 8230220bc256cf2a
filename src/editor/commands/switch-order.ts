import type { DumpEditors } from '../dump-editors.ts';
import { findPanel } from './target.ts';

/** "Switch Between File and Address Order". */
export async function switchOrder(editors: DumpEditors, argument: unknown): Promise<void> {
  (await findPanel(editors, argument)).switchOrder();
}
