import type { Explanation } from '../../analysis/api.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { findTarget } from './target.ts';

/** Asks a question about the byte that a command is for, and shows how the answer is coming and what it is. */
export async function explain(
  editors: DumpEditors,
  argument: unknown,
  question: Explanation['question'],
): Promise<Explanation | undefined> {
  const { panel, offset } = await findTarget(editors, argument);
  panel.reveal(offset, offset + 1);
  panel.show({ type: 'explaining', question, offset });
  try {
    const explanation = await panel.document.explain(question, offset);
    panel.show({ type: 'explained', question, offset, explanation });
    return explanation;
  } catch (error) {
    panel.show({ type: 'notExplained', offset, message: (error as Error).message });
    throw error;
  }
}
