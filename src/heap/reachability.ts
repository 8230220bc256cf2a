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
  /** Bit per region: only a word inside a muted region, or below the stack pointer, needs to point there. */
  readonly weak: Uint32Array;
}

/** Regions are so many between two looks at the hooks. */
const STEP = 1 << 16;

/** Marks what is reachable. Regions whose bit in `mute` is set are reached but lead nowhere: their words are text. Throws Cancelled. */
export function markReachable(references: References, mute: Uint32Array, hooks: AnalysisHooks): Reachability {
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
    if (testBit(mute, source)) continue;
    for (let e = first[source]; e < first[source + 1]; e++) {
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
    if (testBit(mute, source)) {
      for (let e = first[source]; e < first[source + 1]; e++) setBit(weak, targetOf(edge[e]));
      continue;
    }
    const codes = testBit(reached, source) ? fromReached : fromUnreached;
    for (let e = first[source]; e < first[source + 1]; e++) codes[targetOf(edge[e])] |= 1 << codeOf(edge[e]);
  }
  return { reached, fromReached, fromUnreached, weak };
}
