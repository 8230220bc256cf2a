import type { AnalysisSummary, DumpSummary } from '../../src/analysis/api.ts';
import type { Cluster } from '../../src/heap/clusters.ts';
import type { Report, ReportedRegion } from '../../src/report/report.ts';

export const BASE = 0x7f00_1234_5000;

export function dumpSummary(changes: Partial<DumpSummary> = {}): DumpSummary {
  return {
    path: '/var/crash/core.4242',
    size: 1 << 20,
    format: 'elf-core',
    machine: 'x86-64',
    process: { name: 'redis-server', arguments: '--requirepass hunter2', pid: 4242 },
    segments: [],
    threads: 5,
    problems: [],
    baseKnown: true,
    server: undefined,
    ...changes,
  };
}

/** A region that an sdshdr8 string fills: header of 3 bytes, text, NUL, as the C structure lays them out. */
export function sdshdr8Region(text: Uint8Array, changes: Partial<ReportedRegion> = {}): ReportedRegion {
  const alloc = text.length + 4;
  const bytes = new Uint8Array(3 + alloc + 1);
  bytes.set([text.length, alloc, 1]);
  bytes.set(text, 3);
  const end = 3 + text.length;
  return {
    label: `sdshdr8, len ${text.length}`,
    note: '',
    address: BASE,
    offset: 0x5000,
    length: bytes.length,
    bytes,
    overlays: [],
    decoded: {
      header: 'sdshdr8',
      payload: 3,
      len: text.length,
      alloc,
      verdict: 'leaked',
      fields: [
        { name: 'len', start: 0, end: 1, value: String(text.length) },
        { name: 'alloc', start: 1, end: 2, value: String(alloc) },
        { name: 'flags', start: 2, end: 3, value: '0x01' },
        { name: 'text', start: 3, end },
        { name: 'NUL', start: end, end: end + 1 },
        { name: 'slack', start: end + 1, end: bytes.length },
      ],
      evidence: [
        { check: 'len <= alloc', holds: true, detail: `${text.length} <= ${alloc}` },
        { check: 'a word points at it', holds: undefined, detail: 'the search was cancelled' },
      ],
    },
    ...changes,
  };
}

export function cluster(samples: readonly string[], changes: Partial<Cluster> = {}): Cluster {
  return {
    id: 1,
    header: 'sdshdr8',
    sizeClass: 80,
    stride: 80,
    count: 20_000,
    bytes: 1_600_000,
    minLength: 61,
    maxLength: 87,
    fill: 0.9995,
    byVerdict: { leaked: { count: 19_000, bytes: 1_520_000 }, live: { count: 1_000, bytes: 80_000 } },
    first: BASE + 3,
    samples,
    ...changes,
  };
}

export function analysisSummary(changes: Partial<AnalysisSummary> = {}): AnalysisSummary {
  const none = { count: 0, bytes: 0 };
  return {
    summary: '19,000 strings leaked, 1,520,000 bytes.',
    complete: true,
    notes: [],
    server: undefined,
    allocator: { name: 'jemalloc', version: '5.3', quantum: 16, evidence: [], missing: [] },
    strings: 20_000,
    byVerdict: {
      unknown: none,
      live: { count: 1_000, bytes: 80_000 },
      leaked: { count: 19_000, bytes: 1_520_000 },
      'leaked-indirect': none,
      'leaked-weak': none,
      freed: none,
    },
    clusters: 1,
    milliseconds: 1_234,
    ...changes,
  };
}

export function report(regions: readonly ReportedRegion[], clusters: readonly Cluster[] = []): Report {
  return { dump: dumpSummary(), regions, clusters, clusterTotal: clusters.length, analysis: analysisSummary() };
}
