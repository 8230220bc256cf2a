import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { classifyStructures, objectPlace, type Structures } from './classify.ts';
import { certainStrings, classifyStrings } from './classify-strings.ts';
import type { ServerIdentity } from './findings.ts';
import { type AnalysisHooks, partOf } from './hooks.ts';
import { wordsThatAreNone } from './pointer-words.ts';
import { markReachable, type Reachability } from './reachability.ts';
import { type References, readReferences } from './references.ts';
import { Typing } from './typing.ts';

/** The regions, who points at whom, which of those words count, and what everything is. Verdicts and explanations come from it. */
export interface HeapGraph {
  readonly references: References;
  readonly typing: Typing;
  readonly structures: Structures;
  /** Bit per edge that is no reference: text, slack, absent slots. */
  readonly ignored: Uint32Array;
  readonly reachability: Reachability;
  /** Header code per region that is a string, or NO_HEADER. */
  readonly header: Uint8Array;
}

/**
 * Reads the graph and types it: structures first, then strings in what is left. Twice marked: which strings are certain is
 * only known once it is known what is reached, and only then their text stops to count. `kind` receives the regions' kinds. Throws Cancelled.
 */
export function readHeapGraph(
  dump: Dump,
  regions: RegionTable,
  server: ServerIdentity,
  hooks: AnalysisHooks,
  kind: Uint8Array,
): HeapGraph {
  const references = readReferences(dump, regions, server.layout, partOf(hooks, 0, 0.6));
  const typing = new Typing(references, regions, dump, kind, partOf(hooks, 0.6, 0.8));
  const structures = classifyStructures(typing, dump, server);
  const place = objectPlace(server, regions.allocator);
  const slack = wordsThatAreNone(typing, new Uint32Array(references.inUse.length), place);
  const loose = markReachable(references, slack, partOf(hooks, 0.8, 0.9));
  const ignored = wordsThatAreNone(typing, certainStrings(references, loose, kind, slack, typing.breathe), place);
  const reachability = markReachable(references, ignored, partOf(hooks, 0.9, 1));
  const { header } = classifyStrings(references, reachability, kind, typing.breathe);
  return { references, typing, structures, ignored, reachability, header };
}
