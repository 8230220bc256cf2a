import type { Annotation } from '../annotations/annotation.ts';
import type { Report, ReportedRegion } from '../report/report.ts';
import type { OpenDump } from './dump-document.ts';
import type { AnalysisState } from './protocol.ts';

/** Bytes of a region that a report looks at: more than it prints, so that quotations are recognised too. */
const MOST_REGION_BYTES = 64 * 1024;
const MOST_CLUSTERS = 50;

/** Asks the engine for everything a report says. */
export async function collectReport(
  dump: OpenDump,
  annotations: readonly Annotation[],
  analysis: AnalysisState,
): Promise<Report> {
  const regions: ReportedRegion[] = [];
  for (const annotation of annotations) regions.push(await reportedRegion(dump, annotation));
  const { total, clusters } = await dump.session.clusters(0, MOST_CLUSTERS);
  return {
    dump: dump.summary,
    regions,
    clusters,
    clusterTotal: total,
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
  const overlays = decoded === undefined ? await session.overlays(start, end) : [];
  return { ...common, offset: start, bytes, overlays };
}
