import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { DecodeResult, DumpSummary, Explanation, OpenOptions } from '../analysis/api.ts';
import { DumpSession } from '../analysis/session.ts';
import { PlaceMap } from '../annotations/place-map.ts';
import { Sidecar } from '../annotations/sidecar.ts';
import { AnalysisRun } from './analysis-run.ts';
import { AnnotationStore } from './annotation-store.ts';
import { parseBase } from './base-address.ts';
import { decodeAnnotation } from './decode-annotation.ts';
import { Owner } from './dispose.ts';
import { watchFile } from './file-watch.ts';
import type { AnalysisState, AnnotationView, FromWebview, QuestionName, ToWebview } from './protocol.ts';
import { analysesOnOpen, viewSettings } from './settings.ts';
import { type SiblingRanges, siblingRanges } from './sibling-ranges.ts';
import { withSlowProgress } from './slow-progress.ts';
import { workerFiles } from './worker-files.ts';

/** A dump that is open: its engine, what it is, and where its bytes lie in the process. */
export interface OpenDump {
  readonly session: DumpSession;
  readonly summary: DumpSummary;
  /** Knows no addresses where those of a raw range only count from 0. */
  readonly places: PlaceMap;
  /** What lies beside a raw range and is not open with it. */
  readonly siblings?: SiblingRanges | undefined;
}

interface Failure {
  readonly failure: { readonly message: string; readonly hint: string };
}

export type Question = Extract<FromWebview, { type: QuestionName }>;

/** A search for pointers through the whole dump that takes longer gets a notification with a cancel button. */
const DECODE_PATIENCE_MS = 1000;
/** Explanations show their progress in the panel, but are cancelled in the notification. */
const EXPLAIN_PATIENCE_MS = 1000;

/**
 * The model of one file, shared by all its views and kept while any of them is open. All work on the dump is done by the
 * session's threads; what every view must hear goes out through `onMessage`.
 */
