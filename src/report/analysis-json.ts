import type { Dump } from '../dump/dump.ts';
import type { Origin } from '../heap/attribution.ts';
import type { Cluster } from '../heap/clusters.ts';
import type { FamilySample } from '../heap/families.ts';
import type { Findings, Verdict } from '../heap/findings.ts';
import type { Ledger } from '../heap/ledger.ts';
import { everyVerdict, type FamilyJson, familyJson } from './families-json.ts';
import { familySentence } from './family-sentence.ts';
import { originSentence } from './origin-lines.ts';
import { shapeOf } from './redaction.ts';

/** Count and bytes of each verdict. */
export type ByVerdict = Readonly<Record<Verdict, { readonly count: number; readonly bytes: number }>>;

/** What `analyze --json` prints; described by analysis.schema.json beside this file. */
export interface AnalysisJson {
  readonly dump: {
    readonly path: string;
    readonly format: string;
    /** Bytes of the file. */
    readonly size: number;
    readonly truncated: boolean;
    /** Bytes of readable memory that the process had mapped, and those of them that the file holds. */
    readonly coverage: { readonly mapped: number; readonly present: number; readonly writableMissing: number };
    readonly problems: readonly string[];
  };
  readonly server: {
    readonly name: string;
    readonly version: string;
    readonly unverified: boolean;
    readonly evidence: readonly string[];
  } | null;
  readonly allocator: {
    readonly name: string;
    readonly version: string;
    readonly quantum: number;
    readonly pageSize: number;
    readonly evidence: readonly string[];
    readonly missing: readonly string[];
    readonly bins: readonly {
      size: number;
      slabs: number;
      regions: number;
      live: number;
      cached: number;
      free: number;
    }[];
  } | null;
  readonly strings: { readonly total: number; readonly byVerdict: ByVerdict };
  /** Most leaked bytes first, then most bytes. */
  readonly families: readonly FamilyJson[];
  /** Of the first family's leaked strings, the likeliest first. */
  readonly origins: readonly Origin[];
  /** Bytes of the heap by what they are; the lines add up to the total. Null where no allocator was recovered. */
  readonly ledger: Ledger | null;
  readonly clusters: readonly ClusterJson[];
  readonly complete: boolean;
  readonly notes: readonly string[];
  /** A sentence or a few. */
  readonly summary: string;
}

export interface ClusterJson {
  readonly header: string;
  readonly sizeClass: number;
  readonly stride: number;
  readonly count: number;
  readonly bytes: number;
  readonly lengths: readonly [minimum: number, maximum: number];
  readonly fill: number;
  readonly byVerdict: ByVerdict;
  /** The first member's payload address. */
  readonly first: string;
  readonly samples: readonly string[];
}

export interface AnalysisParts {
  readonly path: string;
  readonly dump: Dump;
  readonly findings: Findings;
  readonly clusters: readonly Cluster[];
  readonly families: readonly FamilySample[];
  readonly byVerdict: ByVerdict;
  readonly summary: string;
}

/** The analysis as one plain object. With `mask` texts of the dump, in samples and templates, keep their shapes only (`{word7}:{n}`). */
export function analysisJson(
  { path, dump, findings, clusters, families, byVerdict, summary }: AnalysisParts,
  mask: boolean,
): AnalysisJson {
  const { server, regions, strings } = findings;
  const templates = families.map(({ template }) => template);
  return {
    dump: {
      path,
      format: dump.format,
      size: dump.source.size,
      truncated: dump.problems.some(problem => problem.what === 'truncated'),
      coverage: coverage(dump),
      problems: dump.problems.map(problem => problem.message),
    },
    server:
      server === undefined
        ? null
        : { name: server.name, version: server.version, unverified: server.unverified, evidence: server.evidence },
    allocator:
      regions === undefined
        ? null
        : {
            name: regions.allocator.name,
            version: regions.allocator.version,
            quantum: regions.allocator.quantum,
            pageSize: regions.allocator.pageSize,
            evidence: regions.allocator.evidence,
            missing: regions.allocator.missing,
            bins: regions.bins.map(({ size, slabs, regions: all, live, cached, free }) => ({
              size,
              slabs,
              regions: all,
              live,
              cached,
              free,
            })),
          },
    strings: { total: strings.count, byVerdict },
    families: families.map(family => familyJson(family, templates, mask)),
    origins: families[0]?.attribution?.origins ?? [],
    ledger: findings.ledger ?? null,
    clusters: clusters.map(cluster => clusterJson(cluster, mask)),
    complete: findings.complete,
    notes: findings.notes,
    summary: [summary, familySentence(families, mask), originSentence(families)]
      .filter(sentence => sentence !== '')
      .join(' '),
  };
}

function clusterJson(cluster: Cluster, mask: boolean): ClusterJson {
  return {
    header: cluster.header,
    sizeClass: cluster.sizeClass,
    stride: cluster.stride,
    count: cluster.count,
    bytes: cluster.bytes,
    lengths: [cluster.minLength, cluster.maxLength],
    fill: cluster.fill,
    byVerdict: everyVerdict(cluster.byVerdict),
    first: `0x${cluster.first.toString(16)}`,
    samples: mask ? cluster.samples.map(shapeOf) : cluster.samples,
  };
}

function coverage(dump: Dump): AnalysisJson['dump']['coverage'] {
  let mapped = 0;
  let present = 0;
  let writableMissing = 0;
  for (const segment of dump.segments) {
    if (!segment.readable) continue;
    mapped += segment.end - segment.start;
    present += segment.present;
    if (segment.writable) writableMissing += segment.end - segment.start - segment.present;
  }
  return { mapped, present, writableMissing };
}
