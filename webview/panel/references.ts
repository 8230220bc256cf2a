import type { ExplainedReference } from '../../src/analysis/api.ts';
import { element } from '../dom.ts';
import type { Range } from '../grid/selection.ts';
import { hex, plural } from '../text.ts';
import { verdictTag } from './verdict.ts';
import { VirtualList } from './virtual-list.ts';

const ROW_HEIGHT = 64;
/** A short list is no taller than it needs. */
const MOST_SHOWN = 8;

/** The words that point at something; each jumps to the word. */
export class References {
  readonly element: HTMLElement;

  constructor(references: readonly ExplainedReference[], show: (range: Range) => void) {
    const list = new VirtualList({
      id: 'hexheap-references',
      label: `References: ${plural(references.length, 'word')}`,
      rowHeight: ROW_HEIGHT,
      render: (row, index) => renderReference(row, references[index]),
      open: index => {
        const { range } = references[index];
        if (range) show(range);
      },
    });
    this.element = list.element;
    this.element.classList.add('references');
    if (references.length <= MOST_SHOWN) this.element.style.flex = `0 0 ${references.length * ROW_HEIGHT}px`;
    list.changed(references.length);
  }
}

function renderReference(row: HTMLElement, { address, where, detail, verdict, stale }: ExplainedReference): void {
  row.replaceChildren(
    element(
      'div',
      { class: 'cluster-line' },
      element('strong', { class: 'annotation-label', title: where }, where),
      verdict ? verdictTag(verdict) : undefined,
    ),
    element(
      'div',
      { class: 'cluster-line faint' },
      element('span', { class: 'member-address' }, address === undefined ? 'in a register' : hex(address)),
      element('span', { title: detail }, detail),
    ),
    element('div', { class: 'clipped faint' }, stale === undefined ? 'counts' : `does not count: ${stale}`),
  );
}
