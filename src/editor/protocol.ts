import type {
  AnalysisProgress,
  AnalysisSummary,
  ClusterPage,
  DecodeResult,
  DumpSummary,
  Explanation,
  GoToTarget,
  InspectedByte,
  MemberPage,
  RowOrder,
  RowWindow,
  WindowRequest,
} from '../analysis/api.ts';

/**
 * The one meeting point of host and webview. Messages are plain objects; bytes travel as exact ArrayBuffers, addresses and
 * offsets as numbers below 2^53. The host validates everything it gets (src/editor/validate.ts): the webview is not trusted.
 */

/** Questions of the webview; each gets exactly one answer with the same id: `{ id, ok: true, value }` or `{ id, ok: false, error }`. */
export interface Questions {
  window: { ask: WindowRequest; answer: RowWindow };
  rowOf: { ask: { order: RowOrder; offset: number; bytesPerRow: number }; answer: number };
  offsetOfRow: { ask: { order: RowOrder; row: number; bytesPerRow: number }; answer: number };
  goTo: { ask: { text: string; from: number }; answer: GoToTarget };
  inspect: { ask: { offset: number }; answer: InspectedByte };
  clusters: { ask: { first: number; count: number }; answer: ClusterPage };
  members: { ask: { cluster: number; first: number; count: number }; answer: MemberPage };
  /** Sets the base address of a raw range: "0x7f…"; the dump is read anew. */
  setBase: { ask: { base: string }; answer: DumpSummary };
  /** Opens a raw range with what `together` offered; the dump is read anew. */
  openTogether: { ask: Record<string, never>; answer: DumpSummary };
  /** Runs one of our own commands, by name, for the byte or selection; the answer is what the command returns. */
  decodeSds: { ask: { offset: number }; answer: DecodeResult };
}
export type QuestionName = keyof Questions;

export type FromWebview =
  | { [Q in QuestionName]: { type: Q; id: number } & { ask: Questions[Q]['ask'] } }[QuestionName]
  | { type: 'ready' }
  /** The byte the caret is on and the selected bytes [start, end); sent on every change, at most once a frame. */
  | { type: 'cursor'; offset: number; start: number; end: number; order: RowOrder }
  | { type: 'cancelAnalysis' }
  | { type: 'startAnalysis' }
  | { type: 'removeAnnotation'; annotation: string }
  | {
      type: 'command';
      command:
        | 'goTo'
        | 'annotateSelection'
        | 'exportMarkdown'
        | 'decodeSdsHere'
        | 'setBase'
        | 'whyAlive'
        | 'showReferences';
    }
  /** A script error or a policy violation inside the webview; shown in the log, never swallowed. */
  | { type: 'trouble'; message: string };

export type ToWebview =
  | { type: 'answer'; id: number; ok: true; value: unknown }
  | { type: 'answer'; id: number; ok: false; error: string }
  | {
      type: 'opened';
      dump: DumpSummary;
      settings: ViewSettings;
      annotations: readonly AnnotationView[];
      analysis: AnalysisState;
      /** Of a raw range: how many its folder has of the process, this one included, and whether its maps are there; undefined where it is alone. */
      together?: { ranges: number; maps: boolean };
    }
  | { type: 'failed'; message: string; hint: string }
  | { type: 'settings'; settings: ViewSettings }
  | { type: 'annotations'; annotations: readonly AnnotationView[] }
  | { type: 'analysis'; analysis: AnalysisState }
  /** The file changed, shrank or went away: windows asked from now on show what is left. */
  | { type: 'problem'; message: string }
  /** Show and select these bytes [start, end). */
  | { type: 'reveal'; start: number; end: number }
  | { type: 'order'; order: RowOrder }
  /** A decode that was asked for outside the webview (context menu, key, palette), to be shown with its evidence. */
  | { type: 'decoded'; offset: number; result: DecodeResult }
  /** A question about the byte at `offset` is being looked into: seconds on a large dump. One of the two below follows. */
  | { type: 'explaining'; question: Explanation['question']; offset: number }
  /** Undefined where the search was cancelled. */
  | { type: 'explained'; question: Explanation['question']; offset: number; explanation: Explanation | undefined }
  | { type: 'notExplained'; offset: number; message: string };

export type AnalysisState =
  | { state: 'idle' }
  | { state: 'running'; progress: AnalysisProgress }
  | { state: 'done'; summary: AnalysisSummary }
  | { state: 'cancelled'; summary: AnalysisSummary | undefined }
  | { state: 'failed'; message: string };

export interface ViewSettings {
  readonly bytesPerRow: number;
  readonly order: RowOrder;
  readonly addressColumn: 'address' | 'offset';
  readonly uppercase: boolean;
}

export interface AnnotationView {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly note: string;
  readonly kind: 'selection' | 'decode';
}
