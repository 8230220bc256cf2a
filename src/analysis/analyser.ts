import { recognizeAllocator, recoverAllocator } from '../allocator/recover.ts';
import type { Dump } from '../dump/dump.ts';
import { openDumpFiles } from '../dump/open-files.ts';
import { analyseHeap } from '../heap/analyse-heap.ts';
import { attributeFamilies, type KnownSlots } from '../heap/attribute.ts';
import { buildClusters } from '../heap/build-clusters.ts';
import { buildFamilies } from '../heap/build-families.ts';
import { ownedSlots } from '../heap/cluster-slots.ts';
import type { TemplateMemory } from '../heap/file-templates.ts';
import type { Findings } from '../heap/findings.ts';
import { type AnalysisHooks, Cancelled, partOf } from '../heap/hooks.ts';
import { heapLedger } from '../heap/ledger.ts';
import { scanStrings } from '../heap/scan-strings.ts';
import { serverFromOption } from '../heap/server-identity.ts';
import { sharedU8 } from '../heap/shared-array.ts';
import { parseSlots } from '../heap/slot-ranges.ts';
import type { AnalysisProgress, AnalysisStage, AnalysisSummary, OpenOptions } from './api.ts';
import { type RevealedBases, revealBases } from './reveal-bases.ts';
import { summarize } from './summary.ts';

export interface AnalyserHooks {
  progress(progress: AnalysisProgress): void;
  /** Asked every few milliseconds. */
  cancelled(): boolean;
}

/** Work done, 0…1, when each part of the analysis is over. */
const OPENED = 0.05;
const CARVED = 0.2;
const SCANNED = 0.8;
const JUDGED = 0.85;

/** Share of the last stage when clusters, and then families, are built; what their leaked members have in common; what is left is the ledger. */
const CLUSTERED = 0.15;
const FILED = 0.65;
const LISTED = 0.95;

/** From which share of the heap's analysis on it is at which stage; see analyseHeap. */
const HEAP_STAGES: readonly { from: number; stage: AnalysisStage; message: string }[] = [
  { from: 0.8, stage: 'judge', message: 'Listing strings and their verdicts' },
  { from: 0.68, stage: 'mark', message: 'Following references' },
  { from: 0, stage: 'classify', message: 'Reading the heap' },
];

/** Strings that are still grouped after a cancel: that takes some ten milliseconds; their texts are not read any more. */
const GROUPED_AFTER_CANCEL = 300_000;
const NO_REGISTERS =
  'Raw ranges hold no registers: all of each stack counts as in use, so that a leak which a stale word there names is missed, and what only a register pointed at can be called leaked.';
/** Least time in milliseconds between two reports of progress. */
const REPORT_EVERY = 40;

const CANCELLED = 'The analysis was cancelled before its end.';

/** The pipeline over one whole dump: open, carve, classify, mark, judge, cluster. Knows nothing of threads. */
export class DumpAnalyser {
  #findings: Findings | undefined;
  readonly #memory: TemplateMemory | undefined;

  /** With `memory` strings of one dump are filed under the templates of an earlier one. */
  constructor(memory?: TemplateMemory) {
    this.#memory = memory;
  }

  /** Analyses the dump at `path`; when cancelled, returns soon with what was found until then, labelled incomplete. Throws DumpError. */
  analyse(path: string, options: OpenOptions, hooks: AnalyserHooks): AnalysisSummary {
    const started = performance.now();
    this.#findings = undefined;
    const report = reporter(hooks);
    report('open', 0, 'Opening the dump');
    const revealed = this.#bases(path, options, report, hooks);
    const { source, dump } = openDumpFiles(path, revealed?.options ?? options);
    try {
      const notes = [...(revealed?.notes ?? []), ...(dump.mapsKnown === true ? [NO_REGISTERS] : [])];
      const found = findingsOf(dump, options.server ?? '', report, hooks);
      this.#findings = withGroups(
        dump,
        { ...found, notes: [...notes, ...found.notes] },
        options,
        this.#memory,
        report,
        hooks,
      );
    } finally {
      source.close();
    }
    const summary = summarize(this.#findings, performance.now() - started);
    return revealed === undefined ? summary : { ...summary, reopen: revealed.options };
  }

