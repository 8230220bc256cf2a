import { element } from '../dom.ts';

const DELAY = 350;
const GAP = 14;

/** What a tooltip says: a heading and lines below it. */
export interface Tip {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** The grid's tooltip. It waits until the pointer rests, goes with Escape, and stays out of the pointer's way. */
export class Hover {
  readonly element = element('div', { class: 'tooltip', role: 'tooltip', hidden: true });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #key: string | undefined;

  /** Something else is under the pointer: `key` tells one thing from another. */
  over(key: string | undefined, tip: () => Tip | undefined, x: number, y: number): void {
    if (key === this.#key) return;
    this.hide();
    this.#key = key;
    if (key === undefined) return;
    this.#timer = setTimeout(() => this.#show(tip(), x, y), DELAY);
  }

  /** True where there was one to hide. */
  hide(): boolean {
    clearTimeout(this.#timer);
    this.#key = undefined;
    const shown = !this.element.hidden;
    this.element.hidden = true;
    return shown;
  }

  #show(tip: Tip | undefined, x: number, y: number): void {
    if (!tip) return;
    this.element.replaceChildren(
      element('div', { class: 'tooltip-heading' }, tip.heading),
      ...tip.lines.map(line => element('div', { class: 'tooltip-line' }, line)),
    );
    this.element.hidden = false;
    const { width, height } = this.element.getBoundingClientRect();
    const left = Math.max(4, Math.min(x + GAP, window.innerWidth - width - 4));
    const below = y + GAP + height <= window.innerHeight;
    const top = below ? y + GAP : Math.max(4, y - GAP - height);
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
