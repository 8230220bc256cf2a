import { element } from '../dom.ts';

const STEP = 24;

export interface SashEvents {
  /** Pixels by which the panel should become larger. */
  resize(by: number): void;
  done(): void;
}

/** The line between grid and panel: dragged with the mouse, or moved with the arrow keys. */
export class Sash {
  readonly element: HTMLElement;
  /** The panel lies below the grid instead of beside it. */
  #below = false;
  #last: number | undefined;

  constructor(events: SashEvents) {
    this.element = element('div', {
      class: 'sash',
      role: 'separator',
      tabindex: 0,
      'aria-label': 'Size of the panel',
      'aria-orientation': 'vertical',
    });
    this.element.addEventListener('pointerdown', event => {
      if (event.button !== 0) return;
      this.element.setPointerCapture(event.pointerId);
      this.#last = this.#along(event);
      event.preventDefault();
    });
    this.element.addEventListener('pointermove', event => {
      if (this.#last === undefined) return;
      const at = this.#along(event);
      events.resize(this.#last - at);
      this.#last = at;
    });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      this.element.addEventListener(end, () => {
        this.#last = undefined;
        events.done();
      });
    }
    this.element.addEventListener('keydown', event => {
      const [larger, smaller] = this.#below ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
      if (event.key !== larger && event.key !== smaller) return;
      event.preventDefault();
      events.resize(event.key === larger ? STEP : -STEP);
      events.done();
    });
  }

  /** Where the panel is, and its size in percent of the room, for a screen reader. */
  update(below: boolean, percent: number): void {
    this.#below = below;
    this.element.setAttribute('aria-orientation', below ? 'horizontal' : 'vertical');
    this.element.setAttribute('aria-valuenow', String(Math.round(percent)));
  }

  #along(event: PointerEvent): number {
    return this.#below ? event.clientY : event.clientX;
  }
}
