import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { classifyStructures, objectPlace } from './classify.ts';
import { certainStrings, classifyStrings } from './classify-strings.ts';
import { collectStrings, emptyStrings } from './collect-strings.ts';
import type { Findings } from './findings.ts';
import { type AnalysisHooks, Cancelled, partOf, step } from './hooks.ts';
import { findOwners } from './owners.ts';
import { wordsThatAreNone } from './pointer-words.ts';
import { markReachable } from './reachability.ts';
import { readReferences } from './references.ts';
import { missingRoots } from './roots.ts';
import { identifyServer, serverFromOption } from './server-identity.ts';
import { sharedU8 } from './shared-array.ts';
import { Typing } from './typing.ts';
import { judge } from './verdict.ts';

/**
 * What the regions of a heap are, which of them is a string, and what became of each: the whole way from bytes to verdicts.
 * `insistedServer` ("redis 3.2.8") overrides what the dump says of its server. A cancelled analysis gives what it has, with `complete` false and every verdict `unknown`.
 */
export function analyseHeap(dump: Dump, regions: RegionTable, hooks: AnalysisHooks, insistedServer = ''): Findings {
  const regionKind = sharedU8(regions.count);
  const regionVerdict = sharedU8(regions.count);
  const missing = [...missingRoots(dump), ...regions.allocator.missing];
  let server = serverFromOption(insistedServer);
  try {
    server ??= identifyServer(dump, regions, partOf(hooks, 0, 0.2));
    const references = readReferences(dump, regions, server.layout, partOf(hooks, 0.2, 0.6));
    const typing = new Typing(references, regions, dump, regionKind);
    const structures = classifyStructures(typing, dump, server);
    step(hooks, 0.68);
    const place = objectPlace(server);
    const slack = wordsThatAreNone(typing, new Uint32Array(references.inUse.length), place);
    const loose = markReachable(references, slack, partOf(hooks, 0.68, 0.74));
    const ignored = wordsThatAreNone(typing, certainStrings(references, loose, regionKind, slack), place);
    const reachability = markReachable(references, ignored, partOf(hooks, 0.74, 0.8));
    const { header } = classifyStrings(references, reachability, regionKind);
    judge(references, reachability, regionKind, header, missing.length > 0, regionVerdict);
    const owners = findOwners(typing, structures, header, reachability.reached, ignored);
    const columns = { kind: regionKind, form: typing.form, header, verdict: regionVerdict, ...owners };
    const strings = collectStrings(dump, regions, server, columns, partOf(hooks, 0.8, 1));
    return { server, regions, regionKind, regionVerdict, strings, complete: missing.length === 0, notes: missing };
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const notes = [...missing, 'The analysis was cancelled before its end: no verdicts.'];
    return {
      server,
      regions,
      regionKind: sharedU8(regions.count),
      regionVerdict: sharedU8(regions.count),
      strings: emptyStrings(),
      complete: false,
      notes,
    };
  }
}
