import type { Problem, RangePart, Segment } from '../dump/dump.ts';
import type { DumpFiles } from '../dump/dump-files.ts';
import type { AddressTurn } from '../dump/rows.ts';
import type { Cluster } from '../heap/clusters.ts';
import type { DecodeResult } from '../heap/decoded-sds.ts';
import type { FamilySample } from '../heap/families.ts';
import type { Findings, RegionKind, ServerIdentity, Verdict } from '../heap/findings.ts';
import type { Ledger } from '../heap/ledger.ts';

export type { DecodedSds, DecodeResult, Evidence, SdsRefusal } from '../heap/decoded-sds.ts';

/**
 * The engine's questions and answers, as its faces (editor, command line) ask them. Two worker threads serve them:
 * the reader, which always answers at once, and the analyser, which works through the whole dump and shares its
 * findings (typed arrays over SharedArrayBuffers) with the reader. Everything here survives a structured clone.
 */

/** Besides the base address of a raw range: further ranges of the same process, and its maps. */
export interface OpenOptions extends DumpFiles {
  /** Name and version the user insists on, e.g. "redis 3.2.8". */
  readonly server?: string;
  /** Hash slots that the server owns, in place of what its cluster state says: "0-5460, 7000". */
  readonly slots?: string;
}

export interface DumpSummary {
  readonly path: string;
  readonly size: number;
  readonly format: 'elf-core' | 'raw';
  readonly machine: string;
  readonly process: { readonly name: string; readonly arguments: string; readonly pid: number } | undefined;
  readonly segments: readonly Segment[];
  readonly threads: number;
  readonly problems: readonly Problem[];
  readonly baseKnown: boolean;
  /** The files of a dump of raw ranges, with their bases; undefined for a core. */
  readonly ranges?: readonly RangePart[] | undefined;
  /** From the strings the server's own binary carries in the dump, where that is quick to find; the analysis says more. */
  readonly server: ServerIdentity | undefined;
}

/** `file`: every byte of the file from offset 0. `address`: segments by address, each gap one labelled row. */
export type RowOrder = 'file' | 'address';

export interface WindowRequest {
  readonly order: RowOrder;
  readonly firstRow: number;
  readonly rowCount: number;
  /** 1…64. */
  readonly bytesPerRow: number;
}

export interface RowWindow {
  /** Rows of the whole dump in this order. */
  readonly totalRows: number;
  readonly rows: readonly Row[];
  /** The bytes of all `bytes` rows, one after the other; exactly as long as their lengths add up to. */
  readonly bytes: ArrayBuffer;
  /** What is decoded in and around these rows; outer before inner. */
  readonly overlays: readonly Overlay[];
}

export type Row =
  | {
      readonly kind: 'bytes';
      /** File offset of its first byte. */
      readonly offset: number;
      /** Address of its first byte; undefined for headers, notes and padding. */
      readonly address: number | undefined;
      /** Where the bytes behind have another address than the first one's and their distance from it (file order, where a segment begins or ends inside a row). */
      readonly turns?: readonly AddressTurn[];
      /** Empty cells before the first byte (address order, where a segment starts inside a row). */
      readonly lead: number;
      /** Bytes in this row: 1…bytesPerRow - lead. */
      readonly length: number;
    }
  | {
      /** Bytes that are not there: unmapped between segments, not dumped, cut off, or a read error. */
      readonly kind: 'gap';
      readonly label: string;
      readonly address: number | undefined;
      readonly length: number;
    };

/** The fields that overlays colour. A struct's name, a dot, its field. */
export type OverlayField =
  | 'sds.len'
  | 'sds.alloc'
  | 'sds.flags'
  | 'sds.payload'
  | 'sds.nul'
  | 'sds.slack'
  | `${Exclude<RegionKind, 'unknown' | 'sds'>}.${string}`
  | 'region'
  | 'slab'
  | 'pointer';

/** Bytes [start, end) of the file and what they are. May reach beyond the window. */
export interface Overlay {
  readonly start: number;
  readonly end: number;
  readonly field: OverlayField;
  /** One line for hover, inspector and screen reader: "flags 0x01: type 1 = sdshdr8, upper bits 0". */
  readonly label: string;
  readonly verdict?: Verdict;
  /** Of a pointer: offset in the file of what it points at, where the file has that. */
  readonly target?: number;
}

/** What an explanation is about: the region that holds the byte asked about; outside regions the string there, else the byte. */
export interface ExplainedSubject {
  /** Address of its first byte. */
  readonly address: number;
  /** File range [start, end). */
  readonly start: number;
  readonly end: number;
  /** "string: sdshdr8 of 72 bytes, in an 80-byte region at 0x7f…". Never quotes the dump's text, nor does any other sentence of an explanation. */
  readonly label: string;
  readonly verdict: Verdict;
}

/** One link of a way through memory; it begins with a root, or with a region that nothing points at. */
export interface ExplainedStep {
  readonly what: 'root' | 'region';
  /** "the stack of thread 12", "dictEntry". */
  readonly name: string;
  /** Address of the word that points on, or of the region where the way ends; undefined for a register. */
  readonly address: number | undefined;
  /** Bytes [start, end) of the file to jump to: that word, or the region. Undefined where the file has none. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** "24 bytes at 0x7f…; its key points on, 3 bytes into the next". */
  readonly detail: string;
  readonly verdict: Verdict | undefined;
}

/** "Why is this alive?" */
export interface WhyAlive {
  readonly question: 'why';
  readonly offset: number;
  readonly subject: ExplainedSubject;
  /** The answer in a sentence. */
  readonly sentence: string;
  /** Root first, what was asked about last; empty where no way leads there. */
  readonly steps: readonly ExplainedStep[];
}

