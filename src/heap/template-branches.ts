import { CLASSES, classAt, NAMED, type PlaceRules, type SeenToken } from './template-place.ts';
import { keyOf, type SampleColumns } from './template-sample.ts';

const ID = CLASSES.indexOf('id');

/** How a token is written in a template: as it is, its letters and {n}, or as a class. */
export type Written = 'literal' | 'named' | (typeof CLASSES)[number];

/** Samples that go on together from one place. */
export interface Branch {
  readonly written: Written;
  /** Index into CLASSES; -1 for those that keep their word or name. */
  readonly kind: number;
  readonly members: Uint32Array;
}

/** The distinct tokens of the samples in `group` at a place, and which of them each sample has (in the order of `group`). */
export function tokensAt(
  columns: SampleColumns,
  group: Uint32Array,
  place: number,
): { seen: SeenToken[]; tokenOf: Uint32Array } {
  const { first, weight, leaked, kind, length, low, high, prefix } = columns;
  const seen: SeenToken[] = [];
  const tokenOf = new Uint32Array(group.length);
  const byKey = new Map<number, number>();
  for (const [at, sample] of group.entries()) {
    const entry = first[sample] + place;
    // Where the token runs to the text's end only the kind and the first bytes count, not the length.
    const key = keyOf(low[entry] ^ Math.imul(kind[entry] + 1, 0x85eb_ca6b), high[entry]);
    let token = byKey.get(key);
    if (token === undefined) {
      token = seen.length;
      byKey.set(key, token);
      seen.push({ kind: kind[entry], length: length[entry], weight: 0, leaked: 0, samples: 0, prefix: prefix[entry] });
    }
    const one = seen[token];
    one.weight += weight[sample];
    if (leaked[sample] === 1) one.leaked += weight[sample];
    one.samples++;
    tokenOf[at] = token;
  }
  return { seen, tokenOf };
}

/** Parts the samples of `group` by what the rules make of their tokens. */
export function branchesAt(
  rules: PlaceRules,
  seen: readonly SeenToken[],
  tokenOf: Uint32Array,
  group: Uint32Array,
): Branch[] {
  const numbers = new Map<string, number>();
  const made: { written: Written; kind: number; count: number }[] = [];
  const branchOf = new Uint32Array(seen.length);
  for (const [token, one] of seen.entries()) {
    const kind = kindOf(rules, one);
    const written: Written = kind >= 0 ? CLASSES[kind] : rules.literals.has(one) ? 'literal' : 'named';
    const name = written === 'literal' ? `=${token}` : written === 'named' ? `#${one.prefix}` : written;
    let branch = numbers.get(name);
    if (branch === undefined) {
      branch = made.length;
      numbers.set(name, branch);
      made.push({ written, kind, count: 0 });
    }
    branchOf[token] = branch;
    made[branch].count += one.samples;
  }
  const members = made.map(({ count }) => new Uint32Array(count));
  const filled = new Uint32Array(made.length);
  for (const [at, sample] of group.entries()) {
    const branch = branchOf[tokenOf[at]];
    members[branch][filled[branch]++] = sample;
  }
  return made.map(({ written, kind }, at) => ({ written, kind, members: members[at] }));
}

function kindOf(rules: PlaceRules, token: SeenToken): number {
  if (rules.literals.has(token)) return -1;
  const kind = classAt(rules, token.kind, token.length);
  if (kind !== NAMED) return kind;
  return rules.prefixes.has(token.prefix) ? -1 : ID;
}
