import { Worker } from 'node:worker_threads';
import { DumpError, type Problem } from '../dump/dump.ts';
import type { Findings } from '../heap/findings.ts';
import type {
  AnalyserApi,
  AnalysisProgress,
  AnalysisSummary,
  ClusterPage,
  DecodeResult,
  DumpSummary,
  ExplainerApi,
  FamilyPage,
  GoToTarget,
  InspectedByte,
  MemberPage,
  OpenOptions,
  Overlay,
  ReaderApi,
  ReferenceList,
  RowOrder,
  RowWindow,
  WhyAlive,
  WindowRequest,
} from './api.ts';
import { type CallOptions, type Connection, connect, type MethodOf } from './rpc.ts';

/** Files of the two threads' programs; bundled beside each other in the product, `.ts` files of this folder in tests. */
export interface WorkerFiles {
  readonly reader: string | URL;
  readonly analyser: string | URL;
  readonly explainer: string | URL;
}

export interface AnalyseOptions {
  readonly onProgress?: ((progress: AnalysisProgress) => void) | undefined;
  readonly cancelled?: AbortSignal | undefined;
}

export interface ExplainOptions {
  /** Share of the work done, 0…1. */
  readonly onProgress?: ((share: number) => void) | undefined;
  readonly cancelled?: AbortSignal | undefined;
}

/** How long in milliseconds the explainer keeps what it read, for another question. */
const EXPLAINER_STAYS = 120_000;

const CLOSED = 'The dump was closed.';

interface Thread<Api> {
  readonly connection: Connection<Api>;
  end(reason: string): Promise<void>;
}

/**
 * One open dump, as the editor and the command line hold it. The reader thread answers questions at any time; `analyse` runs in
 * a thread of its own, whose findings are then handed to the reader; explanations have a third, which ends when it was idle for long. A reader that dies rejects the questions under way with
 * a sentence, and the next question starts a new one on the same dump. Errors keep the names they had in the thread
 * (`DumpError` has a message for the user).
 */
export class DumpSession {
  readonly #files: WorkerFiles;
  #reader: Thread<ReaderApi> | undefined;
  #analyser: Thread<AnalyserApi> | undefined;
  #explainer: Thread<ExplainerApi> | undefined;
  #explainerEnds: ReturnType<typeof setTimeout> | undefined;
  /** Questions under way. */
  #explaining = 0;
  #opened: { path: string; options: OpenOptions; summary: DumpSummary } | undefined;
  #findings: Findings | undefined;
  #disposed = false;

  constructor(files: WorkerFiles) {
    this.#files = files;
  }

  /** Opens a dump in place of the one before; opening the same with other options (a base address) drops the findings. */
  async open(path: string, options: OpenOptions = {}): Promise<DumpSummary> {
    this.#stopAnalyser('Another dump was opened.');
    void this.#stopExplainer('Another dump was opened.');
    this.#opened = undefined;
    this.#findings = undefined;
    const summary = await this.#startedReader().call('open', [path, options]);
    this.#opened = { path, options, summary };
    return summary;
  }

  /** The dump as it is open: not as `open` gave it where an analysis found the base of a raw range since. */
  get opened(): { readonly options: OpenOptions; readonly summary: DumpSummary } | undefined {
    return this.#opened;
  }

  window(request: WindowRequest): Promise<RowWindow> {
    return this.#ask('window', [request]);
  }
  rowOf(order: RowOrder, offset: number, bytesPerRow: number): Promise<number> {
    return this.#ask('rowOf', [order, offset, bytesPerRow]);
  }
  offsetOfRow(order: RowOrder, row: number, bytesPerRow: number): Promise<number> {
    return this.#ask('offsetOfRow', [order, row, bytesPerRow]);
  }
  goTo(text: string, from: number): Promise<GoToTarget> {
    return this.#ask('goTo', [text, from]);
  }
  inspect(offset: number): Promise<InspectedByte> {
    return this.#ask('inspect', [offset]);
  }
  bytes(start: number, end: number): Promise<ArrayBuffer> {
    return this.#ask('bytes', [start, end]);
  }
  overlays(start: number, end: number): Promise<Overlay[]> {
    return this.#ask('overlays', [start, end]);
  }
  decode(offset: number, cancelled?: AbortSignal): Promise<DecodeResult> {
    return this.#ask('decode', [offset], { cancelled });
  }
  clusters(first: number, count: number): Promise<ClusterPage> {
    return this.#ask('clusters', [first, count]);
  }
  families(first: number, count: number): Promise<FamilyPage> {
    return this.#ask('families', [first, count]);
  }

  members(cluster: number, first: number, count: number): Promise<MemberPage> {
    return this.#ask('members', [cluster, first, count]);
  }
  check(): Promise<Problem | undefined> {
    return this.#ask('check', []);
  }

  /** Why what lies at `offset` is alive. Reads the whole dump the first time; undefined when cancelled. Rejects before an analysis. */
  why(offset: number, options?: ExplainOptions): Promise<WhyAlive | undefined> {
    return this.#explain('why', offset, options);
  }

  /** Who points at what lies at `offset`. Reads the whole dump; undefined when cancelled. Rejects before an analysis. */
  references(offset: number, options?: ExplainOptions): Promise<ReferenceList | undefined> {
    return this.#explain('references', offset, options);
  }

