import { partOf, type Rule } from './rule.ts';

/** A text is the copy of a name where most have the name of a key that lives or lived. */
const MOST = 0.5;

/** Copies of key names, freed by nobody: a function that returns copies of keys, and a caller that does not free them (getKeysInSlot, for one). */
export const keyCopies: Rule = {
  name: 'key-copies',
  weigh({ texts, alloc, slots, members }) {
    const { compared, liveKey, freed, liveValue, none } = texts;
    if (compared === 0 || liveKey + freed === 0) return undefined;
    const named = Math.min(1, (liveKey + freed) / compared);
    const fresh = alloc.exact + alloc.usable + alloc.none;
    const evidence = [];
    const counter = [];
    if (liveKey > 0) evidence.push(`${partOf(liveKey, compared)} have the text of a key that lives in a database.`);
    for (const { database, count } of texts.databases.slice(0, 1)) {
      evidence.push(`${partOf(count, liveKey)} of these keys are in database ${database}.`);
    }
    if (freed > 0)
      evidence.push(
        `${partOf(freed, compared)} have the text of a string that was freed, as the name of a deleted key is.`,
      );
    if (fresh >= MOST * members) {
      evidence.push(
        `${partOf(fresh, members)} have no more room than one call makes (sdsnewlen, sdsdup, createStringObject): they were made in one piece.`,
      );
    } else
      counter.push(`${partOf(members - fresh, members)} have room left as appending makes: they are no plain copies.`);
    if (none > 0) counter.push(`${partOf(none, compared)} have a text that nothing else in the dump has.`);
    if (liveValue > 0) counter.push(`${partOf(liveValue, compared)} have the text of a value, field or member too.`);
    if (slots.known !== 'none') {
      const where = slots.foreign > slots.owned ? evidence : counter;
      where.push(
        `${partOf(slots.foreign, slots.foreign + slots.owned)} lie in hash slots that this server does not own.`,
      );
    }
    const weight = named - (0.3 * liveValue) / compared - (fresh < MOST * members ? 0.3 : 0);
    return { score: Math.max(0, weight), evidence, counter };
  },
};
