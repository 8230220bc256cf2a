import * as vscode from 'vscode';
import type { AnalysisProgress, AnalysisSummary } from '../analysis/api.ts';
import { Owner } from './dispose.ts';
import type { AnalysisState } from './protocol.ts';
import { withSlowProgress } from './slow-progress.ts';

/** Runs the analysis; calls back with its progress, stops when the signal says so and then gives what it has. */
export type Analyse = (progress: (progress: AnalysisProgress) => void, signal: AbortSignal) => Promise<AnalysisSummary>;

/** A shorter run only shows in the editor. */
const PATIENCE_MS = 2500;

/** The analysis of one dump: at most one at a time, with its state for the views. */
export class AnalysisRun extends Owner {
  readonly #title: string;
  readonly #changed: (state: AnalysisState) => void;
  readonly #log: vscode.LogOutputChannel;
  #state: AnalysisState = { state: 'idle' };
  /** Of the run under way. */
  #abort: AbortController | undefined;
  #ended: Promise<void> = Promise.resolve();

  /** @param name of the dump, for the notification. */
  constructor(name: string, changed: (state: AnalysisState) => void, log: vscode.LogOutputChannel) {
    super();
    this.#title = vscode.l10n.t('Analysing {0}', name);
    this.#changed = changed;
    this.#log = log;
    this.own({ dispose: () => this.cancel() });
  }

  get state(): AnalysisState {
    return this.#state;
  }

  /** Starts unless it runs already; resolves when the run has ended, in whichever way. */
  start(analyse: Analyse): Promise<void> {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      this.#ended = this.#run(this.#abort, analyse);
    }
    return this.#ended;
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Forgets what was found, for a dump that is read anew. */
  reset(): void {
    this.cancel();
    this.#abort = undefined;
    this.#set({ state: 'idle' });
  }

  async #run(abort: AbortController, analyse: Analyse): Promise<void> {
    this.#set({ state: 'running', progress: { stage: 'open', share: 0, message: vscode.l10n.t('Starting') } });
    const end = await this.#end(abort, analyse);
    // One that reset() gave up has no say any more.
    if (this.#abort !== abort) return;
    this.#abort = undefined;
    this.#set(end);
  }

  async #end(abort: AbortController, analyse: Analyse): Promise<AnalysisState> {
    try {
      const summary = await withSlowProgress({
        title: this.#title,
        patience: PATIENCE_MS,
        abort,
        run: report =>
          analyse(progress => {
            report(progress.share, progress.message);
            if (this.#abort === abort) this.#set({ state: 'running', progress });
          }, abort.signal),
      });
      return abort.signal.aborted ? { state: 'cancelled', summary } : { state: 'done', summary };
    } catch (error) {
      if (abort.signal.aborted) return { state: 'cancelled', summary: undefined };
      this.#log.error(`${this.#title}: failed`, error as Error);
      return { state: 'failed', message: (error as Error).message };
    }
  }

  #set(state: AnalysisState): void {
    this.#state = state;
    if (!this.disposed) this.#changed(state);
  }
}
