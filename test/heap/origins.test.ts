import assert from 'node:assert/strict';
import type { Family } from '../../src/heap/families.ts';
import { rankOrigins } from '../../src/heap/origins/origins.ts';
import type { Facts } from '../../src/heap/origins/rule.ts';

const COUNT = 1000;

const FAMILY: Family = {
  id: 0,
  template: 'basket:{n}',
  count: COUNT,
  bytes: 80 * COUNT,
  leakedCount: COUNT,
  leakedBytes: 80 * COUNT,
  byVerdict: { leaked: { count: COUNT, bytes: 80 * COUNT } },
  minLength: 61,
  maxLength: 61,
  lengths: [{ from: 61, to: 61, count: COUNT, leaked: COUNT }],
  first: 0x7f00_0000_0003,
  last: 0x7f00_0001_0003,
  example: 0,
  perString: { text: 61, header: 4, slack: 15, owner: 0 },
  clusters: [],
};

const TEXTS = {
  compared: COUNT,
  liveKey: 0,
  liveValue: 0,
  otherLive: 0,
  freed: 0,
  none: 0,
  databases: [],
  distinct: COUNT,
  mostCopies: 1,
};
const ALLOC = { exact: COUNT, usable: 0, doubled: 0, other: 0, none: 0 };

function facts(changes: Partial<Facts>): Facts {
  return {
    family: FAMILY,
    server: undefined,
    members: COUNT,
    slots: { distinct: 970, known: 'none', owned: 0, foreign: 0, foreignRanges: [] },
    texts: TEXTS,
    alloc: ALLOC,
    holders: [],
    slabs: { count: 20, share: 0.9, followed: 0.95 },
    neighbours: [],
    ...changes,
  };
}

const names = (changes: Partial<Facts>) => rankOrigins(facts(changes)).map(({ rule }) => rule);
const first = (changes: Partial<Facts>) => rankOrigins(facts(changes))[0];

describe('origins', () => {
  it('copies of key names: the texts are those of keys that live', () => {
    const { rule, score, evidence, counter } = first({ texts: { ...TEXTS, liveKey: 900, none: 100 } });
    assert.equal(rule, 'key-copies');
    assert.ok(score >= 0.85);
    assert.match(evidence.join(' '), /900 of 1,000 \(90 %\) have the text of a key that lives/);
    assert.match(counter.join(' '), /100 of 1,000 \(10 %\) have a text that nothing else/);
  });

  it('copies of key names: less likely where the strings were appended to', () => {
    const texts = { ...TEXTS, liveKey: 900, none: 100 };
    const alloc = { ...ALLOC, exact: 0, doubled: COUNT };
    assert.ok(
      first({ texts }).score > rankOrigins(facts({ texts, alloc })).find(({ rule }) => rule === 'key-copies')!.score,
    );
  });

  it('moved slots: the texts lie in slots of others, and in few', () => {
    const slots = {
      distinct: 40,
      known: 'dump',
      owned: 10,
      foreign: 990,
      foreignRanges: [
        [5, 5],
        [100, 138],
      ],
    } as const;
    const { rule, evidence, counter } = first({ slots, texts: { ...TEXTS, none: COUNT } });
    assert.equal(rule, 'moved-slots');
    assert.match(evidence[0], /990 of 1,000 \(99 %\) .*: 5, 100-138\./);
    assert.match(counter[0], /10 of 1,000 \(1 %\) lie in slots that it owns/);
  });

  it('moved slots: not where the texts lie in slots of all kinds, as any text does', () => {
    const slots = { distinct: 970, known: 'dump', owned: 330, foreign: 670, foreignRanges: [[0, 10_000]] } as const;
    assert.notEqual(first({ slots, texts: { ...TEXTS, liveKey: 800, none: 200 } }).rule, 'moved-slots');
    assert.ok(!names({}).includes('moved-slots'));
  });

  it('copies of values', () => {
    assert.equal(first({ texts: { ...TEXTS, liveValue: 950, none: 50 } }).rule, 'value-copies');
  });

  it('objects that were never released', () => {
    const family = { ...FAMILY, byVerdict: { 'leaked-indirect': { count: COUNT, bytes: 80 * COUNT } } };
    const { rule, evidence } = first({
      family,
      holders: [{ kind: 'robj', count: COUNT }],
      texts: { ...TEXTS, none: COUNT },
    });
    assert.equal(rule, 'lost-objects');
    assert.match(evidence.join(' '), /1,000 of 1,000 \(100 %\) are held by a robj/);
  });

  it('strings built by appending', () => {
    const { rule, evidence } = first({
      alloc: { ...ALLOC, exact: 50, doubled: 900, other: 50 },
      texts: { ...TEXTS, none: COUNT },
    });
    assert.equal(rule, 'built-by-appending');
    assert.match(evidence[0], /950 of 1,000 .* 900 exactly twice/);
  });

  it('one text again and again', () => {
    const { rule, evidence } = first({ texts: { ...TEXTS, none: COUNT, distinct: 3, mostCopies: 800 } });
    assert.equal(rule, 'same-text-again');
    assert.match(evidence[0], /the most frequent one 800 times/);
  });

  it('texts of their own do not decide', () => {
    const [only, ...others] = rankOrigins(facts({ texts: { ...TEXTS, none: COUNT } }));
    assert.equal(only.rule, 'text-of-its-own');
    assert.ok(only.score < 0.5);
    assert.deepEqual(others, []);
  });

  it('say whether the strings came in bursts or one by one', () => {
    const texts = { ...TEXTS, none: COUNT };
    assert.match(
      first({ texts }).evidence.join(' '),
      /in one go or in few bursts: they take 90 % of the regions in 20 slabs/,
    );
    const slabs = { count: 800, share: 0.02, followed: 0.03 };
    assert.match(first({ texts, slabs }).evidence.join(' '), /one by one among other allocations/);
  });
});
