import type { ClusterRow } from '../heap/clusters.ts';
import type { FamilySample } from '../heap/families.ts';
import { VERDICTS } from '../heap/findings.ts';
import type { ByVerdict } from './analysis-json.ts';
import { type AttributionJson, attributionJson } from './attribution-json.ts';
import { templateShape } from './family-template.ts';
import { shapeOf } from './redaction.ts';

/** One family in what `analyze --json` prints. */
export interface FamilyJson {
  readonly template: string;
  readonly count: number;
  readonly bytes: number;
  readonly byVerdict: ByVerdict;
  readonly lengths: readonly [minimum: number, maximum: number];
  readonly histogram: readonly { from: number; to: number; count: number; leaked: number }[];
  readonly clusters: readonly FamilyClusterJson[];
  /** Payload addresses of the first and the last member. */
  readonly first: string;
  readonly last: string;
  readonly sample: string;
  /** Null where nothing leaked, or too little. */
  readonly attribution: AttributionJson | null;
  readonly perString: {
    readonly text: number;
    readonly header: number;
    readonly slack: number;
    readonly owner: number;
  };
}

export interface FamilyClusterJson {
  readonly header: string;
  readonly sizeClass: number;
  readonly count: number;
  readonly bytes: number;
  readonly byVerdict: ByVerdict;
  readonly lengths: readonly [minimum: number, maximum: number];
  readonly stride: number;
  readonly fill: number;
  readonly first: string;
}

/** With `mask` templates and the sample keep their shapes only. `templates` are those of all families. */
export function familyJson(family: FamilySample, templates: readonly string[], mask: boolean): FamilyJson {
  return {
    template: mask ? templateShape(family.template) : family.template,
    count: family.count,
    bytes: family.bytes,
    byVerdict: everyVerdict(family.byVerdict),
    lengths: [family.minLength, family.maxLength],
    histogram: family.lengths,
    clusters: family.clusters.map(clusterJson),
    first: `0x${family.first.toString(16)}`,
    last: `0x${family.last.toString(16)}`,
    sample: mask ? shapeOf(family.sample) : family.sample,
    perString: family.perString,
    attribution: family.attribution === undefined ? null : attributionJson(family.attribution, templates, mask),
  };
}

function clusterJson({
  header,
  sizeClass,
  count,
  bytes,
  byVerdict,
  minLength,
  maxLength,
  stride,
  fill,
  first,
}: ClusterRow): FamilyClusterJson {
  return {
    header,
    sizeClass,
    count,
    bytes,
    byVerdict: everyVerdict(byVerdict),
    lengths: [minLength, maxLength],
    stride,
    fill,
    first: `0x${first.toString(16)}`,
  };
}

/** The same with every verdict named. */
export function everyVerdict(byVerdict: ClusterRow['byVerdict']): ByVerdict {
  return Object.fromEntries(
    VERDICTS.map(verdict => [verdict, byVerdict[verdict] ?? { count: 0, bytes: 0 }]),
  ) as ByVerdict;
}
