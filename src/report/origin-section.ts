import type { RootContent } from 'mdast';
import type { Family } from '../heap/families.ts';
import { heading, paragraph, words } from './blocks.ts';
import { originSentence, originTitle } from './origin-lines.ts';

/** Where the leaked strings of the first family can have come from, with what speaks for and against it. Quotes no text of the dump. */
export function originSection(families: readonly Family[]): RootContent[] {
  const attribution = families.find(({ leakedCount }) => leakedCount > 0)?.attribution;
  if (attribution === undefined) return [];
  return [
    heading(2, 'Where the first leaking family comes from'),
    paragraph(originSentence(families)),
    ...attribution.origins.flatMap((origin): RootContent[] => [
      heading(3, originTitle(origin)),
      paragraph(`Score ${origin.score.toFixed(2)} (rule ${origin.rule}).`),
      list([
        ...origin.evidence.map(sentence => `For: ${sentence}`),
        ...origin.counter.map(sentence => `Against: ${sentence}`),
      ]),
    ]),
  ];
}

function list(sentences: readonly string[]): RootContent {
  return {
    type: 'list',
    ordered: false,
    spread: false,
    children: sentences.map(sentence => ({
      type: 'listItem',
      spread: false,
      children: [{ type: 'paragraph', children: words(sentence) }],
    })),
  };
}
