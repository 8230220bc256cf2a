import { partOf, type Rule } from './rule.ts';

/** Texts that the dump holds nowhere else: made by a module or a command for itself, or of data that is long gone. */
export const foreignText: Rule = {
  name: 'text-of-its-own',
  weigh({ texts }) {
    const { compared, none } = texts;
    if (none === 0) return undefined;
    const counter =
      none < compared ? [`${partOf(compared - none, compared)} have a text that the dump holds elsewhere too.`] : [];
    counter.push('Data that was deleted, and whose memory was used again, looks the same.');
    // It says what they are not; where anything else fits, that comes first.
    return {
      score: (0.45 * none) / compared,
      evidence: [`${partOf(none, compared)} have a text that nothing else in the dump has, live or freed.`],
      counter,
    };
  },
};
