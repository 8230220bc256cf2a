import { partOf, type Rule } from './rule.ts';

/** Objects that were made and never released (decrRefCount was not called), with the strings they hold. */
export const lostObjects: Rule = {
  name: 'lost-objects',
  weigh({ holders, family, members }) {
    const indirect = family.byVerdict['leaked-indirect']?.count ?? 0;
    const embedded = family.clusters
      .filter(({ header }) => header === 'embstr')
      .reduce((sum, { byVerdict }) => sum + (byVerdict.leaked?.count ?? 0), 0);
    const objects = holders.find(({ kind }) => kind === 'robj')?.count ?? 0;
    if (indirect + embedded === 0) return undefined;
    const evidence = [];
    const counter = [];
    if (indirect > 0)
      evidence.push(`${partOf(indirect, members)} are held, but only by regions that leaked themselves.`);
    for (const { kind, count } of holders) evidence.push(`${partOf(count, members)} are held by a ${kind}.`);
    if (embedded > 0)
      evidence.push(`${partOf(embedded, members)} lie in objects of their own (EMBSTR), which leaked as a whole.`);
    const alone = members - indirect - embedded;
    if (alone > 0)
      counter.push(`${partOf(alone, members)} leaked by themselves, with no object around or before them.`);
    return { score: Math.min(1, (Math.max(objects, indirect * 0.5) + embedded) / members), evidence, counter };
  },
};