  /** Analyses the open dump; a second call stops the first. Resolves also when cancelled, with what was found until then. */
  async analyse({ onProgress, cancelled }: AnalyseOptions = {}): Promise<AnalysisSummary> {
    const opened = this.#opened;
    if (this.#disposed) throw new DumpError(CLOSED);
    if (opened === undefined) throw new DumpError('No dump is open.');
    this.#stopAnalyser('Another analysis was started.');
    const analyser = this.#start<AnalyserApi>(this.#files.analyser, 'analyser', () => {
      if (this.#analyser === analyser) this.#analyser = undefined;
    });
    this.#analyser = analyser;
    try {
      const summary = await analyser.connection.call('analyse', [opened.path, opened.options], {
        onProgress: onProgress && (value => onProgress(value as AnalysisProgress)),
        cancelled,
      });
      const findings = await analyser.connection.call('findings', []);
      if (findings !== undefined && this.#opened === opened) {
        if (summary.reopen !== undefined) {
          const anew = await this.#ask('open', [opened.path, summary.reopen]);
          this.#opened = { path: opened.path, options: summary.reopen, summary: anew };
        }
        void this.#stopExplainer('The dump was analysed anew.');
        this.#findings = findings;
        await this.#ask('useFindings', [findings]);
      }
      return summary;
    } finally {
      // The findings' columns are shared memory and outlive the thread; its own memory is given back.
      await analyser.end('The analysis is over.');
    }
  }

  /** Ends both threads; questions under way and later ones are rejected. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([this.#stopAnalyser(CLOSED), this.#stopExplainer(CLOSED), this.#reader?.end(CLOSED)]);
    this.#reader = undefined;
  }

  async #ask<Name extends MethodOf<ReaderApi>>(
    method: Name,
    args: Parameters<ReaderApi[Name]>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<ReaderApi[Name]>>> {
    const reader = this.#startedReader();
    return (await reader.call(method, args as never, options)) as Awaited<ReturnType<ReaderApi[Name]>>;
  }

  async #explain<Name extends 'why' | 'references'>(
    method: Name,
    offset: number,
    { onProgress, cancelled }: ExplainOptions = {},
  ): Promise<ReturnType<ExplainerApi[Name]>> {
    clearTimeout(this.#explainerEnds);
    this.#explaining++;
    try {
      const explainer = await this.#startedExplainer();
      return (await explainer.connection.call(method, [offset] as never, {
        onProgress: onProgress && (share => onProgress(share as number)),
        cancelled,
      })) as ReturnType<ExplainerApi[Name]>;
    } finally {
      if (--this.#explaining === 0) {
        this.#explainerEnds = setTimeout(() => void this.#stopExplainer('It was idle.'), EXPLAINER_STAYS).unref();
      }
    }
  }

  async #startedExplainer(): Promise<Thread<ExplainerApi>> {
    if (this.#disposed) throw new DumpError(CLOSED);
    if (this.#opened === undefined) throw new DumpError('No dump is open.');
    if (this.#findings === undefined) throw new DumpError('The dump has not been analysed yet.');
    if (this.#explainer !== undefined) return this.#explainer;
    const explainer = this.#start<ExplainerApi>(this.#files.explainer, 'explainer', () => {
      if (this.#explainer === explainer) this.#explainer = undefined;
    });
    this.#explainer = explainer;
    const { path, options } = this.#opened;
    try {
      await explainer.connection.call('open', [path, options, this.#findings]);
    } catch (error) {
      if (this.#explainer === explainer) void this.#stopExplainer('It could not open the dump.');
      throw error;
    }
    return explainer;
  }

  #stopExplainer(reason: string): Promise<void> | undefined {
    const explainer = this.#explainer;
    this.#explainer = undefined;
    clearTimeout(this.#explainerEnds);
    return explainer?.end(reason);
  }

  /** The reader; a new one gets the dump and the findings first, in front of whatever is asked next. */
  #startedReader(): Connection<ReaderApi> {
    if (this.#disposed) throw new DumpError(CLOSED);
    if (this.#reader === undefined) {
      const reader = this.#start<ReaderApi>(this.#files.reader, 'reader', () => {
        if (this.#reader === reader) this.#reader = undefined;
      });
      this.#reader = reader;
      // Should these fail, the question behind them fails as well, with a better message for whoever asked.
      if (this.#opened !== undefined) {
        reader.connection.call('open', [this.#opened.path, this.#opened.options]).catch(() => undefined);
      }
      if (this.#findings !== undefined) reader.connection.call('useFindings', [this.#findings]).catch(() => undefined);
    }
    return this.#reader.connection;
  }

  #stopAnalyser(reason: string): Promise<void> | undefined {
    const analyser = this.#analyser;
    this.#analyser = undefined;
    return analyser?.end(reason);
  }

  #start<Api>(file: string | URL, name: string, onEnd: () => void): Thread<Api> {
    const worker = new Worker(file, { name: `hexheap ${name}` });
    const connection = connect<Api>(worker);
    const ended = (why: string) => {
      connection.close(new DumpError(`The ${name} stopped: ${why}`));
      onEnd();
    };
    worker.on('error', error => ended(error.message));
    worker.on('exit', code => ended(`its thread ended with code ${code}.`));
    return {
      connection,
      async end(reason) {
        connection.close(new DumpError(reason));
        onEnd();
        await worker.terminate();
      },
    };
  }
}
