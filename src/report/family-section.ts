import type { RootContent } from 'mdast';
import type { FamilySample } from '../heap/families.ts';
import { code, heading, paragraph, table, words } from './blocks.ts';
import { templateShape } from './family-template.ts';
import type { Manner } from './markdown.ts';
import { count, hex } from './numbers.ts';
import { shortened } from './printable.ts';

const MOST_TEMPLATE = 80;

/** The table of families, in the order they came. */
export function familySection(families: readonly FamilySample[], total: number, { masked }: Manner): RootContent[] {
  if (total === 0) return [];
  const rows = families.map(family => [
    code(shortened(masked ? templateShape(family.template) : family.template, MOST_TEMPLATE)),
    words(count(family.count)),
    words(count(family.leakedCount)),
    words(count(family.bytes)),
    words(count(family.leakedBytes)),
    words(lengths(family)),
    words(
      family.clusters.map(({ header, sizeClass }) => (sizeClass === 0 ? header : `${header} ${sizeClass}`)).join(', '),
    ),
    words(hex(family.first)),
  ]);
  return [
    heading(2, 'Families of strings'),
    paragraph(
      'Strings whose texts differ only where {n} (a number), {hex}, {uuid}, {date}, {base64}, {id} or {word} stands.' +
        (families.length < total ? ` The first ${count(families.length)} of ${count(total)}.` : ''),
    ),
    table(
      [
        ['Template', 'left'],
        ['Strings', 'right'],
        ['Leaked', 'right'],
        ['Bytes', 'right'],
        ['Leaked bytes', 'right'],
        ['Length', 'right'],
        ['Headers and classes', 'left'],
        ['First member', 'left'],
      ],
      rows,
    ),
  ];
}

function lengths({ minLength, maxLength }: FamilySample): string {
  return minLength === maxLength ? count(minLength) : `${count(minLength)}–${count(maxLength)}`;
}
