import { element } from '../dom.ts';
import type { PanelTab } from '../state.ts';
import { count } from '../text.ts';
import { badge } from '../ui/controls.ts';

const TABS: readonly { tab: PanelTab; title: string }[] = [
  { tab: 'clusters', title: 'Clusters' },
  { tab: 'inspector', title: 'Inspector' },
  { tab: 'explain', title: 'Explain' },
  { tab: 'annotations', title: 'Annotations' },
];

/** The tabs beside the hexdump. */
export class Panel {
  readonly element: HTMLElement;
  readonly #buttons = new Map<PanelTab, HTMLElement>();
  readonly #badges = new Map<PanelTab, HTMLElement>();
  readonly #pages = new Map<PanelTab, HTMLElement>();
  readonly #chosen: (tab: PanelTab) => void;
  #tab: PanelTab = 'clusters';

  constructor(pages: Readonly<Record<PanelTab, HTMLElement>>, chosen: (tab: PanelTab) => void) {
    this.#chosen = chosen;
    const tabs = element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Panel' });
    for (const { tab, title } of TABS) {
      const id = `hexheap-tab-${tab}`;
      const made = element(
        'button',
        { id, class: 'tab', role: 'tab', type: 'button', 'aria-controls': `${id}-page` },
        title,
      );
      const howMany = badge('');
      howMany.hidden = true;
      made.append(howMany);
      this.#badges.set(tab, howMany);
      made.addEventListener('click', () => this.show(tab));
      this.#buttons.set(tab, made);
      this.#pages.set(
        tab,
        element('div', { id: `${id}-page`, class: 'tab-page', role: 'tabpanel', 'aria-labelledby': id }, pages[tab]),
      );
      tabs.append(made);
    }
    tabs.addEventListener('keydown', event => this.#key(event));
    this.element = element('aside', { class: 'panel', 'aria-label': 'Panel' }, tabs, ...this.#pages.values());
    this.#draw();
  }

  get tab(): PanelTab {
    return this.#tab;
  }

  show(tab: PanelTab): void {
    this.#tab = tab;
    this.#draw();
    this.#chosen(tab);
  }

  /** Says on the tab how many there are; nothing where there are none. */
  setCount(tab: PanelTab, howMany: number): void {
    const shown = this.#badges.get(tab)!;
    shown.hidden = howMany === 0;
    shown.textContent = count(howMany);
  }

  #draw(): void {
    for (const { tab } of TABS) {
      const active = tab === this.#tab;
      this.#pages.get(tab)!.hidden = !active;
      this.#buttons.get(tab)!.setAttribute('aria-selected', String(active));
      this.#buttons.get(tab)!.tabIndex = active ? 0 : -1;
    }
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = TABS.findIndex(({ tab }) => tab === this.#tab);
    const { tab } = TABS[(at + step + TABS.length) % TABS.length];
    this.show(tab);
    this.#buttons.get(tab)!.focus();
  }
}
