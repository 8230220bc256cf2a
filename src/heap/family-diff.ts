import type { ClusterRow } from './clusters.ts';
import type { Family } from './families.ts';
import { VERDICTS } from './findings.ts';

/** Strings and bytes, in all and by verdict (those that none has are left out). In a difference they may be negative. */
export interface Amount {
  readonly count: number;
  readonly bytes: number;
  readonly byVerdict: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;
}

/** The same strings in two dumps. */
export interface Change {
  readonly before: Amount;
  readonly after: Amount;
  /** After minus before. */
  readonly delta: Amount;
}

export interface FamilyChange extends Change {
  readonly template: string;
  /** By header and size class; what grew most first. */
  readonly clusters: readonly (Change & { readonly header: string; readonly sizeClass: number })[];
}

const NOTHING: Amount = { count: 0, bytes: 0, byVerdict: {} };
const LEAKED = VERDICTS.filter(verdict => verdict.startsWith('leaked'));

/** What grew, shrank, came and went: families by their templates, clusters by header and size class. Most leaked bytes more first, then most bytes more. */
export function diffFamilies(before: readonly Family[], after: readonly Family[]): FamilyChange[] {
  const earlier = new Map(before.map(family => [family.template, family]));
  const later = new Map(after.map(family => [family.template, family]));
  const templates = new Set([...later.keys(), ...earlier.keys()]);
  return [...templates]
    .map(template => {
      const [from, to] = [earlier.get(template), later.get(template)];
      return { template, ...change(from, to), clusters: clusterChanges(from?.clusters ?? [], to?.clusters ?? []) };
    })
    .sort(byGrowth);
}

function clusterChanges(before: readonly ClusterRow[], after: readonly ClusterRow[]): FamilyChange['clusters'] {
  const name = ({ header, sizeClass }: ClusterRow) => `${header} ${sizeClass}`;
  const earlier = new Map(before.map(row => [name(row), row]));
  const later = new Map(after.map(row => [name(row), row]));
  return [...new Set([...later.keys(), ...earlier.keys()])]
    .map(key => {
      const [from, to] = [earlier.get(key), later.get(key)];
      const { header, sizeClass } = (to ?? from)!;
      return { header, sizeClass, ...change(from, to) };
    })
    .sort(byGrowth);
}

function change(from: Amount | undefined, to: Amount | undefined): Change {
  const before = from === undefined ? NOTHING : amount(from);
  const after = to === undefined ? NOTHING : amount(to);
  const byVerdict: Record<string, { count: number; bytes: number }> = {};
  for (const verdict of VERDICTS) {
    const [earlier, later] = [before.byVerdict[verdict], after.byVerdict[verdict]];
    const count = (later?.count ?? 0) - (earlier?.count ?? 0);
    const bytes = (later?.bytes ?? 0) - (earlier?.bytes ?? 0);
    if (earlier !== undefined || later !== undefined) byVerdict[verdict] = { count, bytes };
  }
  return { before, after, delta: { count: after.count - before.count, bytes: after.bytes - before.bytes, byVerdict } };
}

function amount({ count, bytes, byVerdict }: Amount): Amount {
  return { count, bytes, byVerdict };
}

/** Strings, or bytes, that leaked in any of the three ways. */
export function leakedIn({ byVerdict }: Amount, what: 'count' | 'bytes'): number {
  return LEAKED.reduce((sum, verdict) => sum + (byVerdict[verdict]?.[what] ?? 0), 0);
}

function byGrowth(a: Change, b: Change): number {
  return leakedIn(b.delta, 'bytes') - leakedIn(a.delta, 'bytes') || b.delta.bytes - a.delta.bytes;
}
