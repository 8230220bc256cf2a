import type { Dump } from '../dump/dump.ts';
import { sdsRequest } from '../layout/sds.ts';
import { type StringColumns, VERDICTS } from './findings.ts';
import { type AnalysisHooks, partOf, step } from './hooks.ts';
import { learnTemplates } from './learn-templates.ts';
import { ANY_BYTES, ANY_TEXT, templateText } from './template-text.ts';
import { TemplateTexts } from './template-texts.ts';
import { TOKEN } from './template-tokens.ts';
import type { TemplateTree } from './template-tree.ts';

/** Templates that are told apart; the strings of all others are `{text}` and `{bytes}`. */
export const MOST_TEMPLATES = 200;
const BATCH = 1 << 14;
const isLeaked = VERDICTS.map(verdict => verdict.startsWith('leaked'));

/** Every string's template. */
export interface StringTemplates {
  readonly texts: readonly string[];
  /** Index into `texts`, per string. */
  readonly of: Uint16Array;
}

/** Templates with their texts: what one dump taught. */
interface Learnt {
  readonly tree: TemplateTree;
  readonly names: readonly string[];
  /** Index into `names`, per leaf. */
  readonly nameOf: Uint16Array;
}

/** Keeps the templates of the first dump that is filed with it: those after it are filed under the same ones where they fit, so that they can be compared. */
export class TemplateMemory {
  learnt: Learnt | undefined;
}

/**
 * Learns the templates of a dump's strings and files each string under one, of those in `memory` before its own. Two passes over
 * the text. Throws Cancelled.
 */
export function fileTemplates(
  dump: Dump,
  strings: StringColumns,
  hooks: AnalysisHooks,
  memory = new TemplateMemory(),
): StringTemplates {
  const tree = learnTemplates(dump, strings, partOf(hooks, 0, 0.3));
  const own = namesOf(dump, strings, tree);
  const known = memory.learnt;
  memory.learnt ??= { tree, ...own };
  const names = [...new Set([...own.names, ...(known?.names ?? [])])];
  const placeOf = new Map(names.map((name, place) => [name, place]));
  const knownNames = Uint16Array.from(known?.nameOf ?? [], name => placeOf.get(known!.names[name])!);
  const of = new Uint16Array(strings.count);
  const sizes = names.map(() => ({ leaked: 0, bytes: 0 }));
  const texts = new TemplateTexts(dump, strings);
  const [anyText, anyBytes] = [names.indexOf(ANY_TEXT), names.indexOf(ANY_BYTES)];
  const filing = partOf(hooks, 0.3, 1);
  for (let index = 0; index < strings.count; index++) {
    if (index % BATCH === 0) step(filing, index / strings.count);
    const tokens = texts.read(index);
    const familiar = known === undefined ? -1 : known.tree.find(tokens);
    const leaf = familiar >= 0 ? -1 : tree.find(tokens);
    const binary = tokens.count > 0 && tokens.kind[tokens.count - 1] === TOKEN.bytes;
    const name = familiar >= 0 ? knownNames[familiar] : leaf >= 0 ? own.nameOf[leaf] : binary ? anyBytes : anyText;
    of[index] = name;
    const bytes = sdsRequest(strings.header[index], strings.alloc[index]);
    sizes[name].bytes += bytes;
    if (isLeaked[strings.verdict[index]]) sizes[name].leaked += bytes;
  }
  return keepMost(names, sizes, of);
}

/** The distinct texts of the tree's leaves, the catch-alls among them. */
function namesOf(
  dump: Dump,
  strings: StringColumns,
  { leaves }: TemplateTree,
): { names: string[]; nameOf: Uint16Array } {
  const texts = new TemplateTexts(dump, strings);
  const numbers = new Map([
    [ANY_TEXT, 0],
    [ANY_BYTES, 1],
  ]);
  const nameOf = new Uint16Array(leaves.length);
  for (const [at, leaf] of leaves.entries()) {
    const name = templateText(texts.bytes(leaf.string), strings.length[leaf.string], leaf);
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    nameOf[at] = numbers.get(name)!;
  }
  return { names: [...numbers.keys()], nameOf };
}

/** Leaves the templates with the most leaked bytes and the most bytes; the strings of the others go to the catch-alls. */
function keepMost(
  names: readonly string[],
  sizes: readonly { leaked: number; bytes: number }[],
  of: Uint16Array,
): StringTemplates {
  const used = names.map((_, name) => name).filter(name => sizes[name].bytes > 0);
  const most = MOST_TEMPLATES - 2;
  const kept = new Set(
    [...used].sort((a, b) => sizes[b].leaked - sizes[a].leaked || sizes[b].bytes - sizes[a].bytes).slice(0, most),
  );
  const texts = [ANY_TEXT, ANY_BYTES];
  const placeOf = new Uint16Array(names.length);
  for (const name of used) {
    const catchAll = name < 2 ? name : names[name].includes(ANY_BYTES) ? 1 : 0;
    placeOf[name] = name >= 2 && kept.has(name) ? texts.push(names[name]) - 1 : catchAll;
  }
  for (let index = 0; index < of.length; index++) of[index] = placeOf[of[index]];
  return { texts, of };
}
