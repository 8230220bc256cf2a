import type { ReferenceList, WhyAlive } from '../../analysis/api.ts';
import { Explainer } from '../../analysis/explainer.ts';
import { countText, hexText } from '../../dump/size-text.ts';
import { labelled, outputWidth, tableLines, wrapped } from '../columns.ts';
import { analyseDump } from '../engine.ts';
import { locate } from '../locate.ts';
import type { DumpChoice } from '../options.ts';
import { printJson, printLines } from '../print.ts';
import { ProgressBar } from '../progress-bar.ts';

const PRINTED_REFERENCES = 20;

/** `hexheap why`: the way from a root to what lies at an address, and every word that points there. Prints no text of the dump. */
export function why(path: string, place: string, choice: DumpChoice & { json?: boolean }): void {
  const { reader, options, findings } = analyseDump(path, choice);
  const bar = new ProgressBar();
  const explainer = new Explainer();
  const hooks = (message: string, from: number, to: number) => ({
    progress: (share: number) => bar.show({ stage: 'mark', share: from + share * (to - from), message }),
    cancelled: () => false,
  });
  try {
    const { offset } = locate(reader, place);
    explainer.open(path, options, findings);
    const way = explainer.why(offset, hooks('Looking for a way from a root', 0, 0.7))!;
    const list = explainer.references(offset, hooks('Looking for words that point there', 0.7, 1))!;
    bar.end();
    if (choice.json) printJson(json(way, list));
    else printLines(described(way, list, outputWidth()));
  } finally {
    bar.end();
    explainer.close();
    reader.close();
  }
}

const hex = (address: number | undefined) => (address === undefined ? null : hexText(address));

function json({ subject, sentence, steps }: WhyAlive, { references, complete, ...list }: ReferenceList): unknown {
  return {
    address: hex(subject.address),
    what: subject.label,
    verdict: subject.verdict,
    why: sentence,
    path: steps.map(step => ({ ...step, address: hex(step.address), verdict: step.verdict ?? null })),
    pointedAt: list.sentence,
    searched: list.searched,
    references: references.map(one => ({ ...one, address: hex(one.address), verdict: one.verdict ?? null })),
    complete,
  };
}

function described({ subject, sentence, steps }: WhyAlive, list: ReferenceList, width: number): string[] {
  const about = [
    ['What', subject.label],
    ['Verdict', subject.verdict],
    ['Why', sentence],
  ] as const;
  const way = steps.map(({ name, detail, verdict }, index) => {
    const judged = verdict === undefined ? '' : ` (${verdict})`;
    return [`  ${index + 1}. ${name}`, `${detail}${judged}`] as const;
  });
  return [
    ...labelled(about, width),
    ...(way.length === 0 ? [] : ['', ...labelled(way, width)]),
    '',
    ...wrapped(list.sentence, width),
    ...referenceLines(list, width),
    '',
    ...wrapped(list.searched, width),
  ];
}

function referenceLines({ references }: ReferenceList, width: number): string[] {
  if (references.length === 0) return [];
  const shown = references.slice(0, PRINTED_REFERENCES);
  const left = references.length - shown.length;
  return [
    ...tableLines(
      [
        { title: 'WORD AT', align: 'left' },
        { title: 'COUNTS', align: 'left' },
        { title: 'LIES IN', align: 'left' },
        { title: 'POINTS', align: 'left' },
      ],
      shown.map(({ address, counts, where, detail, verdict }) => [
        hex(address) ?? 'register',
        counts ? 'yes' : 'no',
        verdict === undefined ? where : `${where}, ${verdict}`,
        detail.replace(/^points /, ''),
      ]),
      width,
    ),
    ...(left > 0 ? [`and ${countText(left)} more (--json lists them)`] : []),
  ];
}
