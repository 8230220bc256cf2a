import { type Annotation, compareAnnotations } from './annotation.ts';
import { formatSidecar } from './sidecar-format.ts';

/**
 * Brings two lists together that both grew out of `base`: ours, edited here, and theirs, written by someone else since.
 * What either side added or changed stays; what one side removed goes, unless the other changed it. Where both changed
 * one annotation, ours wins.
 */
export function mergeAnnotations(
  base: readonly Annotation[],
  ours: readonly Annotation[],
  theirs: readonly Annotation[],
): Annotation[] {
  const before = byId(base);
  const here = byId(ours);
  const there = byId(theirs);
  const merged: Annotation[] = [];
  for (const id of new Set([...here.keys(), ...there.keys()])) {
    const [was, our, their] = [before.get(id), here.get(id), there.get(id)];
    if (our !== undefined && their !== undefined) merged.push(same(our, was) ? their : our);
    else if (our !== undefined && !same(our, was)) merged.push(our);
    else if (their !== undefined && !same(their, was)) merged.push(their);
  }
  return merged.sort(compareAnnotations);
}

function byId(list: readonly Annotation[]): Map<string, Annotation> {
  return new Map(list.map(each => [each.id, each]));
}

function same(a: Annotation, b: Annotation | undefined): boolean {
  return b !== undefined && formatSidecar([a]) === formatSidecar([b]);
}
