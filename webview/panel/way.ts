import type { ExplainedStep } from '../../src/analysis/api.ts';
import { element, icon } from '../dom.ts';
import type { Range } from '../grid/selection.ts';
import { verdictTag } from './verdict.ts';

/** A way through memory as a list of steps, the root first; each jumps to the word that points on. Up and down move between them. */
export function renderWay(steps: readonly ExplainedStep[], show: (range: Range) => void): HTMLElement {
  const list = element(
    'ol',
    { class: 'way', 'aria-label': 'The way, from its beginning' },
    ...steps.map(step => renderStep(step, show)),
  );
  list.addEventListener('keydown', event => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll<HTMLElement>('button:not(:disabled)')];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + by))]?.focus();
  });
  return list;
}

function renderStep({ what, name, detail, verdict, range }: ExplainedStep, show: (range: Range) => void): HTMLElement {
  const step = element(
    'button',
    { class: 'step', type: 'button', disabled: range === undefined },
    element(
      'span',
      { class: 'step-name' },
      icon(what === 'root' ? 'pinned' : 'symbol-structure'),
      element('strong', {}, name),
      verdict ? verdictTag(verdict) : element('span', { class: 'faint' }, 'root'),
    ),
    element('span', { class: 'step-detail faint' }, detail),
  );
  if (range) step.addEventListener('click', () => show(range));
  return element('li', {}, step);
}
