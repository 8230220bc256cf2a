import { setBit, testBit } from '../allocator/regions.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { codeOf, type References, targetOf } from './references.ts';

/** What the roots reach. A pointer anywhere into a region keeps all of it alive: exactness is for strings, not for the way to them. */
export interface Reachability {
  /** Bit per region. */
  readonly reached: Uint32Array;
  /** For each region one bit per pointer code (src/heap/pointer-codes.ts): words in roots and in reached regions that point there. */
  readonly fromReached: Uint16Array;
  /** The same for words in regions in use that nothing reaches. */
  readonly fromUnreached: Uint16Array;
  /** Bit per region: a word that is no reference (text, slack, below the stack pointer) points into it. */
  readonly weak: Uint32Array;
}

/** Regions are so many between two looks at the hooks. */
const STEP = 1 << 13;

/** Marks what is reachable. Edges whose bit in `ignored` is set lead nowhere: those words are text or slack. Throws Cancelled. */
export function markReachable(references: References, ignored: Uint32Array, hooks: AnalysisHooks): Reachability {
  const { first, edge, rootEdge, inUse, head } = references;
  const count = head.length;
  const reached = new Uint32Array((count + 31) >>> 5);
  const queue = new Uint32Array(count);
  let tail = 0;
  for (let i = 0; i < rootEdge.length; i++) {
    const target = targetOf(rootEdge[i]);
    if (!testBit(reached, target)) {
      setBit(reached, target);
      queue[tail++] = target;
    }
  }
  for (let next = 0; next < tail; next++) {
    if ((next & (STEP - 1)) === 0) step(hooks, (0.6 * next) / count);
    const source = queue[next];
    for (let e = first[source]; e < first[source + 1]; e++) {
      if (testBit(ignored, e)) continue;
      const target = targetOf(edge[e]);
      if (!testBit(reached, target)) {
        setBit(reached, target);
        queue[tail++] = target;
      }
    }
  }

  const fromReached = new Uint16Array(count);
  const fromUnreached = new Uint16Array(count);
  const weak = references.stale.slice();
  for (let i = 0; i < rootEdge.length; i++) fromReached[targetOf(rootEdge[i])] |= 1 << codeOf(rootEdge[i]);
  for (let source = 0; source < count; source++) {
    if ((source & (STEP - 1)) === 0) step(hooks, 0.6 + (0.4 * source) / count);
    if (!testBit(inUse, source)) continue;
    const codes = testBit(reached, source) ? fromReached : fromUnreached;
    for (let e = first[source]; e < first[source + 1]; e++) {
      if (testBit(ignored, e)) setBit(weak, targetOf(edge[e]));
      else codes[targetOf(edge[e])] |= 1 << codeOf(edge[e]);
    }
  }
  return { reached, fromReached, fromUnreached, weak };
}
