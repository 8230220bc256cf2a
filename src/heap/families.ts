import type { Attribution } from './attribution.ts';
import type { ClusterRow } from './clusters.ts';

/** All strings of one template. */
export interface Family {
  /** Its place in FamilyTable.rows. */
  readonly id: number;
  /** `session:{uuid}`: what varies stands in braces, everything else is the dump's own text. `{text}` and `{bytes}` hold what is like nothing else. */
  readonly template: string;
  readonly count: number;
  /** Sum of region sizes, as in clusters. */
  readonly bytes: number;
  readonly leakedCount: number;
  readonly leakedBytes: number;
  readonly byVerdict: Readonly<Record<string, { count: number; bytes: number }>>;
  readonly minLength: number;
  readonly maxLength: number;
  /** Ascending ranges of lengths, both ends included; single lengths where there are few. Those of leaked strings by themselves in `leaked`. */
  readonly lengths: readonly LengthCount[];
  /** Payload address of the first and the last member. */
  readonly first: number;
  readonly last: number;
  /** Index of the string that stands for it: the first leaked member, or the first. */
  readonly example: number;
  /** Bytes that a member costs on average. */
  readonly perString: StringCost;
  /** Its members by header and size class; most leaked bytes first, then most bytes. Ids are places in this list. */
  readonly clusters: readonly ClusterRow[];
  /** What its leaked members have in common; only for families with many of the leaked bytes. */
  readonly attribution?: Attribution;
}

export interface LengthCount {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly leaked: number;
}

/** Bytes for each string, on average: its own text, what its region holds besides, and the block that holds it. */
export interface StringCost {
  readonly text: number;
  /** SDS header, NUL, and the EMBSTR's object where it lies in one. */
  readonly header: number;
  /** Left over in the region. */
  readonly slack: number;
  /** The entry, node or object that holds it, where one does. */
  readonly owner: number;
}

/** A family with what must be read from the dump. */
export interface FamilySample extends Family {
  /** The beginning of its example's text, unmasked, printable. */
  readonly sample: string;
}

/** Most leaked bytes first, then most bytes. */
export interface FamilyTable {
  readonly rows: readonly Family[];
  /** Place in `rows`, per string. */
  readonly familyOf: Uint16Array;
}
