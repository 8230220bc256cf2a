import type { WhyAlive } from '../../analysis/api.ts';
import type { DumpEditors } from '../dump-editors.ts';
import { explain } from './explain.ts';

/**
 * "Why Is This Alive?": shows the way from a root to what a byte belongs to, or why there is none, and returns it. Analyses the dump
 * first where that was not done; undefined where that or the search was cancelled.
 */
export async function whyAlive(editors: DumpEditors, argument: unknown): Promise<WhyAlive | undefined> {
  return (await explain(editors, argument, 'why')) as WhyAlive | undefined;
}