/** A word that points at, or into, what was asked about. */
export interface ExplainedReference {
  /** Undefined for a register. */
  readonly address: number | undefined;
  /** File range [start, end) of the word. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** "register rbx of thread 12", "the stack of thread 12", "dictEntry.key". */
  readonly where: string;
  /** "exact", "inexact: 8 bytes into its region". */
  readonly detail: string;
  /** Why it does not count, where it does not. */
  readonly stale: string | undefined;
  /** Of the region that holds the word. */
  readonly verdict: Verdict | undefined;
  readonly exact: boolean;
  /** Whether such memory keeps anything alive; else the word is stale, or the allocator's own. */
  readonly counts: boolean;
}

/** "Who points here?" */
export interface ReferenceList {
  readonly question: 'references';
  readonly offset: number;
  readonly subject: ExplainedSubject;
  readonly sentence: string;
  /** What was looked through, in a sentence. */
  readonly searched: string;
  /** Those that count first, exact ones before others. */
  readonly references: readonly ExplainedReference[];
  /** False where there were too many to list all. */
  readonly complete: boolean;
}

export type Explanation = WhyAlive | ReferenceList;

export interface GoToTarget {
  readonly offset: number;
  readonly address: number | undefined;
  /** What was understood: "address 0x7f… in [heap]", "offset 1,024". */
  readonly label: string;
}

export interface InspectedByte {
  readonly offset: number;
  readonly address: number | undefined;
  readonly segment: string | undefined;
  /** Innermost last. */
  readonly fields: readonly Overlay[];
  /** Name and value of the usual readings of the bytes here, both byte orders. */
  readonly values: readonly { name: string; little: string; big: string }[];
  readonly verdict: Verdict | undefined;
}

export type AnalysisStage = 'open' | 'carve' | 'classify' | 'mark' | 'judge' | 'cluster';

export interface AnalysisProgress {
  readonly stage: AnalysisStage;
  /** Work done over the whole analysis, 0…1. */
  readonly share: number;
  readonly message: string;
}

export interface AnalysisSummary {
  /** One sentence. */
  readonly summary: string;
  readonly complete: boolean;
  readonly notes: readonly string[];
  readonly server: ServerIdentity | undefined;
  readonly allocator:
    | {
        readonly name: string;
        readonly version: string;
        readonly quantum: number;
        readonly evidence: readonly string[];
        readonly missing: readonly string[];
      }
    | undefined;
  readonly strings: number;
  readonly byVerdict: Readonly<Record<Verdict, { count: number; bytes: number }>>;
  readonly clusters: number;
  readonly milliseconds: number;
  /** Where the allocator's own memory told the base of a raw range: how to open the dump so that it has the findings' addresses. */
  readonly reopen?: OpenOptions;
}

export interface ClusterPage {
  readonly total: number;
  readonly clusters: readonly Cluster[];
}

export interface FamilyPage {
  readonly total: number;
  readonly families: readonly FamilySample[];
  /** Bytes of the heap by what they are; undefined where no allocator was recovered. */
  readonly ledger?: Ledger | undefined;
}

export interface MemberPage {
  readonly total: number;
  readonly members: readonly { offset: number; address: number; length: number; verdict: Verdict; text: string }[];
}

/** The reader thread. Offsets are file offsets; every byte shown has one, in either order. */
export interface ReaderApi {
  open(path: string, options: OpenOptions): DumpSummary;
  window(request: WindowRequest): RowWindow;
  /** The row that shows the byte at `offset`. */
  rowOf(order: RowOrder, offset: number, bytesPerRow: number): number;
  /** First byte offset shown at or after `row` (a gap row: the next byte row's). */
  offsetOfRow(order: RowOrder, row: number, bytesPerRow: number): number;
  /** "0x7f…" (address where mapped, else offset), "1024", "+16", "-0x20" from the byte at `from`. Throws with a sentence where it leads nowhere. */
  goTo(text: string, from: number): GoToTarget;
  inspect(offset: number): InspectedByte;
  /** The bytes [start, end) of the file, at most 16 MiB; shorter where they are absent. */
  bytes(start: number, end: number): ArrayBuffer;
  overlays(start: number, end: number): Overlay[];
  /** Searches the whole dump for words that point at it: seconds on a large dump, can be cancelled. */
  decode(offset: number): Promise<DecodeResult>;
  clusters(first: number, count: number): ClusterPage;
  members(cluster: number, first: number, count: number): MemberPage;
  families(first: number, count: number): FamilyPage;
  /** Looks at the file again: undefined when nothing changed since it was opened. */
  check(): Problem | undefined;
  /** Takes an analysis' findings (their columns stay shared with the analyser): overlays, decodes, clusters and members then rest on them. */
  useFindings(findings: Findings): void;
}

export interface AnalyserApi {
  /** Calls back with progress through the connection; resolves when done or cancelled. */
  analyse(path: string, options: OpenOptions): AnalysisSummary;
  /** What the last `analyse` found, also after a cancel; undefined when it found nothing it could hand on. Typed arrays over SharedArrayBuffers, the rest small. */
  findings(): Findings | undefined;
}

/**
 * The explainer thread, started when first asked: it reads the whole dump for a question, and keeps what it can use again.
 * Both answer undefined when cancelled, and call back with the share of the work done, 0…1, through the connection.
 */
export interface ExplainerApi {
  /** Takes a dump and what an analysis found in it. */
  open(path: string, options: OpenOptions, findings: Findings): void;
  why(offset: number): WhyAlive | undefined;
  references(offset: number): ReferenceList | undefined;
}
