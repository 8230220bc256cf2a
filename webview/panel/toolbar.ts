import type { RowOrder } from '../../src/analysis/api.ts';
import { element } from '../dom.ts';
import { button, type DropdownControl, dropdown } from '../ui/controls.ts';

export interface ToolbarEvents {
  order(order: RowOrder): void;
  addressColumn(column: 'address' | 'offset'): void;
  goTo(): void;
  decode(): void;
  annotate(): void;
  exportMarkdown(): void;
  togglePanel(): void;
}

/** The controls above the hexdump. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #order: DropdownControl<RowOrder>;
  readonly #column: DropdownControl<'address' | 'offset'>;
  readonly #panel;

  constructor(events: ToolbarEvents) {
    this.#order = dropdown<RowOrder>({
      label: 'Order of the rows',
      choices: { file: 'File order', address: 'Address order' },
      value: 'file',
      change: order => events.order(order),
    });
    this.#column = dropdown<'address' | 'offset'>({
      label: 'First column',
      choices: { address: 'Addresses', offset: 'Offsets' },
      value: 'address',
      change: column => events.addressColumn(column),
    });
    this.#panel = button({
      label: 'Panel',
      icon: 'layout-sidebar-right',
      look: 'icon',
      press: () => events.togglePanel(),
    });
    this.element = element(
      'div',
      { class: 'toolbar', role: 'toolbar', 'aria-label': 'Hexdump' },
      this.#order.element,
      this.#column.element,
      button({ label: 'Go to…', icon: 'arrow-swap', look: 'secondary', press: () => events.goTo() }).element,
      button({ label: 'Decode SDS', icon: 'symbol-string', press: () => events.decode() }).element,
      button({ label: 'Annotate…', icon: 'note', press: () => events.annotate() }).element,
      button({ label: 'Export…', icon: 'markdown', press: () => events.exportMarkdown() }).element,
      element('span', { class: 'spring' }),
      this.#panel.element,
    );
  }

  show(order: RowOrder, column: 'address' | 'offset', panel: boolean): void {
    this.#order.select(order);
    this.#column.select(column);
    this.#panel.setPressed(panel);
  }
}
