import { element } from '../dom.ts';
import type { Cell } from './columns.ts';

const SAMPLE = 100;

/** Measures the font of `host`. The only layout read of the grid besides its size; never inside a frame of scrolling. */
export function measureCell(host: HTMLElement): Cell {
  const sample = element('span', { class: 'measure', 'aria-hidden': 'true' }, '0'.repeat(SAMPLE));
  host.append(sample);
  const width = sample.getBoundingClientRect().width / SAMPLE;
  const fontSize = Number.parseFloat(getComputedStyle(sample).fontSize) || 14;
  sample.remove();
  return { width: width || fontSize * 0.6, height: Math.round(fontSize * 1.5) };
}
