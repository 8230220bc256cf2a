import { element } from '../dom.ts';
import { clampTop, type Extent, lastTop, thumbOf, topOfThumb } from './scroll.ts';

/** A vertical scrollbar over row numbers. */
export class Scrollbar {
  readonly element: HTMLElement;
  readonly #thumb: HTMLElement;
  readonly #moved: (top: number) => void;
  #extent: Extent = { totalRows: 0, visibleRows: 0 };
  #top = 0;
  #track = 0;
  /** Pixels between the thumb's start and where the pointer holds it, while it is dragged. */
  #grip: number | undefined;

  /** `controls` is the id of what it scrolls. */
  constructor(controls: string, moved: (top: number) => void) {
    this.#moved = moved;
    this.#thumb = element('div', { class: 'thumb' });
    this.element = element(
      'div',
      {
        class: 'scrollbar',
        role: 'scrollbar',
        'aria-controls': controls,
        'aria-orientation': 'vertical',
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': 0,
        'aria-label': 'Scroll position',
      },
      this.#thumb,
    );
    this.element.addEventListener('pointerdown', event => this.#press(event));
    this.element.addEventListener('pointermove', event => this.#drag(event));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      this.element.addEventListener(end, () => this.#release());
    }
    new ResizeObserver(([entry]) => {
      this.#track = entry.contentRect.height;
      this.#draw();
    }).observe(this.element);
  }

  /** The pointer holds the thumb. */
  get dragging(): boolean {
    return this.#grip !== undefined;
  }

  update(top: number, extent: Extent): void {
    this.#top = top;
    this.#extent = extent;
    this.#draw();
  }

  #draw(): void {
    const thumb = thumbOf(this.#top, this.#extent, this.#track);
    this.element.classList.toggle('idle', !thumb);
    if (!thumb) return;
    this.#thumb.style.height = `${thumb.length}px`;
    this.#thumb.style.transform = `translateY(${thumb.start}px)`;
    const share = clampTop(this.#top, this.#extent) / (lastTop(this.#extent) || 1);
    this.element.setAttribute('aria-valuenow', String(Math.round(share * 100)));
  }

  #press(event: PointerEvent): void {
    const thumb = thumbOf(this.#top, this.#extent, this.#track);
    if (event.button !== 0 || !thumb) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    const at = event.clientY - this.element.getBoundingClientRect().top;
    const onThumb = at >= thumb.start && at < thumb.start + thumb.length;
    this.#grip = onThumb ? at - thumb.start : thumb.length / 2;
    this.element.classList.add('dragging');
    if (!onThumb) this.#drag(event);
  }

  #drag(event: PointerEvent): void {
    if (this.#grip === undefined) return;
    const at = event.clientY - this.element.getBoundingClientRect().top;
    this.#moved(topOfThumb(at - this.#grip, this.#extent, this.#track));
  }

  #release(): void {
    this.#grip = undefined;
    this.element.classList.remove('dragging');
  }
}
