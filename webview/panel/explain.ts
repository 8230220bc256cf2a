import type { Explanation } from '../../src/analysis/api.ts';
import { element } from '../dom.ts';
import type { Range } from '../grid/selection.ts';
import { button, progress } from '../ui/controls.ts';
import { References } from './references.ts';
import { verdictTag } from './verdict.ts';
import { renderWay } from './way.ts';

export interface ExplainEvents {
  why(): void;
  references(): void;
  /** Show these bytes in the hexdump. */
  show(range: Range): void;
}

type Question = Explanation['question'];

const BUSY: Readonly<Record<Question, string>> = {
  why: 'Looking for a way from a root…',
  references: 'Looking for words that point there…',
};

/** Answers to "why is this alive?" and "who points here?" about one place of the dump. */
export class ExplainTab {
  readonly element: HTMLElement;
  readonly #events: ExplainEvents;
  readonly #answer = element('div', { class: 'explanation', role: 'region', 'aria-label': 'Explanation' });

  constructor(events: ExplainEvents) {
    this.#events = events;
    this.element = element(
      'div',
      { class: 'tab-body explain' },
      element(
        'div',
        { class: 'explain-questions' },
        button({ label: 'Why Is This Alive?', icon: 'type-hierarchy-super', press: events.why }).element,
        button({ label: 'Show References', icon: 'references', press: events.references }).element,
      ),
      this.#answer,
    );
    this.#answer.append(
      element(
        'p',
        { class: 'faint' },
        'Ask about the byte under the caret: which way leads to it from a root, or which words point at it.',
      ),
    );
  }

  showBusy(question: Question): void {
    this.#answer.replaceChildren(
      element('div', { class: 'decode-line', role: 'status' }, progress(BUSY[question]), BUSY[question]),
    );
  }

  /** Undefined: the search was cancelled. */
  showAnswer(explanation: Explanation | undefined): void {
    if (explanation === undefined) {
      this.#answer.replaceChildren(element('p', { class: 'faint', role: 'status' }, 'The search was cancelled.'));
      return;
    }
    const { subject, sentence } = explanation;
    const jump = element('button', { class: 'link', type: 'button', title: 'Show it in the hexdump' }, subject.label);
    jump.addEventListener('click', () => this.#events.show(subject));
    this.#answer.replaceChildren(
      element('h3', {}, jump, ' ', verdictTag(subject.verdict)),
      element('p', { role: 'status' }, sentence),
      ...this.#body(explanation),
    );
  }

  showError(message: string): void {
    this.#answer.replaceChildren(element('p', { class: 'problem', role: 'alert' }, message));
  }

  #body(explanation: Explanation): HTMLElement[] {
    const show = (range: Range) => this.#events.show(range);
    if (explanation.question === 'why') return explanation.steps.length > 0 ? [renderWay(explanation.steps, show)] : [];
    const { references, searched, complete } = explanation;
    const first = complete ? [] : [element('p', { class: 'faint' }, `The first ${references.length} are listed.`)];
    const list = references.length > 0 ? [new References(references, show).element] : [];
    return [...first, ...list, element('p', { class: 'faint searched' }, searched)];
  }
}
