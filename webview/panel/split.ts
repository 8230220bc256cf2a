import { element } from '../dom.ts';
import { Sash } from './sash.ts';

/** Pixels of a panel nobody has sized yet, at most and at least; where less is left beside whole rows, it lies below them. */
const WIDTH = 380;
const LEAST_WIDTH = 280;
const HEIGHT = 260;
const SMALLEST = 120;
/** What the grid keeps of the room, in pixels, beside and above the panel. */
const GRID_WIDTH = 280;
const GRID_HEIGHT = 100;

export interface SplitState {
  /** Pixels; 0 where nobody has sized it. */
  readonly panelWidth: number;
  readonly panelHeight: number;
  readonly panelShown: boolean;
}

/** Grid and panel side by side, or one above the other where it is narrow, and the sash between them. */
export class Split {
  readonly element: HTMLElement;
  readonly #grid: { readonly wantedWidth: number };
  readonly #panel: HTMLElement;
  readonly #sash: Sash;
  readonly #changed: () => void;
  #width = 0;
  #height = 0;
  #shown = true;
  #room = { width: 0, height: 0 };

  constructor(
    grid: { readonly element: HTMLElement; readonly wantedWidth: number },
    panel: HTMLElement,
    changed: () => void,
  ) {
    this.#grid = grid;
    this.#panel = panel;
    this.#changed = changed;
    this.#sash = new Sash({ resize: by => this.#resize(by), done: changed });
    this.element = element('main', { class: 'split' }, grid.element, this.#sash.element, panel);
    new ResizeObserver(([entry]) => {
      this.#room = entry.contentRect;
      this.#draw();
    }).observe(this.element);
  }

  get shown(): boolean {
    return this.#shown;
  }

  state(): SplitState {
    return { panelWidth: this.#width, panelHeight: this.#height, panelShown: this.#shown };
  }

  restore({ panelWidth, panelHeight, panelShown }: SplitState): void {
    this.#width = panelWidth;
    this.#height = panelHeight;
    this.#shown = panelShown;
    this.#draw();
  }

  show(): void {
    if (!this.#shown) this.toggle();
  }

  toggle(): void {
    this.#shown = !this.#shown;
    this.#draw();
    this.#changed();
  }

  get #below(): boolean {
    return this.#room.width < this.#grid.wantedWidth + LEAST_WIDTH;
  }

  #resize(by: number): void {
    const { width, height } = this.#fitted();
    if (this.#below) this.#height = height + by;
    else this.#width = width + by;
    ({ width: this.#width, height: this.#height } = this.#fitted());
    this.#draw();
  }

  /** The panel's size as it fits into the room there is now. */
  #fitted(): { width: number; height: number } {
    const fitInto = (value: number, room: number) => Math.max(SMALLEST, Math.min(value, room));
    return {
      width: this.#below ? this.#width : fitInto(this.#width || this.#ownWidth, this.#room.width - GRID_WIDTH),
      height: this.#below ? fitInto(this.#height || this.#ownHeight, this.#room.height - GRID_HEIGHT) : this.#height,
    };
  }

  get #ownWidth(): number {
    return Math.min(WIDTH, this.#room.width - this.#grid.wantedWidth);
  }

  get #ownHeight(): number {
    return Math.min(HEIGHT, this.#room.height * 0.42);
  }

  /** The grid may want another width now. */
  layout(): void {
    this.#draw();
  }

  #draw(): void {
    const { width, height } = this.#fitted();
    this.element.classList.toggle('below', this.#below);
    this.#panel.hidden = !this.#shown;
    this.#sash.element.hidden = !this.#shown;
    this.#panel.style.flexBasis = `${this.#below ? height : width}px`;
    const room = this.#below ? this.#room.height : this.#room.width;
    this.#sash.update(this.#below, room > 0 ? ((this.#below ? height : width) / room) * 100 : 0);
  }
}
