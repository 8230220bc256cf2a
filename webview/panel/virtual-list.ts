import { element } from '../dom.ts';
import { clampTop, type Extent, lastTop, topToFollow, wheelRows } from '../grid/scroll.ts';
import { Scrollbar } from '../grid/scrollbar.ts';

export interface ListOptions {
  readonly id: string;
  /** What it is a list of, for a screen reader. */
  readonly label: string;
  /** Pixels; a function where it depends on the list's width, in pixels. */
  readonly rowHeight: number | ((width: number) => number);
  /** Fills the element for item `index`; called again only after `changed`. */
  readonly render: (row: HTMLElement, index: number) => void;
  /** Items [first, end) are on the screen. */
  readonly shown?: (first: number, end: number) => void;
  /** The active item changed by keyboard or click. */
  readonly select?: (index: number) => void;
  /** Enter, or a click. */
  readonly open?: (index: number) => void;
  /** Delete. */
  readonly remove?: (index: number) => void;
}

/** A list box of any length: a pool of rows under our own scrollbar, as in the grid. */
export class VirtualList {
  readonly element: HTMLElement;
  readonly #options: ListOptions;
  readonly #box: HTMLElement;
  readonly #sheet: HTMLElement;
  readonly #scrollbar: Scrollbar;
  readonly #pool: { row: HTMLElement; index: number }[] = [];
  #count = 0;
  #height = 0;
  #rowHeight: number;
  #top = 0;
  #active = 0;
  #framed = false;

  constructor(options: ListOptions) {
    this.#options = options;
    this.#rowHeight = this.#rowHeightAt(Number.POSITIVE_INFINITY);
    this.#sheet = element('div', { class: 'sheet', role: 'presentation' });
    this.#box = element(
      'div',
      { id: options.id, class: 'list', role: 'listbox', tabindex: 0, 'aria-label': options.label },
      this.#sheet,
    );
    this.#scrollbar = new Scrollbar(options.id, top => this.#scrollTo(top));
    this.element = element('div', { class: 'list-frame' }, this.#box, this.#scrollbar.element);
    this.#box.style.setProperty('--item-height', `${this.#rowHeight}px`);
    this.#box.addEventListener('keydown', event => this.#key(event));
    this.#box.addEventListener('click', event => this.#click(event));
    this.element.addEventListener('wheel', event => this.#wheel(event), { passive: false });
    new ResizeObserver(([entry]) => {
      this.#height = entry.contentRect.height;
      if (entry.contentRect.width > 0) this.#rowHeight = this.#rowHeightAt(entry.contentRect.width);
      this.#box.style.setProperty('--item-height', `${this.#rowHeight}px`);
      this.#schedule();
    }).observe(this.#box);
  }

  get active(): number {
    return this.#active;
  }

  /** There are `count` items, and those shown may say something else. */
  changed(count: number): void {
    this.#count = count;
    this.#active = Math.min(this.#active, Math.max(0, count - 1));
    for (const item of this.#pool) item.index = -1;
    this.#schedule();
  }

  /** Makes an item the active one and brings it onto the screen. */
  activate(index: number): void {
    this.#active = index;
    for (const item of this.#pool) item.index = -1;
    this.#top = topToFollow(index, this.#top, this.#extent);
    this.#schedule();
  }

  toStart(): void {
    this.#top = 0;
    this.activate(0);
  }

  focus(): void {
    this.#box.focus({ preventScroll: true });
  }

  get #extent(): Extent {
    return { totalRows: this.#count, visibleRows: this.#height / this.#rowHeight };
  }

  #rowHeightAt(width: number): number {
    const { rowHeight } = this.#options;
    return typeof rowHeight === 'number' ? rowHeight : rowHeight(width);
  }

  #schedule(): void {
    if (this.#framed) return;
    this.#framed = true;
    requestAnimationFrame(() => this.#frame());
  }

  #frame(): void {
    this.#framed = false;
    if (this.#height === 0) return;
    const { id } = this.#options;
    const rowHeight = this.#rowHeight;
    this.#top = clampTop(this.#top, this.#extent);
    const first = Math.floor(this.#top);
    const wanted = Math.ceil(this.#height / rowHeight) + 1;
    while (this.#pool.length < wanted) {
      const row = element('div', { class: 'item', role: 'option', id: `${id}-${this.#pool.length}` });
      this.#pool.push({ row, index: -1 });
      this.#sheet.append(row);
    }
    this.#sheet.style.transform = `translateY(${-(this.#top - first) * rowHeight}px)`;
    for (const [slot, item] of this.#pool.entries()) this.#draw(item, first + slot);
    const active = this.#pool.find(({ index }) => index === this.#active);
    if (active && this.#count > 0) this.#box.setAttribute('aria-activedescendant', active.row.id);
    else this.#box.removeAttribute('aria-activedescendant');
    this.#scrollbar.update(this.#top, this.#extent);
    this.#options.shown?.(first, Math.min(this.#count, first + wanted));
  }

  #draw(item: { row: HTMLElement; index: number }, index: number): void {
    const { row } = item;
    if (index >= this.#count) {
      row.hidden = true;
      item.index = -1;
      return;
    }
    row.hidden = false;
    row.classList.toggle('active', index === this.#active);
    row.setAttribute('aria-selected', String(index === this.#active));
    if (item.index === index) return;
    item.index = index;
    row.setAttribute('aria-setsize', String(this.#count));
    row.setAttribute('aria-posinset', String(index + 1));
    this.#options.render(row, index);
  }

  #scrollTo(top: number): void {
    this.#top = clampTop(top, this.#extent);
    this.#schedule();
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.shiftKey || lastTop(this.#extent) === 0) return;
    event.preventDefault();
    const rows = wheelRows(event.deltaY, event.deltaMode, this.#rowHeight, this.#extent.visibleRows);
    this.#scrollTo(this.#top + rows);
  }

  #click(event: MouseEvent): void {
    const row = (event.target as Element).closest('.item');
    const item = this.#pool.find(candidate => candidate.row === row);
    if (!item || item.index < 0) return;
    if ((event.target as Element).closest('[data-action="remove"]')) {
      this.#options.remove?.(item.index);
      return;
    }
    this.#select(item.index);
    this.#options.open?.(item.index);
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || this.#count === 0) return;
    const page = Math.max(1, Math.floor(this.#extent.visibleRows) - 1);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#count - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) this.#select(Math.min(this.#count - 1, Math.max(0, target)));
    else if (event.key === 'Enter' || event.key === ' ') this.#options.open?.(this.#active);
    else if (event.key === 'Delete' && this.#options.remove) this.#options.remove(this.#active);
    else return;
    event.preventDefault();
  }

  #select(index: number): void {
    if (index !== this.#active) this.#options.select?.(index);
    this.#active = index;
    this.#top = topToFollow(index, this.#top, this.#extent);
    this.#schedule();
  }
}
