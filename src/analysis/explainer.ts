import { noRegions, type RegionTable, testBit } from '../allocator/regions.ts';
import { CachedDump } from '../dump/cached-dump.ts';
import type { WatchedSource } from '../dump/composite-source.ts';
import { DumpError } from '../dump/dump.ts';
import { openDumpFiles } from '../dump/open-files.ts';
import { type Findings, VERDICTS } from '../heap/findings.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import { leakedHolders } from '../heap/holders.ts';
import { type AnalysisHooks, Cancelled, partOf } from '../heap/hooks.ts';
import { findReferencesTo } from '../heap/references-to.ts';
import { graphForPaths, whyAlive } from '../heap/why.ts';
import type { ExplainedSubject, OpenOptions, ReferenceList, WhyAlive } from './api.ts';
import { explainSteps, whySentence } from './explain-path.ts';
import { explainReferences, referencesSentence, searchedText } from './explain-references.ts';
import { type Subject, subjectAt } from './explain-subject.ts';

/** Most references that are listed: of a shared object there may be millions. */
export const MOST_REFERENCES = 1000;
/** Share of the work of a first question that reading the graph takes. */
const READ = 0.9;

interface Opened {
  readonly source: WatchedSource;
  readonly dump: CachedDump;
  readonly findings: Findings;
}

/** Explains verdicts: why something is alive, and who points at it. Knows nothing of threads; every question may take seconds. */
export class Explainer {
  #opened: Opened | undefined;
  /** Kept for the next question: reading it is most of the work. */
  #graph: HeapGraph | undefined;

  /** Takes a dump and what an analysis found in it, in place of those before. Throws DumpError. */
  open(path: string, options: OpenOptions, findings: Findings): void {
    this.close();
    const { source, dump } = openDumpFiles(path, options);
    this.#opened = { source, dump: new CachedDump(dump), findings };
  }

  /** Why the region that holds the byte at `offset` is alive, or why it is not. Undefined when cancelled. Throws DumpError. */
  why(offset: number, hooks: AnalysisHooks): WhyAlive | undefined {
    const { dump, findings } = this.#current();
    const subject = subjectAt(dump, findings, offset);
    const answer = { question: 'why', offset, subject: shown(subject) } as const;
    const { regions, server } = findings;
    if (regions === undefined || server === undefined) {
      const sentence =
        'No allocator was recovered from this dump, so nobody can say what is in use and what leads to it.';
      return { ...answer, sentence, steps: [] };
    }
    if (subject.region === undefined) {
      const sentence = 'This is no allocation: only regions of the heap are alive or leaked. What it points at may be.';
      return { ...answer, sentence, steps: [] };
    }
    const { region } = subject;
    const inUse = testBit(regions.allocated, region) && !testBit(regions.cached, region);
    if (!inUse) return { ...answer, sentence: whySentence('freed', undefined, false), steps: [] };
    return unlessCancelled(() => {
      this.#graph ??= graphForPaths(dump, regions, server, partOf(hooks, 0, READ));
      const path = whyAlive(dump, regions, this.#graph, subject.target, partOf(hooks, READ, 1));
      const verdict = VERDICTS[findings.regionVerdict[region]];
      const holders =
        path === undefined ? leakedHolders(dump, regions, this.#graph, region, partOf(hooks, READ, 1)) : [];
      const held = holders.length > 1;
      const way = path?.steps ?? (held ? holders : []);
      return {
        ...answer,
        sentence: whySentence(verdict, path, held),
        steps: explainSteps(dump, findings, regions, way),
      };
    });
  }

  /** Which words point into the region that holds the byte at `offset`, or at the string there. Undefined when cancelled. Throws DumpError. */
  references(offset: number, hooks: AnalysisHooks): ReferenceList | undefined {
    const { dump, findings } = this.#current();
    const subject = subjectAt(dump, findings, offset);
    return unlessCancelled(() => {
      const regions: RegionTable = findings.regions ?? noRegions();
      const found = findReferencesTo(dump, regions, findings, subject.target, MOST_REFERENCES + 1, hooks);
      const complete = found.length <= MOST_REFERENCES;
      const references = explainReferences(dump, findings, regions, subject, found.slice(0, MOST_REFERENCES));
      return {
        question: 'references',
        offset,
        subject: shown(subject),
        sentence: referencesSentence(subject.verdict, references, complete),
        searched: searchedText(dump, findings.regions),
        references,
        complete,
      };
    });
  }

  close(): void {
    this.#opened?.source.close();
    this.#opened = undefined;
    this.#graph = undefined;
  }

  /** The open dump, to be read as it is now. */
  #current(): Opened {
    if (this.#opened === undefined) throw new DumpError('No dump is open.');
    this.#opened.dump.forget();
    return this.#opened;
  }
}

function shown({ address, start, end, label, verdict }: Subject): ExplainedSubject {
  return { address, start, end, label, verdict };
}

function unlessCancelled<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}
