import type { AnnotationView } from '../../src/editor/protocol.ts';
import { element, icon } from '../dom.ts';
import { hex, plural, size } from '../text.ts';
import { button } from '../ui/controls.ts';
import { VirtualList } from './virtual-list.ts';

const ROW_HEIGHT = 44;

export interface AnnotationEvents {
  show(annotation: AnnotationView): void;
  remove(annotation: AnnotationView): void;
  exportMarkdown(): void;
}

/** The annotated ranges in the order of the file: jump to one, take one away. */
export class AnnotationsTab {
  readonly element: HTMLElement;
  readonly #list: VirtualList;
  readonly #count = new Text();
  readonly #heading: HTMLElement;
  readonly #note: HTMLElement;
  #annotations: readonly AnnotationView[] = [];

  constructor(events: AnnotationEvents) {
    this.#list = new VirtualList({
      id: 'hexheap-annotations',
      label: 'Annotations in the order of the file',
      rowHeight: ROW_HEIGHT,
      render: (row, index) => renderAnnotation(row, this.#annotations[index]),
      open: index => events.show(this.#annotations[index]),
      remove: index => events.remove(this.#annotations[index]),
    });
    this.#heading = element(
      'div',
      { class: 'panel-heading' },
      this.#count,
      button({ label: 'Export to Markdown…', icon: 'markdown', look: 'icon', press: events.exportMarkdown }).element,
    );
    this.#note = element(
      'div',
      { class: 'panel-empty' },
      element('p', {}, 'Nothing is annotated yet.'),
      element(
        'p',
        {},
        'Select bytes and choose “Annotate Selection…”, or right-click a string and choose “Decode SDS Here”.',
      ),
    );
    this.element = element('div', { class: 'tab-body' }, this.#heading, this.#note, this.#list.element);
    this.set([]);
  }

  set(annotations: readonly AnnotationView[]): void {
    this.#annotations = [...annotations].sort((a, b) => a.start - b.start || a.end - b.end);
    const { length } = this.#annotations;
    this.#count.data = plural(length, 'annotation');
    this.#heading.hidden = length === 0;
    this.#note.hidden = length > 0;
    this.#list.element.hidden = length === 0;
    this.#list.changed(length);
  }
}

function renderAnnotation(row: HTMLElement, { start, end, label, note, kind }: AnnotationView): void {
  row.replaceChildren(
    element(
      'div',
      { class: 'cluster-line' },
      icon(kind === 'decode' ? 'symbol-string' : 'note'),
      element('span', { class: 'annotation-label', title: label }, label || 'Selection'),
      element(
        'span',
        { class: 'remove', 'data-action': 'remove', title: 'Remove this annotation (Delete)' },
        icon('trash'),
      ),
    ),
    element('div', { class: 'clipped faint' }, `${hex(start)}, ${size(end - start)}${note ? ` – ${note}` : ''}`),
  );
}
