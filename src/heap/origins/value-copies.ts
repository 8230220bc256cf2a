import { partOf, type Rule } from './rule.ts';

/** Copies of values, fields or members that live in the data: a reply, an export or a replication buffer that keeps its own. */
export const valueCopies: Rule = {
  name: 'value-copies',
  weigh({ texts }) {
    const { compared, liveValue, liveKey, none } = texts;
    if (compared === 0 || liveValue === 0) return undefined;
    const counter = [];
    if (liveKey > 0) counter.push(`${partOf(liveKey, compared)} have the text of a live key.`);
    if (none > 0) counter.push(`${partOf(none, compared)} have a text that nothing else in the dump has.`);
    return {
      score: Math.max(0, (liveValue - 0.5 * liveKey) / compared),
      evidence: [`${partOf(liveValue, compared)} have the text of a value, field or member that lives.`],
      counter,
    };
  },
};
