import type { Attribution } from '../attribution.ts';
import type { Family } from '../families.ts';
import type { ServerIdentity } from '../findings.ts';

/** What a rule may look at: a leaking family and what its leaked members have in common. */
export interface Facts extends Omit<Attribution, 'origins'> {
  readonly family: Family;
  readonly server: ServerIdentity | undefined;
}

/** What a rule makes of the facts. */
export interface Weighed {
  /** 0…1: how well they fit this origin. */
  readonly score: number;
  /** Sentences with numbers, for it and against it; none quotes the dump's text. */
  readonly evidence: readonly string[];
  readonly counter: readonly string[];
}

/** One way in which strings leak. A rule lives in a file of its own and is listed in origins.ts. */
export interface Rule {
  /** Stable, for programs: "key-copies". */
  readonly name: string;
  /** Undefined where the facts have nothing to do with it. */
  weigh(facts: Facts): Weighed | undefined;
}

/** "1,234 of 20,000 (6.2 %)". */
export function partOf(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  const shown =
    percent > 0 && percent < 0.1
      ? '< 0.1'
      : percent < 100 && percent > 99.9
        ? '> 99.9'
        : String(Math.round(percent * 10) / 10);
  return `${part.toLocaleString('en-US')} of ${whole.toLocaleString('en-US')} (${shown} %)`;
}
