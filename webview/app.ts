import type { DumpSummary, RowOrder } from '../src/analysis/api.ts';
import type { AnnotationView, ViewSettings } from '../src/editor/protocol.ts';
import { element } from './dom.ts';
import { Grid } from './grid/grid.ts';
import type { Range } from './grid/selection.ts';
import type { Announcement, Host } from './host.ts';
import { AnnotationsTab } from './panel/annotations.ts';
import { Banners, messagePage } from './panel/banner.ts';
import { ClustersTab } from './panel/clusters.ts';
import { ExplainTab } from './panel/explain.ts';
import { InspectorTab } from './panel/inspector.ts';
import { Panel } from './panel/panel.ts';
import { Split } from './panel/split.ts';
import { Status } from './panel/status.ts';
import { Toolbar } from './panel/toolbar.ts';
import { restored, type ViewState } from './state.ts';

/** Milliseconds between a change and its being remembered. */
const REMEMBER_AFTER = 200;

export interface Memory {
  getState(): unknown;
  setState(state: unknown): void;
}

/** The page as a whole: hands the host's messages to the parts, and the parts' wishes to the host. */
export class App {
  readonly #host: Host;
  readonly #memory: Memory;
  readonly #root: HTMLElement;
  readonly #banners = new Banners();
  readonly #grid: Grid;
  readonly #toolbar: Toolbar;
  readonly #status: Status;
  readonly #clusters: ClustersTab;
  readonly #inspector: InspectorTab;
  readonly #explain: ExplainTab;
  readonly #annotations: AnnotationsTab;
  readonly #panel: Panel;
  readonly #split: Split;
  #dump: DumpSummary | undefined;
  #settings: ViewSettings | undefined;
  /** What the person chose here, over what the settings say. */
  #addressColumn: 'address' | 'offset' | undefined;
  #rememberTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, memory: Memory) {
    this.#host = host;
    this.#memory = memory;
    this.#grid = new Grid(host, {
      cursor: (offset, range, order) => this.#cursorMoved(offset, range, order),
      remember: () => this.#rememberSoon(),
      trouble: message => this.#rowTrouble(message),
    });
    this.#toolbar = new Toolbar({
      order: order => this.#setOrder(order),
      addressColumn: column => this.#setAddressColumn(column),
      goTo: () => host.tell({ type: 'command', command: 'goTo' }),
      decode: () => void this.#decode(),
      annotate: () => host.tell({ type: 'command', command: 'annotateSelection' }),
      exportMarkdown: () => host.tell({ type: 'command', command: 'exportMarkdown' }),
      togglePanel: () => this.#split.toggle(),
    });
    this.#status = new Status({
      start: () => host.tell({ type: 'startAnalysis' }),
      cancel: () => host.tell({ type: 'cancelAnalysis' }),
    });
    this.#clusters = new ClustersTab(host, {
      show: ({ offset, length }) => this.#grid.reveal({ start: offset, end: offset + Math.max(1, length) }),
      startAnalysis: () => host.tell({ type: 'startAnalysis' }),
    });
    this.#inspector = new InspectorTab(host, this.#grid.painter, {
      decode: () => void this.#decode(),
      drawMarks: shown => this.#grid.drawMarks(shown),
      show: offset => this.#grid.reveal({ start: offset, end: offset + 1 }),
    });
    this.#explain = new ExplainTab({
      why: () => host.tell({ type: 'command', command: 'whyAlive' }),
      references: () => host.tell({ type: 'command', command: 'showReferences' }),
      show: range => this.#grid.reveal(range),
    });
    this.#annotations = new AnnotationsTab({
      show: ({ start, end }) => this.#grid.reveal({ start, end }),
      remove: ({ id }) => host.tell({ type: 'removeAnnotation', annotation: id }),
      exportMarkdown: () => host.tell({ type: 'command', command: 'exportMarkdown' }),
    });
    this.#panel = new Panel(
      {
        clusters: this.#clusters.element,
        inspector: this.#inspector.element,
        explain: this.#explain.element,
        annotations: this.#annotations.element,
      },
      () => this.#panelChanged(),
    );
    this.#split = new Split(this.#grid, this.#panel.element, () => this.#panelChanged());
    this.#root = document.getElementById('app') ?? element('div', { id: 'app' });
    if (!this.#root.isConnected) document.body.append(this.#root);
    this.#watchTheme();
    host.tell({ type: 'ready' });
  }

  receive(message: Announcement): void {
    switch (message.type) {
      case 'opened':
        this.#open(message.dump, message.settings);
        if (message.together) {
          const openTogether = () => this.#readAnew(() => this.#host.ask('openTogether', {}));
          this.#banners.offerTogether(message.together, openTogether);
        }
        this.#setAnnotations(message.annotations);
        this.#setAnalysis(message.analysis);
        return;
      case 'failed':
        this.#root.replaceChildren(messagePage('error', message.message, message.hint));
        return;
      case 'settings':
        this.#settings = message.settings;
        this.#addressColumn = undefined;
        this.#grid.set(message.settings);
        this.#split.layout();
        this.#showToolbar();
        return;
      case 'annotations':
        this.#setAnnotations(message.annotations);
        return;
      case 'analysis':
        this.#setAnalysis(message.analysis);
        return;
      case 'problem':
        this.#banners.problem('changed', message.message);
        this.#grid.refresh();
        return;
      case 'reveal':
        this.#grid.reveal(message);
        this.#grid.focus();
        return;
      case 'order':
        this.#setOrder(message.order);
        return;
      case 'decoded':
        this.#showPanel('inspector');
        this.#inspector.showDecoded(message.result);
        return;
      case 'explaining':
        this.#showPanel('explain');
        this.#explain.showBusy(message.question);
        return;
      case 'explained':
        this.#showPanel('explain');
        this.#explain.showAnswer(message.explanation);
        return;
      case 'notExplained':
        this.#showPanel('explain');
        this.#explain.showError(message.message);
        return;
    }
  }

  #open(dump: DumpSummary, settings: ViewSettings): void {
    const first = this.#dump === undefined;
    const saved = first ? restored(this.#memory.getState(), dump.size) : this.#state();
    this.#dump = dump;
    this.#settings = settings;
    this.#addressColumn = saved?.addressColumn;
    if (dump.size === 0) {
      const hint = dump.problems.map(({ message }) => message).join(' ') || 'There are no bytes to show.';
      this.#root.replaceChildren(messagePage('info', 'This file is empty', hint));
      return;
    }
    this.#root.replaceChildren(this.#banners.element, this.#toolbar.element, this.#split.element, this.#status.element);
    this.#banners.clear();
    for (const [index, { message }] of dump.problems.entries()) this.#banners.problem(`dump ${index}`, message);
    if (dump.format === 'raw' && !dump.baseKnown) this.#banners.askBase(base => this.#setBase(base));
    if (saved) {
      this.#split.restore(saved);
      this.#panel.show(saved.tab);
    }
    this.#status.setDump(dump);
    this.#grid.open(dump, this.#viewSettings(), saved);
    this.#split.layout();
    this.#showToolbar();
    if (first) this.#grid.focus();
  }

  #setAnnotations(annotations: readonly AnnotationView[]): void {
    this.#annotations.set(annotations);
    this.#grid.setAnnotations(annotations);
    this.#panel.setCount('annotations', annotations.length);
  }

  #setAnalysis(analysis: Parameters<Status['setAnalysis']>[0]): void {
    this.#status.setAnalysis(analysis);
    this.#clusters.setAnalysis(analysis);
    if (analysis.state === 'done' || analysis.state === 'cancelled') {
      this.#grid.refresh();
      this.#inspector.refresh();
    }
  }

  #cursorMoved(offset: number, { start, end }: Range, order: RowOrder): void {
    this.#host.tell({ type: 'cursor', offset, start, end, order });
    this.#inspector.inspect(offset);
  }

  #rowTrouble(message: string | undefined): void {
    if (message === undefined) this.#banners.remove('rows');
    else this.#banners.problem('rows', message);
  }

  async #decode(): Promise<void> {
    this.#showPanel('inspector');
    this.#inspector.showDecoding();
    try {
      this.#inspector.showDecoded(await this.#host.ask('decodeSds', { offset: this.#grid.selection.caret }));
    } catch (error) {
      this.#inspector.showDecodeError((error as Error).message);
    }
  }

  async #setBase(base: string): Promise<string | undefined> {
    return this.#readAnew(() => this.#host.ask('setBase', { base }));
  }

  /** Shows the dump that the host has read anew; what went wrong otherwise. */
  async #readAnew(ask: () => Promise<DumpSummary>): Promise<string | undefined> {
    try {
      this.#open(await ask(), this.#settings!);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #setOrder(order: RowOrder): void {
    this.#grid.setOrder(order);
    this.#showToolbar();
    this.#rememberSoon();
  }

  #setAddressColumn(column: 'address' | 'offset'): void {
    this.#addressColumn = column;
    this.#grid.set(this.#viewSettings());
    this.#rememberSoon();
  }

  #viewSettings(): ViewSettings {
    return { ...this.#settings!, ...(this.#addressColumn ? { addressColumn: this.#addressColumn } : {}) };
  }

  #showToolbar(): void {
    if (this.#settings) this.#toolbar.show(this.#grid.order, this.#viewSettings().addressColumn, this.#split.shown);
  }

  #showPanel(tab: ViewState['tab']): void {
    this.#split.show();
    this.#panel.show(tab);
  }

  #panelChanged(): void {
    this.#inspector.setVisible(this.#split.shown && this.#panel.tab === 'inspector');
    this.#showToolbar();
    this.#rememberSoon();
  }

  #state(): ViewState {
    return {
      version: 1,
      size: this.#dump?.size ?? 0,
      ...this.#grid.state(),
      addressColumn: this.#addressColumn,
      ...this.#split.state(),
      tab: this.#panel.tab,
    };
  }

  #rememberSoon(): void {
    if (this.#rememberTimer !== undefined || !this.#dump) return;
    this.#rememberTimer = setTimeout(() => {
      this.#rememberTimer = undefined;
      this.#memory.setState(this.#state());
    }, REMEMBER_AFTER);
  }

  /** VS Code changes theme, font and zoom by the root's style and the body's classes. */
  #watchTheme(): void {
    const observer = new MutationObserver(() => this.#layout());
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    void document.fonts.ready.then(() => this.#layout());
  }

  #layout(): void {
    this.#grid.layout();
    this.#split.layout();
  }
}
