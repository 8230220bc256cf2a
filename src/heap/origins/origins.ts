import type { Origin } from '../attribution.ts';
import { appended } from './appended.ts';
import { foreignText } from './foreign-text.ts';
import { keyCopies } from './key-copies.ts';
import { lostObjects } from './lost-objects.ts';
import { movedSlots } from './moved-slots.ts';
import type { Facts, Rule } from './rule.ts';
import { sameText } from './same-text.ts';
import { valueCopies } from './value-copies.ts';

/** A new rule is a file beside these, and a name here. */
const RULES: readonly Rule[] = [keyCopies, movedSlots, valueCopies, lostObjects, appended, sameText, foreignText];

/** Below this the facts have nothing to do with the rule. */
const LEAST = 0.02;
/** Below this the evidence does not decide. */
export const DECIDED = 0.5;

/** How the leaked members of a family can have come about, the likeliest first, with what speaks for and against each. */
export function rankOrigins(facts: Facts): Origin[] {
  const burst = howTheyCame(facts);
  return RULES.flatMap(({ name, weigh }) => {
    const weighed = weigh(facts);
    if (weighed === undefined || weighed.score < LEAST) return [];
    return [{ rule: name, ...weighed, evidence: [...weighed.evidence, ...burst] }];
  }).sort((a, b) => b.score - a.score);
}

/** One burst or a slow drip, as the slabs tell: the same for all rules. */
function howTheyCame({ slabs, members }: Facts): string[] {
  if (slabs.count === 0 || members < 16) return [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const filled = `they take ${percent(slabs.share)} of the regions in ${slabs.count.toLocaleString('en-US')} slabs, and ${percent(slabs.followed)} of them stand right in front of another leaked string`;
  if (slabs.followed >= 0.75) return [`They came in one go or in few bursts: ${filled}.`];
  if (slabs.followed <= 0.25) return [`They came one by one among other allocations: ${filled}.`];
  return [`Whether they came in bursts is not clear: ${filled}.`];
}
