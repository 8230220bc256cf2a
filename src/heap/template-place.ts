import { TOKEN } from './template-tokens.ts';

/** What stands at a place of a template that is no word of its own. */
export const CLASSES = ['n', 'hex', 'id', 'word', 'base64', 'date', 'uuid', 'bytes', 'text'] as const;
const N = 0;
const HEX = 1;
const ID = 2;
const WORD = 3;
const BASE64 = 4;
const DATE = 5;
const UUID = 6;
const BYTES = 7;
const TEXT = 8;
/** A name with a number behind it, where the name is kept: user{n}. */
export const NAMED = 9;

const KINDS = 14;
/** Lengths from here on count alike. */
const LENGTHS = 128;
/** Base64 without its marks is told from an id by its length. */
const SHORTEST_BASE64 = 16;

/** One distinct token seen at a place. */
export interface SeenToken {
  readonly kind: number;
  readonly length: number;
  /** How many strings have it; those in the sample count as many times as they stand for. */
  weight: number;
  /** How many leaked strings have it. */
  leaked: number;
  /** How many strings of the sample have it. */
  samples: number;
  /** The same letters before the digits: the same number. */
  readonly prefix: number;
}

/** What was decided about a place. */
export interface PlaceRules {
  /** Tokens that stay as they are. */
  readonly literals: ReadonlySet<SeenToken>;
  /** Letters, before digits, that stay as they are (SeenToken.prefix). */
  readonly prefixes: ReadonlySet<number>;
  /** Class by kind * LENGTHS + length: index into CLASSES, or NAMED. */
  readonly classes: Uint8Array;
}

export function classAt({ classes }: PlaceRules, kind: number, length: number): number {
  return classes[kind * LENGTHS + Math.min(length, LENGTHS - 1)];
}

/** A word rarer than this at its place is one of many. */
const RAREST = 1 / 1000;
/** From so many different words on, those that are no more frequent than the rest are names, not parts of the template. */
const MANY_WORDS = 128;
const FAR_ABOVE_THE_REST = 20;
/** Up to so many different words a place keeps them however rarely each was seen. */
const FEW_WORDS = 8;
const SEEN_OFTEN = 4;
/** Of more different words those stay that one in a thousand of all strings has: else they are what varies. */
const SEVERAL_WORDS = 12;
/** What is longer is a value, however frequent. */
const LONGEST_WORD = 40;
/** Letters and digits mixed stay (md5, utf8) where at least this share of the place is just that. */
const CONSTANT = 0.05;
const CONSTANT_SAMPLES = 8;
/** Up to so many numbers behind the same letters are part of a name: v1, v2. */
const FEW_NUMBERS = 3;

/**
 * Decides what stands at a place from everything that was seen there: words that are frequent stay, and a run of digits or letters that chance makes of
 * a hex number or an id counts as one. `mostWords` bounds the words that stay; `strings` is how many strings there are in all.
 */
export function decidePlace(seen: readonly SeenToken[], mostWords: number, strings: number): PlaceRules {
  const total = sum(seen, token => token.weight);
  const leaked = sum(seen, token => token.leaked);
  const frequent = (weight: number, ofLeaked: number) =>
    weight >= total * RAREST || ofLeaked >= Math.max(SEEN_OFTEN, leaked * RAREST);
  const like = new Float64Array(KINDS * LENGTHS);
  for (const token of seen) like[slot(token.kind, token.length)] += token.weight;

  const literals = new Set<SeenToken>();
  const constantNames = new Set<number>();
  const prefixes = new Set<number>();
  const names = byPrefix(seen);
  for (const [prefix, tokens] of names) {
    const share = sum(tokens, token => token.weight);
    const leaks = sum(tokens, token => token.leaked);
    const often = tokens.every(token => token.samples >= CONSTANT_SAMPLES && frequent(token.weight, token.leaked));
    if (tokens.length <= FEW_NUMBERS && often) constantNames.add(prefix);
    else if (mostWords > 0 && frequent(share, leaks)) prefixes.add(prefix);
  }
  const words = seen.filter(token => token.kind === TOKEN.word || token.kind === TOKEN.hexWord);
  const ordinary = words.length > MANY_WORDS ? middle(words.map(word => word.weight)) * FAR_ABOVE_THE_REST : 0;
  for (const token of seen) {
    const { kind, weight } = token;
    let stays = false;
    if (kind === TOKEN.word || kind === TOKEN.hexWord) {
      stays =
        frequent(weight, token.leaked) &&
        (words.length <= SEVERAL_WORDS || weight >= strings * RAREST || token.leaked >= SEEN_OFTEN) &&
        weight >= ordinary &&
        (words.length <= FEW_WORDS || token.samples >= SEEN_OFTEN) &&
        weight > 4 * byChance(token, like);
    } else if (kind === TOKEN.named || kind === TOKEN.hexNamed) stays = constantNames.has(token.prefix);
    else if (kind === TOKEN.hex || kind === TOKEN.mixed || kind === TOKEN.bothCases)
      stays = weight >= total * CONSTANT && token.samples >= CONSTANT_SAMPLES;
    else if (kind === TOKEN.bytes) stays = weight >= total * CONSTANT && token.samples >= CONSTANT_SAMPLES;
    if (stays && (token.length <= LONGEST_WORD || kind === TOKEN.bytes)) literals.add(token);
  }
  keepMost(literals, mostWords);
  return { literals, prefixes, classes: classify(seen, literals) };
}

