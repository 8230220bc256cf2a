import type { DecodeResult, InspectedByte, Overlay } from '../../src/analysis/api.ts';
import { element } from '../dom.ts';
import { KIND_NAMES, KINDS, kindOf } from '../grid/kinds.ts';
import type { Painter } from '../grid/painter.ts';
import type { Host } from '../host.ts';
import { Latest } from '../latest.ts';
import { hex } from '../text.ts';
import { button, checkbox, progress } from '../ui/controls.ts';
import { renderDecode } from './decoded.ts';
import { verdictTag } from './verdict.ts';

export interface InspectorEvents {
  decode(): void;
  /** The marks of the fields are wanted in the hexdump, or not. */
  drawMarks(shown: boolean): void;
  /** Show the byte at this offset in the hexdump. */
  show(offset: number): void;
}

/** What is known about the byte under the caret: where it lies, what it is part of, how its bytes read, and the last decode. */
export class InspectorTab {
  readonly element: HTMLElement;
  readonly #events: InspectorEvents;
  readonly #latest: Latest<number, InspectedByte>;
  readonly #byte = element('div', { class: 'inspected' });
  readonly #decoded = element('div', { class: 'decoded', role: 'region', 'aria-label': 'Decoded string' });
  #visible = false;
  #offset = 0;
  #inspected = -1;

  constructor(host: Host, painter: Painter, events: InspectorEvents) {
    this.#events = events;
    this.#latest = new Latest(
      offset => host.ask('inspect', { offset }),
      byte => this.#draw(byte),
      error => this.#byte.replaceChildren(element('p', { class: 'faint' }, error.message)),
    );
    this.element = element(
      'div',
      { class: 'tab-body inspector', tabindex: 0, role: 'region', 'aria-label': 'Inspector' },
      this.#byte,
      element(
        'div',
        { class: 'decode-line' },
        button({ label: 'Decode SDS Here', icon: 'symbol-string', look: 'primary', press: events.decode }).element,
      ),
      this.#decoded,
      legend(painter, events.drawMarks),
    );
  }

  /** The caret is on the byte at `offset`. */
  inspect(offset: number): void {
    this.#offset = offset;
    this.#ask();
  }

  /** Nothing is asked while nobody looks. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#ask();
  }

  /** More may be known now. */
  refresh(): void {
    this.#inspected = -1;
    this.#ask();
  }

  showDecoding(): void {
    this.#decoded.replaceChildren(
      element(
        'div',
        { class: 'decode-line' },
        progress('Decoding'),
        'Looking for the string and for words that point at it…',
      ),
    );
  }

  showDecoded(result: DecodeResult): void {
    this.#decoded.replaceChildren(renderDecode(result));
    this.#decoded.scrollIntoView({ block: 'nearest' });
  }

  showDecodeError(message: string): void {
    this.#decoded.replaceChildren(element('p', { class: 'problem' }, message));
  }

  #ask(): void {
    if (!this.#visible || this.#inspected === this.#offset) return;
    this.#inspected = this.#offset;
    this.#latest.submit(this.#offset);
  }

  /** Name and line of a field; that of a pointer jumps to where it leads. */
  #fieldText({ field, label, target }: Overlay): HTMLElement {
    const text = element('span', {}, element('code', {}, field), ' ');
    if (target === undefined) {
      text.append(label);
      return text;
    }
    const jump = element('button', { class: 'link', type: 'button', title: 'Go to where it points' }, label);
    jump.addEventListener('click', () => this.#events.show(target));
    text.append(jump);
    return text;
  }

  #draw({ offset, address, segment, fields, values, verdict }: InspectedByte): void {
    this.#byte.replaceChildren(
      facts([
        ['Address', address === undefined ? 'in no segment' : hex(address)],
        ['Offset', hex(offset)],
        ['Segment', segment ?? 'none'],
        ['Verdict', verdict ? verdictTag(verdict) : 'none: no allocation is known here'],
      ]),
      section(
        'Part of',
        fields.length === 0
          ? element('p', { class: 'faint' }, 'Nothing that is decoded.')
          : element(
              'ul',
              { class: 'fields' },
              ...[...fields]
                .reverse()
                .map(overlay =>
                  element(
                    'li',
                    {},
                    element('span', { class: `swatch swatch-${kindOf(overlay)}`, 'aria-hidden': 'true' }),
                    this.#fieldText(overlay),
                  ),
                ),
            ),
      ),
      section('Read as', values.length === 0 ? element('p', { class: 'faint' }, 'Too few bytes.') : readings(values)),
    );
  }
}

function facts(entries: readonly (readonly [string, string | HTMLElement])[]): HTMLElement {
  return element(
    'dl',
    { class: 'facts' },
    ...entries.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

function section(title: string, body: HTMLElement): HTMLElement {
  return element('section', {}, element('h3', {}, title), body);
}

/** Each type with both byte orders, side by side where they fit and one above the other where not. */
function readings(values: InspectedByte['values']): HTMLElement {
  return element(
    'dl',
    { class: 'values' },
    ...values.flatMap(({ name, little, big }) => [
      element('dt', {}, name),
      element(
        'dd',
        {},
        ...(little === big ? [reading(little)] : [reading(little, 'little endian'), reading(big, 'big endian')]),
      ),
    ]),
  );
}

/** One value; the title holds the whole of it. */
function reading(value: string, order?: 'little endian' | 'big endian'): HTMLElement {
  return element(
    'div',
    { class: 'value', title: order === undefined ? value : `${value} (${order})` },
    element('span', { class: 'value-text' }, value),
    order && ' ',
    order && element('abbr', { class: 'value-order', 'aria-label': order }, order === 'little endian' ? 'LE' : 'BE'),
  );
}

/** What the marks in the hexdump mean, each sample drawn exactly as there. */
function legend(painter: Painter, drawMarks: (shown: boolean) => void): HTMLElement {
  const items = KINDS.map(kind => {
    const sample = new Text('5a 5a');
    const item = element('li', {}, element('span', { class: 'legend-sample' }, sample), KIND_NAMES[kind]);
    painter.pin(kind, sample);
    return item;
  });
  return element(
    'details',
    { class: 'legend' },
    element('summary', {}, 'What the marks mean'),
    element('ul', {}, ...items),
    checkbox({ label: 'Draw these marks in the hexdump', checked: true, change: drawMarks }),
  );
}
