import type { Annotation } from '../annotations/annotation.ts';
import type { Report, ReportedRegion } from '../report/report.ts';
import type { OpenDump } from './dump-document.ts';
import type { AnalysisState } from './protocol.ts';

/** Bytes of a region that a report looks at: more than it prints, so that quotations are recognised too. */
const MOST_REGION_BYTES = 64 * 1024;
const MOST_CLUSTERS = 50;
const MOST_FAMILIES = 50;

export interface Collecting {
  /** Told how much is done, 0…1. */
  readonly progress?: (share: number) => void;
  readonly cancelled?: AbortSignal;
}

/** Asks the engine for everything a report says. Rejects with the signal's reason when it is cancelled. */
export async function collectReport(
  dump: OpenDump,
  annotations: readonly Annotation[],
  analysis: AnalysisState,
  { progress, cancelled }: Collecting = {},
): Promise<Report> {
  const regions: ReportedRegion[] = [];
  for (const annotation of annotations) {
    cancelled?.throwIfAborted();
    regions.push(await reportedRegion(dump, annotation));
    progress?.(regions.length / annotations.length);
  }
  const { total, clusters } = await dump.session.clusters(0, MOST_CLUSTERS);
  const { total: familyTotal, families, ledger } = await dump.session.families(0, MOST_FAMILIES);
  return {
    dump: dump.summary,
    regions,
    clusters,
    clusterTotal: total,
    families,
    familyTotal,
    ledger,
    analysis: analysis.state === 'done' || analysis.state === 'cancelled' ? analysis.summary : undefined,
  };
}

async function reportedRegion({ session, places }: OpenDump, annotation: Annotation): Promise<ReportedRegion> {
  const { label, note, place, decoded } = annotation;
  const range = places.rangeOf(place);
  const common = {
    label,
    note,
    decoded,
    address: place.by === 'address' ? place.start : places.addressOf(place.start),
    length: place.end - place.start,
  };
  if (range === undefined) return { ...common, offset: undefined, bytes: new Uint8Array(0), overlays: [] };
  const { start } = range;
  const end = Math.min(range.end, start + MOST_REGION_BYTES);
  const bytes = new Uint8Array(await session.bytes(start, end));
  if (decoded === undefined) {
    return { ...common, offset: start, bytes, overlays: await session.overlays(start, end) };
  }
  // It may have been decoded before the analysis knew better.
  const { verdict = decoded.verdict } = await session.inspect(start + decoded.payload);
  return { ...common, offset: start, bytes, overlays: [], decoded: { ...decoded, verdict } };
}
