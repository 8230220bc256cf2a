import type { AnalysisState } from '../../src/editor/protocol.ts';
import { element } from '../dom.ts';
import { button } from '../ui/controls.ts';
import type { Cluster } from './cluster-row.ts';

const LEAKED = ['leaked', 'leaked-indirect', 'leaked-weak'] as const;

/** What the analysis came to in a sentence, and the way to where most of it leaked. */
export class LeakSummary {
  readonly #sentence = element('span', {});
  readonly #open: HTMLElement;
  readonly element: HTMLElement;

  /** @param open called to show the first leaked cluster. */
  constructor(open: () => void) {
    this.#open = button({ label: 'Show First Leaked Cluster', look: 'primary', press: open }).element;
    this.element = element('div', { class: 'leak-summary' }, this.#sentence, this.#open);
  }

  /** `first` is the first cluster of the list, in which those with the most leaked bytes come first. */
  set(analysis: AnalysisState, first: Cluster | undefined): void {
    const summary = analysis.state === 'done' || analysis.state === 'cancelled' ? analysis.summary : undefined;
    this.element.hidden = summary === undefined || first === undefined;
    this.#sentence.textContent = summary?.summary ?? '';
    this.#open.hidden = first === undefined || LEAKED.every(verdict => !first.byVerdict[verdict]?.count);
  }
}
