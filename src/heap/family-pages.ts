import type { Dump } from '../dump/dump.ts';
import { textOf } from './cluster-pages.ts';
import type { FamilySample } from './families.ts';
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';

/** Rows [first, first + count) of the list of families, each with a text read from the dump. */
export function familyPage(
  dump: Dump,
  { families, strings, ledger }: Findings,
  first: number,
  count: number,
): { readonly total: number; readonly families: readonly FamilySample[]; readonly ledger?: Ledger | undefined } {
  if (families === undefined) return { total: 0, families: [] };
  const rows = families.rows.slice(Math.max(0, first), Math.max(0, first) + count);
  return {
    total: families.rows.length,
    families: rows.map(row => ({
      ...row,
      sample: textOf(dump, strings.address[row.example], strings.length[row.example]),
    })),
    ledger,
  };
}
