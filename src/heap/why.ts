import { type RegionTable, regionAt, setBit, testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { NO_HEADER } from './classify-strings.ts';
import type { ServerIdentity } from './findings.ts';
import { type HeapGraph, readHeapGraph } from './heap-graph.ts';
import { type AnalysisHooks, partOf, step } from './hooks.ts';
import { KIND_SDS } from './kinds.ts';
import { type PathStep, PathSteps } from './path-steps.ts';
import { EXACT_CODE } from './pointer-codes.ts';
import { codeOf, targetOf } from './references.ts';

export interface Path {
  /** Whether an exact reference was found; false: the way leads to the region, but not to the string's text. */
  readonly exact: boolean;
  /** From a root to the region asked for, which is the last step. */
  readonly steps: readonly PathStep[];
}

const NO_PARENT = 0xffff_ffff;

/** The graph that paths are looked for in; reading it is most of the work, so keep it for more questions. Throws Cancelled. */
export function graphForPaths(
  dump: Dump,
  regions: RegionTable,
  server: ServerIdentity,
  hooks: AnalysisHooks,
): HeapGraph {
  return readHeapGraph(dump, regions, server, hooks, new Uint8Array(regions.count));
}

/**
 * Why the region that holds `address` is alive: a shortest way from a root, its last link exact where there is such a one.
 * Undefined where nothing reachable points into it, or no region in use holds the address. Throws Cancelled.
 */
export function whyAlive(
  dump: Dump,
  regions: RegionTable,
  graph: HeapGraph,
  address: number,
  hooks: AnalysisHooks,
): Path | undefined {
  const goal = regionAt(regions, address);
  if (goal < 0 || !testBit(graph.references.inUse, goal)) return undefined;
  const search = new PathSearch(dump, regions, graph, goal);
  return search.run(partOf(hooks, 0, 1));
}

class PathSearch {
  private readonly regions: RegionTable;
  private readonly graph: HeapGraph;
  private readonly steps: PathSteps;
  private readonly goal: number;
  /** Edge by which each region was reached; for those reached from a root, the root edge. */
  private readonly by: Uint32Array;
  private readonly source: Uint32Array;

  constructor(dump: Dump, regions: RegionTable, graph: HeapGraph, goal: number) {
    this.steps = new PathSteps(dump, regions, graph);
    this.regions = regions;
    this.graph = graph;
    this.goal = goal;
    this.by = new Uint32Array(regions.count);
    this.source = new Uint32Array(regions.count).fill(NO_PARENT);
  }

  run(hooks: AnalysisHooks): Path | undefined {
    const { references, ignored } = this.graph;
    const { first, edge, rootEdge } = references;
    const reached = new Uint32Array(references.inUse.length);
    const queue = new Uint32Array(this.regions.count);
    let tail = 0;
    let inexact: { edge: number; source: number } | undefined;
    const arrive = (target: number, e: number, source: number, code: number): boolean => {
      if (target === this.goal) {
        if (this.isExact(code)) {
          this.by[target] = e;
          this.source[target] = source;
          return true;
        }
        inexact ??= { edge: e, source };
        return false;
      }
      if (testBit(reached, target)) return false;
      setBit(reached, target);
      this.by[target] = e;
      this.source[target] = source;
      queue[tail++] = target;
      return false;
    };
    for (let i = 0; i < rootEdge.length; i++) {
      if (arrive(targetOf(rootEdge[i]), i, NO_PARENT, codeOf(rootEdge[i]))) return this.path(true);
    }
    for (let next = 0; next < tail; next++) {
      if ((next & 0xffff) === 0) step(hooks, next / this.regions.count);
      const source = queue[next];
      for (let e = first[source]; e < first[source + 1]; e++) {
        if (testBit(ignored, e)) continue;
        if (arrive(targetOf(edge[e]), e, source, codeOf(edge[e]))) return this.path(true);
      }
    }
    if (inexact === undefined) return undefined;
    this.by[this.goal] = inexact.edge;
    this.source[this.goal] = inexact.source;
    return this.path(false);
  }

  private isExact(code: number): boolean {
    const { typing, header } = this.graph;
    const isString = typing.kind[this.goal] === KIND_SDS && header[this.goal] !== NO_HEADER;
    return !isString || code === EXACT_CODE[header[this.goal]];
  }

  private path(exact: boolean): Path {
    const { steps } = this;
    const path: PathStep[] = [steps.region(this.goal, undefined, 0)];
    for (let at = this.goal; ; at = this.source[at]) {
      const source = this.source[at];
      if (source === NO_PARENT) {
        path.unshift(steps.root(this.by[at], at));
        return { exact, steps: path };
      }
      const word = steps.wordOf(source, this.by[at], at);
      path.unshift(steps.region(source, word.address, word.offset));
    }
  }
}
