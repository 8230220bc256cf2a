import { partOf, type Rule } from './rule.ts';

/** Strings that were built by appending (sdscat, sdscatfmt: sdsMakeRoomFor asks for twice the length): replies, commands to propagate, log lines. */
export const appended: Rule = {
  name: 'built-by-appending',
  weigh({ alloc, members, server }) {
    const grown = alloc.doubled + alloc.other;
    if (grown === 0) return undefined;
    const plain = alloc.exact + alloc.usable;
    const counter =
      plain === 0 ? [] : [`${partOf(plain, members)} have just the room that making a string in one piece gives.`];
    if (server?.layout.alloc === 'usable')
      counter.push('From Redis 6.2 on a string made in one piece has room left too, but not so much.');
    return {
      score: grown / members,
      evidence: [
        `${partOf(grown, members)} have more room than their text or their region asks for, as sdsMakeRoomFor leaves it; ${alloc.doubled.toLocaleString('en-US')} exactly twice their length.`,
      ],
      counter,
    };
  },
};
