import type { RegionTable } from '../allocator/regions.ts';
import { setBit, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { NO_HEADER } from './classify-strings.ts';
import type { HeapGraph } from './heap-graph.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { type PathStep, PathSteps } from './path-steps.ts';
import { EXACT_CODE } from './pointer-codes.ts';
import { codeOf, targetOf } from './references.ts';

/** A longer chain of leaked holders is cut at its far end. */
const LONGEST = 32;

/**
 * Which regions hold region `goal`, when no root reaches it: the way from a region that nothing points at (or from one of a circle) down to
 * `goal`, which is the last step. Only `goal` itself where nothing in use points at it exactly. Throws Cancelled.
 */
export function leakedHolders(
  dump: Dump,
  regions: RegionTable,
  graph: HeapGraph,
  goal: number,
  hooks: AnalysisHooks,
): PathStep[] {
  const steps = new PathSteps(dump, regions, graph);
  const chain = [steps.region(goal, undefined, 0)];
  const seen = new Uint32Array(graph.references.inUse.length);
  for (let held = goal; chain.length < LONGEST; ) {
    step(hooks, chain.length / LONGEST);
    setBit(seen, held);
    const found = holderOf(graph, held, seen);
    if (found === undefined) break;
    const word = steps.wordOf(found.source, found.edge, held);
    chain.unshift(steps.region(found.source, word.address, word.offset));
    held = found.source;
  }
  return chain;
}

/** The first region, but those seen, with an exact reference to `held`. */
function holderOf(
  { references, ignored, typing, header }: HeapGraph,
  held: number,
  seen: Uint32Array,
): { source: number; edge: number } | undefined {
  const { first, edge, inUse } = references;
  const wanted = header[held] === NO_HEADER ? undefined : EXACT_CODE[header[held]];
  for (let source = 0; source < typing.kind.length; source++) {
    if (!testBit(inUse, source) || testBit(seen, source)) continue;
    for (let e = first[source]; e < first[source + 1]; e++) {
      if (targetOf(edge[e]) !== held || testBit(ignored, e)) continue;
      if (wanted === undefined || codeOf(edge[e]) === wanted) return { source, edge: e };
    }
  }
  return undefined;
}
