import type { Dump } from '../dump/dump.ts';
import { type StringColumns, VERDICTS } from './findings.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { PairTable } from './pair-table.ts';
import { type SampleColumns, TemplateSample } from './template-sample.ts';
import { TemplateTexts } from './template-texts.ts';
import { type Group, TemplateTree } from './template-tree.ts';

/** Leaked strings, and others, that templates are learnt from. */
const MOST_SAMPLES = 1 << 17;
/** Skeletons whose templates are learnt: so many with the most leaked strings, and as many with the most strings. */
const SKELETONS = 128;
/** The same for texts of which only the beginning has a template. */
const SHORT_SKELETONS = 24;
const BATCH = 1 << 14;

const isLeaked = VERDICTS.map(verdict => verdict.startsWith('leaked'));

/** Learns the templates of a dump's strings from a sample of them, in which the leaked ones are many. Throws Cancelled. */
export function learnTemplates(dump: Dump, strings: StringColumns, hooks: AnalysisHooks): TemplateTree {
  const full = new Groups(false);
  const short = new Groups(true);
  const sample = takeSample(dump, strings, full, short, hooks);
  const columns = sample.columns();
  const tree = new TemplateTree();
  const learnt = new Uint8Array(sample.count);
  for (const group of full.largest(columns, SKELETONS, () => true)) {
    tree.learn(columns, group, strings.count);
    for (const one of group.samples) learnt[one] = 1;
  }
  for (const group of short.largest(columns, SHORT_SKELETONS, one => learnt[one] === 0))
    tree.learn(columns, group, strings.count);
  return tree;
}

function takeSample(
  dump: Dump,
  strings: StringColumns,
  full: Groups,
  short: Groups,
  hooks: AnalysisHooks,
): TemplateSample {
  const { count, verdict } = strings;
  let leaks = 0;
  for (let index = 0; index < count; index++) if (isLeaked[verdict[index]]) leaks++;
  const everyLeak = Math.max(1, Math.ceil(leaks / MOST_SAMPLES));
  const everyOther = Math.max(1, Math.ceil((count - leaks) / MOST_SAMPLES));
  const texts = new TemplateTexts(dump, strings);
  const sample = new TemplateSample();
  for (let index = 0; index < count; index++) {
    if (index % BATCH === 0) step(hooks, index / count);
    const leaked = isLeaked[verdict[index]];
    const every = leaked ? everyLeak : everyOther;
    // Strings that were made in turns lie in turns: a fixed stride would see the same ones only.
    if (every > 1 && scattered(index) % every !== 0) continue;
    const tokens = texts.read(index);
    const number = sample.add(tokens, index, every, leaked);
    full.add(number, tokens.skeletonLow, tokens.skeletonHigh, tokens.count);
    if (tokens.shortEnd > 0) short.add(number, tokens.shortLow, tokens.shortHigh, 1);
  }
  return sample;
}

function scattered(index: number): number {
  let mixed = Math.imul(index ^ (index >>> 15), 0x2c1b_3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a_2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Samples by skeleton. */
class Groups {
  readonly #short: boolean;
  readonly #numbers = new PairTable();
  readonly #groups: { low: number; high: number; places: number; samples: number[] }[] = [];

  constructor(short: boolean) {
    this.#short = short;
  }

  add(sample: number, low: number, high: number, places: number): void {
    let number = this.#numbers.get(low, high);
    if (number < 0) {
      number = this.#groups.push({ low, high, places, samples: [] }) - 1;
      this.#numbers.set(low, high, number);
    }
    this.#groups[number].samples.push(sample);
  }

  /** The `most` groups with the most leaked strings and the `most` with the most strings, of samples that are wanted. */
  largest({ weight, leaked }: SampleColumns, most: number, wanted: (sample: number) => boolean): Group[] {
    const sized = this.#groups.map(({ low, high, places, samples }) => {
      const kept = Uint32Array.from(samples.filter(wanted));
      const total = kept.reduce((sum, sample) => sum + weight[sample], 0);
      const leaks = kept.reduce((sum, sample) => sum + leaked[sample] * weight[sample], 0);
      return { group: { low, high, places, samples: kept, short: this.#short }, total, leaks };
    });
    const some = sized.filter(({ group }) => group.samples.length > 0);
    const chosen = new Set(
      some
        .filter(({ leaks }) => leaks > 0)
        .sort((a, b) => b.leaks - a.leaks)
        .slice(0, most),
    );
    for (const one of some.sort((a, b) => b.total - a.total).slice(0, most)) chosen.add(one);
    return [...chosen].map(({ group }) => group);
  }
}
