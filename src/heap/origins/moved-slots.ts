import { partOf, type Rule } from './rule.ts';

/** Random names would lie in the slots of others as often as the server's share of all slots says. */
const SLOTS = 16_384;

/** Names of keys in hash slots that this server gave away, or never had: what moving slots, or being asked for the wrong ones, leaves behind. */
export const movedSlots: Rule = {
  name: 'moved-slots',
  weigh({ slots, texts }) {
    const { known, owned, foreign, foreignRanges, distinct } = slots;
    const all = owned + foreign;
    if (known === 'none' || foreign === 0) return undefined;
    const ranges = foreignRanges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
    const says = known === 'dump' ? 'the cluster state in the dump' : 'the slots that were given';
    const evidence = [
      `${partOf(foreign, all)} lie in hash slots that this server does not own, as ${says} say${known === 'dump' ? 's' : ''}: ${ranges}${foreignRanges.length === 32 ? ', …' : ''}.`,
    ];
    const counter = [];
    if (owned > 0) counter.push(`${partOf(owned, all)} lie in slots that it owns.`);
    if (texts.liveKey > 0)
      counter.push(`${partOf(texts.liveKey, texts.compared)} have the text of a key that still lives here.`);
    // Texts that are no names of keys lie anywhere.
    const spread = distinct > Math.min(SLOTS, all) * 0.5;
    if (spread)
      counter.push(
        `They lie in ${distinct.toLocaleString('en-US')} different slots, as texts do that have nothing to do with slots.`,
      );
    return {
      score: Math.max(
        0,
        foreign / all - (spread ? 0.4 : 0) - (texts.compared === 0 ? 0 : (0.5 * texts.liveKey) / texts.compared),
      ),
      evidence,
      counter,
    };
  },
};
