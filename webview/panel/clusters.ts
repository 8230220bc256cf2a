import type { MemberPage } from '../../src/analysis/api.ts';
import type { AnalysisState } from '../../src/editor/protocol.ts';
import { element } from '../dom.ts';
import type { Host } from '../host.ts';
import { plural } from '../text.ts';
import { button } from '../ui/controls.ts';
import { type Cluster, clusterName, renderCluster } from './cluster-row.ts';
import { LeakSummary } from './leak-summary.ts';
import { Members } from './members.ts';
import { Paged } from './paged.ts';
import { VirtualList } from './virtual-list.ts';

/** Pixels; a narrow row has room for verdicts on two lines. */
const ROW_HEIGHT = 87;
const NARROW_ROW_HEIGHT = 107;
/** Pixels of the list below which three verdicts with their counts do not fit one line. */
const NARROW = 320;

export type Member = MemberPage['members'][number];

export interface ClusterEvents {
  /** Show this member in the hexdump. */
  show(member: Member): void;
  startAnalysis(): void;
}

/** The clusters, largest first, and inside one of them its members. */
export class ClustersTab {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #events: ClusterEvents;
  readonly #summary = new LeakSummary(() => this.#open(0));
  readonly #heading = element('div', { class: 'panel-heading' });
  readonly #note = element('div', { class: 'panel-empty' });
  readonly #list: VirtualList;
  readonly #start: HTMLElement;
  readonly #clusters: Paged<Cluster>;
  #analysis: AnalysisState = { state: 'idle' };
  #members: Members | undefined;

  constructor(host: Host, events: ClusterEvents) {
    this.#host = host;
    this.#events = events;
    this.#start = button({
      label: 'Find Strings',
      icon: 'search',
      look: 'primary',
      press: () => events.startAnalysis(),
    }).element;
    this.#clusters = new Paged(
      async (first, count) => {
        const { total, clusters } = await host.ask('clusters', { first, count });
        return { total, items: clusters };
      },
      () => this.#draw(),
    );
    this.#list = new VirtualList({
      id: 'hexheap-clusters',
      label: 'Clusters of strings, largest first',
      rowHeight: width => (width < NARROW ? NARROW_ROW_HEIGHT : ROW_HEIGHT),
      render: (row, index) => renderCluster(row, this.#clusters.get(index)),
      shown: (first, end) => this.#clusters.want(first, end),
      open: index => this.#open(index),
    });
    this.element = element(
      'div',
      { class: 'tab-body clusters' },
      this.#summary.element,
      this.#heading,
      this.#note,
      this.#list.element,
    );
    this.#draw();
  }

  setAnalysis(analysis: AnalysisState): void {
    const before = this.#analysis.state;
    this.#analysis = analysis;
    const finished = analysis.state === 'done' || analysis.state === 'cancelled';
    if (analysis.state !== before && analysis.state === 'running') this.#close(false);
    if (finished && analysis.state !== before) this.#clusters.reset();
    this.#draw();
  }

  #draw(): void {
    const { total, error } = this.#clusters;
    const some = total !== undefined && total > 0 && this.#analysis.state !== 'idle';
    this.#list.element.hidden = !some || this.#members !== undefined;
    this.#summary.set(this.#analysis, this.#clusters.get(0));
    if (this.#list.element.hidden) this.#summary.element.hidden = true;
    this.#heading.hidden = this.#list.element.hidden;
    this.#heading.textContent = `${plural(total ?? 0, 'cluster')}, those that matter most first`;
    this.#note.hidden = some || this.#members !== undefined;
    if (!this.#note.hidden) this.#note.replaceChildren(...this.#reasons(total, error));
    if (some) this.#list.changed(total);
  }

  /** Why there is no list, and what can be done. */
  #reasons(total: number | undefined, error: string | undefined): (HTMLElement | string)[] {
    if (error !== undefined) return [`The clusters could not be read: ${error}`];
    switch (this.#analysis.state) {
      case 'idle':
        return [element('p', {}, 'The strings of this dump have not been looked for yet.'), this.#start];
      case 'running':
        return [element('p', {}, 'Looking for strings. Clusters appear here when they are counted.')];
      case 'failed':
        return [element('p', {}, `The analysis failed: ${this.#analysis.message}`), this.#start];
      case 'cancelled':
        return [element('p', {}, 'The analysis was cancelled before there were clusters.'), this.#start];
      case 'done':
        return [total === 0 ? element('p', {}, 'No strings were found in this dump.') : element('p', {}, 'Loading…')];
    }
  }

  #open(index: number): void {
    const cluster = this.#clusters.get(index);
    if (!cluster) return;
    this.#members = new Members(this.#host, cluster.id, clusterName(cluster), {
      show: member => this.#events.show(member),
      back: () => this.#close(true),
    });
    this.element.append(this.#members.element);
    this.#draw();
    this.#members.focus();
  }

  #close(focus: boolean): void {
    if (!this.#members) return;
    this.#members.element.remove();
    this.#members = undefined;
    this.#draw();
    if (focus) this.#list.focus();
  }
}
