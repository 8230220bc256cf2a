import { countText, sizeText } from '../../dump/size-text.ts';
import type { Family } from '../../heap/families.ts';
import { diffFamilies, type FamilyChange, leakedIn } from '../../heap/family-diff.ts';
import { TemplateMemory } from '../../heap/file-templates.ts';
import { diffJson, diffSentence } from '../../report/diff-json.ts';
import { templateShape } from '../../report/family-template.ts';
import { printable } from '../../report/printable.ts';
import { type Column, labelled, outputWidth, tableLines, wrapped } from '../columns.ts';
import { analyseDump } from '../engine.ts';
import type { DumpChoice } from '../options.ts';
import { printJson, printLines } from '../print.ts';

interface Choice extends Pick<DumpChoice, 'server'> {
  readonly json?: boolean;
  readonly mask?: boolean;
}

const PRINTED = 20;
const COLUMNS: readonly Column[] = [
  { title: 'LEAKED', align: 'right' },
  { title: 'STRINGS', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'BEFORE', align: 'right' },
  { title: 'AFTER', align: 'right' },
  { title: 'TEMPLATE', align: 'left' },
];

/** `hexheap diff`: what grew between two dumps, family by family. One is analysed after the other. Throws DumpError. */
export function diff(before: string, after: string, choice: Choice): void {
  const memory = new TemplateMemory();
  const later = familiesOf(after, choice, memory);
  const earlier = familiesOf(before, choice, memory);
  const changes = diffFamilies(earlier.families, later.families);
  const notes = [...earlier.notes.map(note => `Before: ${note}`), ...later.notes.map(note => `After: ${note}`)];
  const mask = choice.mask === true;
  if (choice.json) printJson(diffJson(changes, { complete: earlier.complete && later.complete, notes }, mask));
  else printLines(lines(changes, notes, mask, outputWidth()));
}

/** Only the rows and the templates are kept: the columns of one dump are free before the next one is read. */
function familiesOf(
  path: string,
  choice: Choice,
  memory: TemplateMemory,
): { families: readonly Family[]; complete: boolean; notes: readonly string[] } {
  const { reader, findings } = analyseDump(path, choice, memory);
  reader.close();
  return { families: findings.families?.rows ?? [], complete: findings.complete, notes: findings.notes };
}

function lines(changes: readonly FamilyChange[], notes: readonly string[], mask: boolean, width: number): string[] {
  const changed = changes.filter(
    ({ delta }) => delta.count !== 0 || delta.bytes !== 0 || leakedIn(delta, 'count') !== 0,
  );
  const shown = changed.slice(0, PRINTED);
  const rows = shown.map(({ template, before, after, delta }) => [
    signed(leakedIn(delta, 'count'), countText),
    signed(delta.count, countText),
    signed(delta.bytes, sizeText),
    countText(before.count),
    countText(after.count),
    printable(mask ? templateShape(template) : template),
  ]);
  return [
    ...wrapped(diffSentence(changes, mask), width),
    '',
    ...(rows.length === 0
      ? []
      : [
          `Families that changed (${countText(shown.length)} of ${countText(changed.length)}):`,
          ...tableLines(COLUMNS, rows, width),
        ]),
    ...(notes.length === 0
      ? []
      : [
          '',
          ...labelled(
            notes.map(note => ['Note', note] as const),
            width,
          ),
        ]),
  ];
}

function signed(value: number, text: (value: number) => string): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '-'}${text(Math.abs(value))}`;
}