const slot = (kind: number, length: number) => kind * LENGTHS + Math.min(length, LENGTHS - 1);

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >>> 1];
}

function byPrefix(seen: readonly SeenToken[]): Map<number, SeenToken[]> {
  const names = new Map<number, SeenToken[]>();
  for (const token of seen) {
    if (token.kind !== TOKEN.named && token.kind !== TOKEN.hexNamed) continue;
    const same = names.get(token.prefix);
    if (same) same.push(token);
    else names.set(token.prefix, [token]);
  }
  return names;
}

/** How many of the ids or hex numbers of its length would be just this word. */
function byChance({ kind, length }: SeenToken, like: Float64Array): number {
  const at = (other: number) => like[slot(other, length)];
  const hex = at(TOKEN.hex) + at(TOKEN.hexNamed);
  const ids = at(TOKEN.mixed) + at(TOKEN.named) + hex;
  return Math.max(
    kind === TOKEN.hexWord && at(TOKEN.hex) > 0 ? hex * 16 ** -length * 4 : 0,
    at(TOKEN.mixed) > 0 ? ids * 36 ** -length * 4 : 0,
  );
}

function keepMost(literals: Set<SeenToken>, most: number): void {
  if (literals.size <= most) return;
  const ordered = [...literals].sort((a, b) => b.leaked - a.leaked || b.weight - a.weight);
  for (const token of ordered.slice(most)) literals.delete(token);
}

/** The class of each kind and length among the tokens that do not stay. */
function classify(seen: readonly SeenToken[], literals: ReadonlySet<SeenToken>): Uint8Array {
  const weights = new Float64Array(KINDS * LENGTHS);
  for (const token of seen) if (!literals.has(token)) weights[slot(token.kind, token.length)] += token.weight;
  const classes = new Uint8Array(KINDS * LENGTHS);
  const byClass = new Float64Array(NAMED + 1);
  for (let length = 0; length < LENGTHS; length++) {
    const at = (kind: number) => weights[kind * LENGTHS + length];
    const set = (kind: number, value: number) => {
      classes[kind * LENGTHS + length] = value;
      byClass[value] += at(kind);
    };
    const mixed = at(TOKEN.mixed) + at(TOKEN.bothCases);
    const id = length >= SHORTEST_BASE64 && at(TOKEN.bothCases) > 0.05 * mixed ? BASE64 : ID;
    const hexed = at(TOKEN.hex);
    const hex = hexed <= mixed && mixed > 0 ? id : HEX;
    set(TOKEN.mixed, id);
    set(TOKEN.bothCases, length >= SHORTEST_BASE64 ? BASE64 : ID);
    set(TOKEN.hex, hex);
    set(
      TOKEN.hexNamed,
      hexed > 0 && at(TOKEN.hexNamed) <= 3 * hexed ? hex : mixed > 0 && at(TOKEN.hexNamed) <= 3 * mixed ? id : NAMED,
    );
    set(TOKEN.named, mixed > 0 && at(TOKEN.named) <= 3 * mixed ? id : NAMED);
    const numbers = at(TOKEN.number) + at(TOKEN.packedDate);
    const number = numbers > 0 && numbers <= 2 * hexed ? hex : numbers > 0 && numbers <= 0.5 * mixed ? id : N;
    set(TOKEN.number, number);
    set(TOKEN.packedDate, number === N && at(TOKEN.packedDate) >= 9 * at(TOKEN.number) ? DATE : number);
    const words = at(TOKEN.word) + at(TOKEN.hexWord);
    const word = mixed > 0 && words <= 3 * mixed ? id : WORD;
    set(TOKEN.word, word);
    set(TOKEN.hexWord, hexed > 0 && at(TOKEN.hexWord) <= hexed ? hex : word);
    set(TOKEN.base64, BASE64);
    set(TOKEN.uuid, UUID);
    set(TOKEN.date, DATE);
    set(TOKEN.bytes, BYTES);
    set(TOKEN.prose, TEXT);
  }
  // Names of people: a few with a digit in them are no ids, and a few ids without one are no words.
  if (byClass[WORD] < 0.1 * byClass[ID]) replace(classes, WORD, ID);
  else if (byClass[ID] < 0.1 * byClass[WORD]) replace(classes, ID, WORD);
  return classes;
}

function replace(classes: Uint8Array, from: number, to: number): void {
  for (let at = 0; at < classes.length; at++) if (classes[at] === from) classes[at] = to;
}
