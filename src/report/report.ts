import type { AnalysisSummary, DumpSummary, Evidence, Overlay } from '../analysis/api.ts';
import type { Cluster } from '../heap/clusters.ts';
import type { FamilySample } from '../heap/families.ts';
import type { Ledger } from '../heap/ledger.ts';

/** Everything a report is made of, unmasked; the writer masks. */
export interface Report {
  readonly dump: DumpSummary;
  readonly regions: readonly ReportedRegion[];
  /** The largest ones, in their order. */
  readonly clusters: readonly Cluster[];
  /** How many clusters there are in all. */
  readonly clusterTotal: number;
  /** The first families, and how many there are in all. */
  readonly families?: readonly FamilySample[];
  readonly familyTotal?: number;
  /** Absent where no allocator was recovered. */
  readonly ledger?: Ledger | undefined;
  /** Undefined where nothing was analysed. */
  readonly analysis: AnalysisSummary | undefined;
}

/** An annotation, with the bytes it is on. */
export interface ReportedRegion {
  readonly label: string;
  readonly note: string;
  /** Address of the first byte; undefined for bytes that were not mapped. */
  readonly address: number | undefined;
  /** File offset of the first byte; undefined where this dump does not hold it. */
  readonly offset: number | undefined;
  /** Bytes the annotation is on. */
  readonly length: number;
  /** The first of them, or all. */
  readonly bytes: Uint8Array;
  /** Decoded fields on and around these bytes, as file ranges. */
  readonly overlays: readonly Overlay[];
  readonly decoded: ReportedDecode | undefined;
}

/** A decoded string; ranges count from the region's first byte, half-open. */
export interface ReportedDecode {
  readonly header: string;
  readonly payload: number;
  readonly len: number;
  readonly alloc: number;
  readonly verdict: string;
  /** A field without a value is text: it is read from the bytes. */
  readonly fields: readonly { name: string; start: number; end: number; value?: string }[];
  readonly evidence: readonly Evidence[];
}
