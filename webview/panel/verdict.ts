import { element } from '../dom.ts';
import { count } from '../text.ts';

/** Worst first: the order in which they matter to who looks for a leak. */
const ORDER = ['leaked', 'leaked-indirect', 'leaked-weak', 'unknown', 'freed', 'live'];

/** A verdict in words with a mark of its own; colour only adds to it. */
export function verdictTag(verdict: string, howMany?: number): HTMLElement {
  const text = howMany === undefined ? verdict : `${verdict} ${count(howMany)}`;
  return element('span', { class: `verdict verdict-${verdict}` }, text);
}

/** Counts by verdict, those that are not zero, worst first. */
export function verdictTags(byVerdict: Readonly<Record<string, { count: number }>>): HTMLElement[] {
  return Object.entries(byVerdict)
    .filter(([, { count: howMany }]) => howMany > 0)
    .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .map(([verdict, { count: howMany }]) => verdictTag(verdict, howMany));
}
