import type { Pane } from './keyboard.ts';

/** What lies at a point of the screen. */
export interface Hit {
  /** Row number; the nearest one on the screen where the point is above or below. */
  readonly row: number;
  readonly column: number;
  readonly pane: Pane;
  /** The point is on a byte's own digits or character, not beside them. */
  readonly exact: boolean;
}

export interface PointerTarget {
  hit(clientX: number, clientY: number): Hit | undefined;
  press(hit: Hit, extend: boolean): void;
  drag(hit: Hit): void;
  doublePress(hit: Hit): void;
  /** The right button went down, or a menu opens, at this point. */
  menu(hit: Hit | undefined): void;
  hover(hit: Hit | undefined, clientX: number, clientY: number): void;
  scrollBy(rows: number): void;
}

const LEFT = 0;
const RIGHT = 2;
/** Rows a frame while a selection is dragged past an edge, for each pixel beyond it. */
const DRAG_SPEED = 0.05;

/** Turns the mouse over the rows into presses, drags (that scroll at the edges) and hovering. */
export function watchPointer(viewport: HTMLElement, target: PointerTarget): void {
  let last: PointerEvent | undefined;

  const dragOn = () => {
    if (!last) return;
    const { top, bottom } = viewport.getBoundingClientRect();
    const beyond = last.clientY < top ? last.clientY - top : Math.max(0, last.clientY - bottom);
    if (beyond !== 0) target.scrollBy(beyond * DRAG_SPEED);
    const hit = target.hit(last.clientX, last.clientY);
    if (hit) target.drag(hit);
    if (beyond !== 0) requestAnimationFrame(dragOn);
  };

  viewport.addEventListener('pointerdown', event => {
    const hit = target.hit(event.clientX, event.clientY);
    target.hover(undefined, 0, 0);
    if (event.button === RIGHT) target.menu(hit);
    // A press on the pane's own sideways scrollbar is not on a row.
    const inside = event.clientY < viewport.getBoundingClientRect().top + viewport.clientHeight;
    if (event.button !== LEFT || !hit || !inside) return;
    viewport.setPointerCapture(event.pointerId);
    last = event;
    target.press(hit, event.shiftKey);
  });
  viewport.addEventListener('pointermove', event => {
    if (last) {
      const wasBeyond = beyondEdge(viewport, last);
      last = event;
      if (!wasBeyond) dragOn();
    } else if (event.buttons === 0) {
      const hit = target.hit(event.clientX, event.clientY);
      target.hover(hit?.exact ? hit : undefined, event.clientX, event.clientY);
    }
  });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    viewport.addEventListener(end, () => {
      last = undefined;
    });
  }
  viewport.addEventListener('pointerleave', () => target.hover(undefined, 0, 0));
  viewport.addEventListener('dblclick', event => {
    const hit = target.hit(event.clientX, event.clientY);
    if (hit) target.doublePress(hit);
  });
}

function beyondEdge(viewport: HTMLElement, { clientY }: PointerEvent): boolean {
  const { top, bottom } = viewport.getBoundingClientRect();
  return clientY < top || clientY > bottom;
}
