import type { Random } from './random.ts';

interface Family {
  readonly make: (random: Random) => string;
  /** Lengths in characters this family's names are filled up to. */
  readonly lengths: readonly number[];
}

/** Key names of a busy shop: the families and lengths behind the doubled letters HH LL OO TT SS. */
const FAMILIES: readonly Family[] = [
  { make: random => `tx:basket:idx:${random.below(64)}:user:${random.below(1e6)}:`, lengths: [72, 72, 79, 79, 79] },
  { make: random => `photo:meta:v1:${random.below(1000)}:album:`, lengths: [76, 76, 76, 74] },
  { make: random => `warehouse:section:${random.below(400)}:bin:${random.below(1e4)}:`, lengths: [83, 83, 83, 75, 66] },
  { make: random => `lesson:topic:${random.below(9000)}:chapter:${random.below(60)}:`, lengths: [84, 84, 84, 87] },
  { make: random => `shop:{${random.hex(8)}}:stock:reserved:`, lengths: [61, 64, 69, 81] },
];

/** A key name of 61 to 87 characters, unique but for chance. */
export function longKey(random: Random): string {
  const family = random.pick(FAMILIES);
  const name = family.make(random);
  return name + random.hex(random.pick(family.lengths) - name.length);
}

/** A key name of the shorter kinds that every server has. */
export function shortKey(random: Random, number: number): string {
  const kinds = [
    () => `user:${number}`,
    () => `session:${random.hex(32)}`,
    () => `cache:page:/products/${number}?sort=price`,
    () => `counter:{${number % 64}}:hits:${number}`,
    () => `rate:${random.below(256)}.${random.below(256)}.${random.below(256)}.7:${number}`,
  ];
  return random.pick(kinds)();
}

/** Printable text of exactly `length` characters. */
export function prose(random: Random, length: number): string {
  const words = ['order', 'price', 'ready', 'blue', 'shelf', 'invoice', 'north', 'paid', 'table', 'lamp', 'seven'];
  let text = '';
  while (text.length < Math.min(length, 4000)) text += `${random.pick(words)} `;
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}
