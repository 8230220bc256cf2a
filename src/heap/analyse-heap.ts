import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { versionNumber } from '../layout/versions.ts';
import { collectStrings, emptyStrings } from './collect-strings.ts';
import { findDatabases } from './databases.ts';
import type { Findings } from './findings.ts';
import { readHeapGraph } from './heap-graph.ts';
import { type AnalysisHooks, Cancelled, partOf } from './hooks.ts';
import { findOwners } from './owners.ts';
import { missingRoots } from './roots.ts';
import { identifyServer, serverFromOption } from './server-identity.ts';
import { settleLargeRegions } from './settle-large.ts';
import { sharedU8 } from './shared-array.ts';
import { judge } from './verdict.ts';

/**
 * What the regions of a heap are, which of them is a string, and what became of each: the whole way from bytes to verdicts.
 * `insistedServer` ("redis 3.2.8") overrides what the dump says of its server. A cancelled analysis gives what it has, with `complete` false and every verdict `unknown`.
 */
export function analyseHeap(dump: Dump, recovered: RegionTable, hooks: AnalysisHooks, insistedServer = ''): Findings {
  let regions = recovered;
  const regionKind = sharedU8(regions.count);
  const regionVerdict = sharedU8(regions.count);
  const missing = [...missingRoots(dump), ...regions.allocator.missing];
  let server = serverFromOption(insistedServer);
  try {
    regions = settleLargeRegions(dump, recovered, partOf(hooks, 0, 0.05));
    server ??= identifyServer(dump, regions, partOf(hooks, 0.05, 0.15));
    const graph = readHeapGraph(dump, regions, server, partOf(hooks, 0.15, 0.8), regionKind);
    const { references, typing, structures, ignored, reachability, header } = graph;
    const refused = missing.some(sentence => sentence !== recovered.perhapsCachedNote);
    judge(
      references,
      reachability,
      regionKind,
      header,
      refused ? 'all' : regions.perhapsCached,
      regionVerdict,
      typing.breathe,
    );
    const owners = findOwners(typing, structures, header, reachability.reached, ignored);
    const database = findDatabases(typing, structures);
    const { form, dictOf } = typing;
    const columns = { kind: regionKind, form, header, verdict: regionVerdict, dictOf, database, ...owners };
    const strings = collectStrings(dump, regions, server, columns, partOf(hooks, 0.8, 1));
    const notes = server.unverified ? [...missing, unverifiedNote(server.name, server.version)] : missing;
    return { server, regions, regionKind, regionVerdict, strings, complete: missing.length === 0, notes };
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

function unverifiedNote(name: string, version: string): string {
  const server = name === 'unknown' ? `a server of the family ${version}` : `${name} ${version}`;
  const note = `The layouts of ${server} were not tried against a real server, or the version was inferred: owners and embedded strings may be missed.`;
  // robj there: refcount in 23 bits of the first word, one byte of metabits, metadata in front of the object (redis src/object.h, PR #14445).
  const rearranged = name === 'redis' && (versionNumber(version) ?? 0) >= 806;
  return rearranged
    ? `${note} Objects of Redis 8.6 and later are laid out in another order, which is not read: their keys are not shown as strings.`
    : note;
}