export class DumpDocument extends Owner implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly annotations: AnnotationStore;
  readonly #log: vscode.LogOutputChannel;
  readonly #session = new DumpSession(workerFiles);
  readonly #messages = this.own(new vscode.EventEmitter<ToWebview>());
  readonly onMessage = this.#messages.event;
  readonly #analysis: AnalysisRun;
  #opening: Promise<OpenDump | Failure>;
  #options: OpenOptions = {};
  #rowsShown = false;
  /** What is wrong with the file since it was opened. */
  #problem: string | undefined;

  /** How often VS Code holds it. */
  #users = 0;

  /** @param closed called when nobody holds it any more. */
  constructor(uri: vscode.Uri, context: vscode.ExtensionContext, log: vscode.LogOutputChannel, closed: () => void) {
    super();
    this.own({ dispose: closed });
    this.uri = uri;
    this.#log = log;
    this.#analysis = this.own(new AnalysisRun(this.name, analysis => this.#send({ type: 'analysis', analysis }), log));
    this.annotations = new AnnotationStore(
      new Sidecar(uri.fsPath, join(context.globalStorageUri.fsPath, 'annotations')),
      () => void this.#sendAnnotations(),
      problem => this.#warn(problem),
    );
    this.own({ dispose: () => void this.#session.dispose() });
    this.#opening = this.#open({});
    void this.annotations.load();
    this.own(watchFile(uri, () => void this.#look().catch(error => log.error(error as Error))));
  }

  retain(): void {
    this.#users++;
  }

  override dispose(): void {
    if (--this.#users === 0) super.dispose();
  }

  get name(): string {
    return basename(this.uri.fsPath);
  }

  get analysis(): AnalysisState {
    return this.#analysis.state;
  }

  /** The open dump, as soon as it is. Throws a sentence for the user where it cannot be opened. */
  async open(): Promise<OpenDump> {
    const dump = await this.#opening;
    if ('failure' in dump) throw new Error(dump.failure.message);
    return dump;
  }

  /** What a view is told first, when the dump is open or it is known why not. */
  async welcome(): Promise<ToWebview[]> {
    const dump = await this.#opening;
    if ('failure' in dump) return [{ type: 'failed', ...dump.failure }];
    const opened: ToWebview = {
      type: 'opened',
      dump: dump.summary,
      settings: viewSettings(),
      annotations: this.#views(dump),
      analysis: this.#analysis.state,
      ...(dump.siblings && {
        together: { ranges: dump.siblings.ranges.length + 1, maps: dump.siblings.maps !== undefined },
      }),
    };
    return this.#problem === undefined ? [opened] : [opened, { type: 'problem', message: this.#problem }];
  }

  /** Answers a validated question of a view. Throws a sentence for the user. */
  async answer({ type, ask }: Question): Promise<unknown> {
    const { session } = await this.open();
    switch (type) {
      case 'window':
        return session.window(ask);
      case 'rowOf':
        return session.rowOf(ask.order, ask.offset, ask.bytesPerRow);
      case 'offsetOfRow':
        return session.offsetOfRow(ask.order, ask.row, ask.bytesPerRow);
      case 'goTo':
        return session.goTo(ask.text, ask.from);
      case 'inspect':
        return session.inspect(ask.offset);
      case 'clusters':
        return session.clusters(ask.first, ask.count);
      case 'members':
        return session.members(ask.cluster, ask.first, ask.count);
      case 'setBase':
        return this.setBase(ask.base);
      case 'openTogether':
        return this.openTogether();
      case 'decodeSds':
        return this.decode(ask.offset);
    }
  }

  /** Finds the string that the byte at `offset` belongs to, and makes it an annotation. */
  async decode(offset: number): Promise<DecodeResult> {
    const { session, places } = await this.open();
    const abort = new AbortController();
    const result = await withSlowProgress({
      title: vscode.l10n.t('Looking for words that point at the string'),
      patience: DECODE_PATIENCE_MS,
      abort,
      run: () => session.decode(offset, abort.signal),
    });
    // Not awaited: the answer need not wait for the disk, and the store itself tells what goes wrong there.
    if (result.found) void this.annotations.add(decodeAnnotation(result.sds, places));
    return result;
  }

  /**
   * Answers a question about what lies at `offset`, after an analysis: that is done, or waited for, where there is none. Undefined where it
   * was cancelled.
   */
  async explain(question: Explanation['question'], offset: number): Promise<Explanation | undefined> {
    const { session } = await this.open();
    if (this.#analysis.state.state !== 'done') await this.startAnalysis();
    const { state } = this.#analysis;
    if (state.state === 'failed') throw new Error(state.message);
    if (state.state !== 'done') return undefined;
    const abort = new AbortController();
    const title =
      question === 'why'
        ? vscode.l10n.t('Looking for a way from a root')
        : vscode.l10n.t('Looking for words that point there');
    return withSlowProgress<Explanation | undefined>({
      title,
      patience: EXPLAIN_PATIENCE_MS,
      abort,
      run: report => {
        const onProgress = (share: number) => report(share, '');
        const options = { onProgress, cancelled: abort.signal };
        return question === 'why' ? session.why(offset, options) : session.references(offset, options);
      },
    });
  }

  /** Reads a raw range anew with its first byte at `text`, an address. The dump stays open as it was where that is impossible. */
  async setBase(text: string): Promise<DumpSummary> {
    const base = parseBase(text);
    await this.open();
    return this.#readAnew({ ...this.#options, base });
  }

  /** Takes the layouts of `server` ("redis 3.2.8"), or with '' those that the dump itself speaks for; an analysis that was done is done anew. */
  async setServer(server: string): Promise<DumpSummary> {
    await this.open();
    const { server: _, ...others } = this.#options;
    return this.#readAnew(server === '' ? others : { ...others, server });
  }

  /** Reads a raw range anew as one dump with the other ranges and the maps of its folder. */
  async openTogether(): Promise<DumpSummary> {
    const { siblings } = await this.open();
    if (siblings === undefined) throw new Error(vscode.l10n.t('There is nothing beside this file that belongs to it.'));
    return this.#readAnew({ ...this.#options, ...siblings });
  }

  /** The dump stays open as it was where it cannot be read so. */
  async #readAnew(options: OpenOptions): Promise<DumpSummary> {
    const before = this.#options;
    const analysed = this.#analysis.state.state !== 'idle';
    this.#analysis.reset();
    const anew = await this.#reopen(options);
    if ('failure' in anew) {
      await this.#reopen(before);
      throw new Error(anew.failure.message);
    }
    for (const message of await this.welcome()) this.#send(message);
    if (analysed) void this.startAnalysis();
    return anew.summary;
  }

  /** Starts the analysis unless it runs; resolves when it has ended. */
  async startAnalysis(): Promise<void> {
    const { session } = await this.open();
    await this.#analysis.start(async (onProgress, cancelled) => {
      const summary = await session.analyse({ onProgress, cancelled });
      if (summary.reopen !== undefined) await this.#adoptBase();
      return summary;
    });
  }

  cancelAnalysis(): void {
    this.#analysis.cancel();
  }

  /** A view has its first rows: nothing that takes long starts before. */
  rowsShown(): void {
    if (this.#rowsShown) return;
    this.#rowsShown = true;
    if (analysesOnOpen()) this.startAnalysis().catch(error => this.#log.error(error as Error));
  }

  #reopen(options: OpenOptions): Promise<OpenDump | Failure> {
    this.#opening = this.#open(options);
    return this.#opening;
  }

  /** The analysis found the base of a raw range in its memory, and the session has taken it: the views get the dump's addresses, too. */
  async #adoptBase(): Promise<void> {
    const { opened } = this.#session;
    const before = await this.#opening;
    if (opened === undefined || 'failure' in before || before.summary === opened.summary) return;
    this.#options = opened.options;
    this.#opening = Promise.resolve(this.#openDump(opened.summary, before.siblings));
    for (const message of await this.welcome()) this.#send(message);
  }

  #openDump(summary: DumpSummary, siblings: SiblingRanges | undefined): OpenDump {
    const places = new PlaceMap(summary.baseKnown ? summary.segments : []);
    return { session: this.#session, summary, places, siblings };
  }

  async #open(options: OpenOptions): Promise<OpenDump | Failure> {
    const again = vscode.l10n.t('It is tried again when the file changes, or when it is opened again.');
    if (this.uri.scheme !== 'file') {
      const message = vscode.l10n.t('Only files on a disk can be opened in place, not {0}.', this.uri.toString(true));
      return { failure: { message, hint: vscode.l10n.t('Copy the dump to a disk first.') } };
    }
    try {
      const summary = await this.#session.open(this.uri.fsPath, options);
      this.#options = options;
      for (const { message } of summary.problems) this.#log.warn(`${this.uri.fsPath}: ${message}`);
      const alone = summary.format === 'raw' && options.ranges === undefined && options.maps === undefined;
      return this.#openDump(summary, alone ? await siblingRanges(this.uri.fsPath) : undefined);
    } catch (error) {
      this.#log.error(`${this.uri.fsPath} was not opened`, error as Error);
      return { failure: { message: (error as Error).message, hint: again } };
    }
  }

  /** The file changed on the disk: says so, or tries again where it could not be opened before. */
  async #look(): Promise<void> {
    const dump = await this.#opening;
    if (this.disposed) return;
    if ('failure' in dump) {
      await this.#reopen(this.#options);
      for (const message of await this.welcome()) this.#send(message);
      return;
    }
    const problem = await dump.session.check();
    if (problem === undefined || problem.message === this.#problem) return;
    this.#problem = problem.message;
    this.#log.warn(`${this.uri.fsPath}: ${problem.message}`);
    this.#send({ type: 'problem', message: problem.message });
  }

  async #sendAnnotations(): Promise<void> {
    const dump = await this.#opening;
    if (!('failure' in dump)) this.#send({ type: 'annotations', annotations: this.#views(dump) });
  }

  #views({ places, summary }: OpenDump): AnnotationView[] {
    return this.annotations.views(places, summary.size);
  }

  #send(message: ToWebview): void {
    if (!this.disposed) this.#messages.fire(message);
  }

  #warn(problem: string): void {
    this.#log.warn(problem);
    void vscode.window.showWarningMessage(problem);
  }
}
