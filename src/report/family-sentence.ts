import { countText, sizeText } from '../dump/size-text.ts';
import type { Family } from '../heap/families.ts';
import { templateShape } from './family-template.ts';

/** What the leaked strings of the first family are, in a sentence; '' where nothing leaked. With `mask` without words of the dump. */
export function familySentence(families: readonly Family[], mask: boolean): string {
  const leaking = families.filter(({ leakedCount }) => leakedCount > 0);
  if (leaking.length === 0) return '';
  const [{ template, leakedCount, leakedBytes, lengths }] = leaking;
  const leaked = lengths.filter(range => range.leaked > 0);
  const [shortest, longest] = [leaked[0].from, leaked[leaked.length - 1].to];
  const length =
    shortest === longest ? `${countText(shortest)} bytes` : `${countText(shortest)} to ${countText(longest)} bytes`;
  const what = leakedCount === 1 ? `1 string of ${length}` : `${countText(leakedCount)} strings of ${length}`;
  const name = mask ? templateShape(template) : template;
  const place = leaking.length === 1 ? 'They are one family' : `The first of ${countText(leaking.length)} families`;
  return `${place}, ${name}: ${what}, ${sizeText(leakedBytes)}.`;
}
