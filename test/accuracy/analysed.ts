import { DumpAnalyser } from '../../src/analysis/analyser.ts';
import type { AnalysisSummary } from '../../src/analysis/api.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { type Findings, HEADERS, OWNER_KINDS, REGION_KINDS, VERDICTS, type Verdict } from '../../src/heap/findings.ts';

/** A string as the engine sees it. */
export interface FoundString {
  /** The sds pointer. */
  readonly address: number;
  /** The exact bytes, as latin1. */
  readonly text: string;
  readonly header: string;
  readonly verdict: Verdict;
  readonly owner: string;
}

export interface Analysed {
  readonly summary: AnalysisSummary;
  readonly findings: Findings;
  /** Visits every string, in address order. */
  strings(): Generator<FoundString>;
}

/** Runs the whole engine over a dump, as the command line does; `server` overrides what the dump says of its server. */
export function analyse(path: string, server?: string): Analysed {
  const analyser = new DumpAnalyser();
  const options = server === undefined ? {} : { server };
  const summary = analyser.analyse(path, options, { progress: () => {}, cancelled: () => false });
  const findings = analyser.findings()!;
  return { summary, findings, strings: () => strings(path, findings) };
}

function* strings(path: string, { strings }: Findings): Generator<FoundString> {
  const source = FileSource.open(path);
  try {
    const dump = openDump(source);
    let buffer = Buffer.alloc(1 << 16);
    for (let i = 0; i < strings.count; i++) {
      const length = strings.length[i];
      if (buffer.length < length) buffer = Buffer.alloc(length * 2);
      const there = dump.readInto(strings.address[i], buffer.subarray(0, length));
      yield {
        address: strings.address[i],
        text: buffer.toString('latin1', 0, there),
        header: HEADERS[strings.header[i]],
        verdict: VERDICTS[strings.verdict[i]],
        owner: OWNER_KINDS[strings.ownerKind[i]],
      };
    }
  } finally {
    source.close();
  }
}

export const isLeaked = (verdict: Verdict) => verdict.startsWith('leaked');

/** Regions judged leaked that are no strings, by what they are: "robj" -> 200. */
export function leakedRegions({ regionKind, regionVerdict }: Findings): Map<string, number> {
  const counts = new Map<string, number>();
  for (let id = 0; id < regionKind.length; id++) {
    if (!isLeaked(VERDICTS[regionVerdict[id]])) continue;
    const kind = REGION_KINDS[regionKind[id]];
    if (kind !== 'sds' && kind !== 'embstr') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
