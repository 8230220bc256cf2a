import { partOf, type Rule } from './rule.ts';

/** A few texts made again and again: a constant, an error message or a name that a loop or a timer copies each time. */
export const sameText: Rule = {
  name: 'same-text-again',
  weigh({ texts }) {
    const { compared, distinct, mostCopies } = texts;
    const again = compared - distinct;
    if (again === 0) return undefined;
    const counter = distinct > 1 ? [`There are ${distinct.toLocaleString('en-US')} different texts.`] : [];
    return {
      score: Math.max(0, (again / compared) * (1 - Math.min(1, distinct / compared))),
      evidence: [
        `${partOf(again, compared)} repeat a text that leaked before; the most frequent one ${mostCopies.toLocaleString('en-US')} times.`,
      ],
      counter,
    };
  },
};