  /** Bases of raw ranges that nobody gave, as the memory in them tells. */
  #bases(path: string, options: OpenOptions, report: Report, { cancelled }: AnalyserHooks): RevealedBases | undefined {
    const { source, dump } = openDumpFiles(path, options);
    // The pass looks at each byte once, the analysis several times.
    const progress = (share: number) => report('open', share * OPENED, 'Looking for the base address');
    try {
      return revealBases(dump, options, { progress, cancelled });
    } finally {
      source.close();
    }
  }

  /** What the last `analyse` found; its columns lie in shared memory. */
  findings(): Findings | undefined {
    return this.#findings;
  }
}

type Report = (stage: AnalysisStage, share: number, message: string) => void;

/** Passes on each new stage at once, and within a stage so often as the eye follows. */
function reporter(hooks: AnalyserHooks): Report {
  let lastStage: AnalysisStage | undefined;
  let lastTime = 0;
  return (stage, share, message) => {
    const now = performance.now();
    if (stage === lastStage && now - lastTime < REPORT_EVERY) return;
    lastStage = stage;
    lastTime = now;
    hooks.progress({ stage, share, message });
  };
}

function findingsOf(dump: Dump, server: string, report: Report, { cancelled }: AnalyserHooks): Findings {
  const regions = recoverAllocator(dump, {
    progress: share => report('carve', OPENED + share * (CARVED - OPENED), 'Recovering the allocator'),
    cancelled,
  });
  if (regions !== undefined) {
    const progress = (share: number) => {
      const { stage, message } = HEAP_STAGES.find(({ from }) => share >= from)!;
      report(stage, CARVED + share * (JUDGED - CARVED), message);
    };
    return analyseHeap(dump, regions, { progress, cancelled }, server);
  }
  const carved = !cancelled();
  const recognized = carved ? recognizeAllocator(dump, { progress: () => {}, cancelled }) : undefined;
  const { strings, complete } = scanStrings(dump, {
    progress: share => report('classify', CARVED + share * (SCANNED - CARVED), 'Looking for strings'),
    cancelled,
  });
  const notes = [
    ...(carved
      ? ['No allocator was recovered from this dump: strings were found by their bytes alone, and no verdict is given.']
      : []),
    ...(recognized === undefined ? [] : [recognized]),
    ...(dump.baseKnown ? [] : ['The base address is not known: no pointer could be followed.']),
    ...dump.problems.map(problem => problem.message),
    ...(complete ? [] : [CANCELLED]),
  ];
  return {
    server: serverFromOption(server),
    regions: undefined,
    regionKind: sharedU8(0),
    regionVerdict: sharedU8(0),
    strings,
    complete: complete && dump.problems.length === 0,
    notes,
  };
}

/** Adds clusters and families. */
function withGroups(
  dump: Dump,
  findings: Findings,
  { slots }: OpenOptions,
  memory: TemplateMemory | undefined,
  report: Report,
  hooks: AnalyserHooks,
): Findings {
  const wasCancelled = hooks.cancelled();
  const ungrouped = { ...findings, complete: false, notes: [...findings.notes, CANCELLED] };
  if (wasCancelled && findings.strings.count > GROUPED_AFTER_CANCEL) return ungrouped;
  const watched: AnalysisHooks = {
    progress: share => report('cluster', JUDGED + share * (1 - JUDGED), 'Grouping strings'),
    cancelled: () => !wasCancelled && hooks.cancelled(),
  };
  let grouped = ungrouped;
  try {
    const clusters = buildClusters(findings, partOf(watched, 0, CLUSTERED));
    grouped = { ...ungrouped, clusters };
    if (wasCancelled) return { ...findings, clusters };
    const filed = buildFamilies(dump, findings, clusters, partOf(watched, CLUSTERED, FILED), memory);
    const known = knownSlots(dump, findings, slots);
    const families = attributeFamilies(dump, findings, filed, known, partOf(watched, FILED, LISTED));
    const ledger = heapLedger(findings, partOf(watched, LISTED, 1));
    return { ...findings, clusters, families, ...(ledger && { ledger }) };
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    return grouped;
  }
}

/** The hash slots this server owns: as somebody says, else as its cluster state in the dump does. */
function knownSlots(dump: Dump, { regions }: Findings, given: string | undefined): KnownSlots | undefined {
  const slots = given === undefined ? undefined : parseSlots(given);
  if (slots !== undefined) return { owned: slots, from: 'given' };
  const owned = regions && ownedSlots(dump, regions);
  return owned && { owned, from: 'dump' };
}
