import { PairTable } from './pair-table.ts';
import { branchesAt, tokensAt, type Written } from './template-branches.ts';
import { CLASSES, classAt, decidePlace, NAMED, type PlaceRules } from './template-place.ts';
import type { SampleColumns } from './template-sample.ts';
import { type TemplateTokens, TOKEN } from './template-tokens.ts';

export const NO_TEMPLATE = -1;
const ID = CLASSES.indexOf('id');
/** Where a token's own class was not seen at a place, these are tried: a number may be a hex number's or an id's. */
const WIDER = [CLASSES.indexOf('hex'), ID, CLASSES.indexOf('base64'), CLASSES.indexOf('word')];
/** Templates of one skeleton beyond which its places keep fewer words: so many, where leaked strings are among them or each stands for one string in a thousand. */
const MOST_LEAVES = 128;
const LEAST_LEAVES = 16;
const WORDS_KEPT = [128, 24, 6, 0];
const NO_CLASS = new Int32Array(0);
const PREFIX_LOW = 0x20_0000;

interface Node {
  readonly rules: PlaceRules | undefined;
  readonly byClass: Int32Array;
  readonly leaf: number;
}

/** One template as it was learnt. */
export interface Leaf {
  /** A string that has this template. */
  readonly string: number;
  /** One for each token that counts. */
  readonly written: readonly Written[];
  /** Strings it stands for in the sample, and leaked ones. */
  readonly weight: number;
  readonly leaked: number;
  /** Only the text before the second token counts: what follows differs. */
  readonly short: boolean;
}

/** Which samples are learnt from together. */
export interface Group {
  /** Hash of the skeleton they share. */
  readonly low: number;
  readonly high: number;
  readonly samples: Uint32Array;
  /** Tokens that count. */
  readonly places: number;
  /** The skeleton is the one before the second token. */
  readonly short: boolean;
}

/** Templates learnt from a sample of the texts, and the way from a text's tokens to its template. */
export class TemplateTree {
  readonly leaves: Leaf[] = [];
  readonly #nodes: Node[] = [];
  readonly #roots = new PairTable();
  readonly #branches = new PairTable();
  #strings = 0;

  /** `strings` is how many strings all groups stand for. */
  learn(columns: SampleColumns, group: Group, strings: number): void {
    this.#strings = strings;
    const most = mostLeaves(columns, group, strings);
    for (const mostWords of WORDS_KEPT) {
      const before = this.leaves.length;
      const root = this.#grow(columns, group, group.samples, mostWords, []);
      if (this.leaves.length - before <= most || mostWords === 0) {
        this.#roots.set(rootLow(group.low, group.short), group.high, root);
        return;
      }
      this.leaves.length = before;
    }
  }

  /** The template (index into `leaves`) of a text whose tokens were read; NO_TEMPLATE where nothing like it was learnt. */
  find(tokens: TemplateTokens): number {
    const root = this.#roots.get(tokens.skeletonLow, tokens.skeletonHigh);
    const found = this.#follow(root, tokens, tokens.count);
    return found !== NO_TEMPLATE || tokens.shortEnd === 0 ? found : this.findShort(tokens);
  }

  /** The same by the text before the second token alone. */
  findShort(tokens: TemplateTokens): number {
    return this.#follow(this.#roots.get(rootLow(tokens.shortLow, true), tokens.shortHigh), tokens, 1);
  }

  #follow(root: number, tokens: TemplateTokens, places: number): number {
    let at = root;
    for (let place = 0; place < places && at >= 0; place++) at = this.#child(at, tokens, place);
    return at < 0 ? NO_TEMPLATE : this.#nodes[at].leaf;
  }

  #child(at: number, tokens: TemplateTokens, place: number): number {
    const literal = this.#branches.get(literalLow(at, tokens.low[place]), tokens.high[place]);
    if (literal >= 0) return literal;
    const { rules, byClass } = this.#nodes[at];
    const kind = tokens.kind[place];
    let found = classAt(rules!, kind, tokens.length[place]);
    if (found === NAMED) {
      const named = this.#branches.get(
        namedLow(at, tokens.prefixLow[place]),
        tokens.prefixHigh[place] & (PREFIX_LOW - 1),
      );
      if (named >= 0) return named;
      found = ID;
    }
    if (byClass[found] >= 0 || kind > TOKEN.bothCases) return byClass[found];
    for (const wider of WIDER) if (byClass[wider] >= 0) return byClass[wider];
    return -1;
  }

  #grow(
    columns: SampleColumns,
    group: Group,
    samples: Uint32Array,
    mostWords: number,
    written: readonly Written[],
  ): number {
    const place = written.length;
    if (place === group.places) return this.#end(columns, group, samples, written);
    const { seen, tokenOf } = tokensAt(columns, samples, place);
    const rules = decidePlace(seen, mostWords, this.#strings);
    const byClass = new Int32Array(CLASSES.length).fill(-1);
    const node = this.#nodes.push({ rules, byClass, leaf: NO_TEMPLATE }) - 1;
    for (const branch of branchesAt(rules, seen, tokenOf, samples)) {
      const child = this.#grow(columns, group, branch.members, mostWords, [...written, branch.written]);
      const entry = columns.first[branch.members[0]] + place;
      const prefix = columns.prefix[entry];
      if (branch.kind >= 0) byClass[branch.kind] = child;
      else if (branch.written === 'literal')
        this.#branches.set(literalLow(node, columns.low[entry]), columns.high[entry], child);
      else this.#branches.set(namedLow(node, Math.floor(prefix / PREFIX_LOW)), prefix % PREFIX_LOW, child);
    }
    return node;
  }

  #end(
    { weight, leaked, string }: SampleColumns,
    { short }: Group,
    samples: Uint32Array,
    written: readonly Written[],
  ): number {
    let all = 0;
    let ofLeaked = 0;
    for (const sample of samples) {
      all += weight[sample];
      if (leaked[sample] === 1) ofLeaked += weight[sample];
    }
    const leaf = this.leaves.push({ string: string[samples[0]], written, weight: all, leaked: ofLeaked, short }) - 1;
    return this.#nodes.push({ rules: undefined, byClass: NO_CLASS, leaf }) - 1;
  }
}

function mostLeaves({ weight, leaked }: SampleColumns, { samples }: Group, strings: number): number {
  if (samples.some(sample => leaked[sample] === 1)) return MOST_LEAVES;
  const thousandths = (1000 * samples.reduce((sum, sample) => sum + weight[sample], 0)) / strings;
  return Math.min(MOST_LEAVES, Math.max(LEAST_LEAVES, thousandths));
}

const rootLow = (low: number, short: boolean) => (short ? ~low : low);
const literalLow = (node: number, low: number) => low ^ Math.imul(node + 1, 0x9e37_79b1);
const namedLow = (node: number, low: number) => low ^ Math.imul(node + 1, 0xc2b2_ae35);
