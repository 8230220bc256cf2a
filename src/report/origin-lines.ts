import type { Attribution, Origin } from '../heap/attribution.ts';
import type { Family } from '../heap/families.ts';
import { DECIDED } from '../heap/origins/origins.ts';

/** Names of the rules in src/heap/origins, for people. */
const TITLES: Readonly<Record<string, string>> = {
  'key-copies':
    'Copies of names of keys, freed by nobody: a function that returns them, and a caller that does not free them',
  'moved-slots': 'Names of keys in hash slots that this server does not own',
  'value-copies': 'Copies of values, fields or members that live in the data',
  'lost-objects': 'Objects that were made and never released, with the strings they hold',
  'built-by-appending': 'Strings that were built by appending to them',
  'same-text-again': 'A few texts, made again and again',
  'text-of-its-own': 'Texts that the data does not hold: of a module or a command, or of data long gone',
};

export function originTitle({ rule }: Origin): string {
  return TITLES[rule] ?? rule;
}

/** What the origins of the first leaking family come to, in a sentence; '' where nothing was looked into. */
export function originSentence(families: readonly Family[]): string {
  const attribution: Attribution | undefined = families.find(({ leakedCount }) => leakedCount > 0)?.attribution;
  if (attribution === undefined) return '';
  const [first] = attribution.origins;
  if (first === undefined || first.score < DECIDED) return 'Where they come from the evidence does not decide.';
  return `Likeliest origin: ${originTitle(first)}.`;
}
