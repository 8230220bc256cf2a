import { countText, sizeText } from '../dump/size-text.ts';
import { type Amount, type Change, type FamilyChange, leakedIn } from '../heap/family-diff.ts';
import { VERDICTS } from '../heap/findings.ts';
import type { ByVerdict } from './analysis-json.ts';
import { templateShape } from './family-template.ts';

/** Strings and bytes, with every verdict named. */
export interface AmountJson {
  readonly count: number;
  readonly bytes: number;
  readonly byVerdict: ByVerdict;
}

interface ChangeJson {
  readonly before: AmountJson;
  readonly after: AmountJson;
  readonly delta: AmountJson;
}

/** What `diff --json` prints; described by diff.schema.json beside this file. */
export interface DiffJson {
  /** Most leaked bytes more first, then most bytes more; families that did not change are left out. */
  readonly families: readonly (ChangeJson & {
    readonly template: string;
    readonly clusters: readonly (ChangeJson & { readonly header: string; readonly sizeClass: number })[];
  })[];
  /** Neither analysis was cut short, nor lacked memory that verdicts rest on. */
  readonly complete: boolean;
  readonly notes: readonly string[];
  readonly summary: string;
}

/** With `mask` templates keep their shapes only. */
export function diffJson(
  changes: readonly FamilyChange[],
  { complete, notes }: Pick<DiffJson, 'complete' | 'notes'>,
  mask: boolean,
): DiffJson {
  return {
    families: changes.filter(hasChanged).map(family => ({
      template: mask ? templateShape(family.template) : family.template,
      ...changeJson(family),
      clusters: family.clusters.map(cluster => ({
        header: cluster.header,
        sizeClass: cluster.sizeClass,
        ...changeJson(cluster),
      })),
    })),
    complete,
    notes,
    summary: diffSentence(changes, mask),
  };
}

/** In a sentence or two what leaked between the dumps, or else what grew most. */
export function diffSentence(changes: readonly FamilyChange[], mask: boolean): string {
  const more = changes.reduce((sum, { delta }) => sum + leakedIn(delta, 'count'), 0);
  const bytes = changes.reduce((sum, { delta }) => sum + leakedIn(delta, 'bytes'), 0);
  const leaking = changes.filter(({ delta }) => leakedIn(delta, 'bytes') > 0);
  const leaked =
    more > 0
      ? `${countText(more)} more leaked strings, ${sizeText(Math.max(0, bytes))}`
      : more < 0
        ? `${countText(-more)} fewer leaked strings`
        : 'no more leaked strings';
  const first = leaking[0] ?? changes.find(({ delta }) => delta.bytes > 0);
  const head = `Between the two dumps: ${leaked}.`;
  if (first === undefined) return head;
  const name = mask ? templateShape(first.template) : first.template;
  const [count, size] =
    leaking.length > 0
      ? [leakedIn(first.delta, 'count'), leakedIn(first.delta, 'bytes')]
      : [first.delta.count, first.delta.bytes];
  const what = leaking.length > 0 ? 'leaked most' : 'grew most';
  return `${head} The family that ${what} is ${name}: ${countText(count)} more strings, ${sizeText(size)} more.`;
}

function hasChanged({ delta }: Change): boolean {
  return [delta, ...Object.values(delta.byVerdict)].some(({ count, bytes }) => count !== 0 || bytes !== 0);
}

function changeJson({ before, after, delta }: Change): ChangeJson {
  return { before: amountJson(before), after: amountJson(after), delta: amountJson(delta) };
}

function amountJson({ count, bytes, byVerdict }: Amount): AmountJson {
  const every = VERDICTS.map(verdict => [verdict, byVerdict[verdict] ?? { count: 0, bytes: 0 }]);
  return { count, bytes, byVerdict: Object.fromEntries(every) as ByVerdict };
}
