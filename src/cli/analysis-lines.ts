import type { AnalysisSummary, ClusterPage, FamilyPage } from '../analysis/api.ts';
import { countText, sizeText } from '../dump/size-text.ts';
import type { Cluster } from '../heap/clusters.ts';
import type { FamilySample } from '../heap/families.ts';
import { VERDICTS, type Verdict } from '../heap/findings.ts';
import type { Ledger } from '../heap/ledger.ts';
import { familySentence } from '../report/family-sentence.ts';
import { templateShape } from '../report/family-template.ts';
import { originSentence, originTitle } from '../report/origin-lines.ts';
import { printable } from '../report/printable.ts';
import { shapeOf } from '../report/redaction.ts';
import { type Column, labelled, tableLines, wrapped } from './columns.ts';

/** Together they are what the words "leaked" and "no leak" mean in counts and exit codes. */
export const LEAKED: readonly Verdict[] = ['leaked', 'leaked-indirect', 'leaked-weak'];

const VERDICT_COLUMNS: readonly Column[] = [
  { title: 'VERDICT', align: 'left' },
  { title: 'STRINGS', align: 'right' },
  { title: 'SIZE', align: 'right' },
];

const PRINTED_ORIGINS = 2;

const LEDGER_COLUMNS: readonly Column[] = [
  { title: 'SIZE', align: 'right' },
  { title: 'WHAT', align: 'left' },
];

const FAMILY_COLUMNS: readonly Column[] = [
  { title: 'STRINGS', align: 'right' },
  { title: 'LEAKED', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'LENGTH', align: 'right' },
  { title: 'TEMPLATE', align: 'left' },
];

const CLUSTER_COLUMNS: readonly Column[] = [
  { title: 'HEADER', align: 'left' },
  { title: 'CLASS', align: 'right' },
  { title: 'COUNT', align: 'right' },
  { title: 'LEAKED', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'LENGTH', align: 'right' },
  { title: 'FILLED', align: 'right' },
  { title: 'SAMPLE', align: 'left' },
];

/** What `analyze` prints for people: the sentence, the server, the verdicts, the families, the clusters, the notes. */
export function analysisLines(
  summary: AnalysisSummary,
  { total: familyTotal, families, ledger }: FamilyPage,
  { total, clusters }: ClusterPage,
  masked: boolean,
  width: number,
): string[] {
  const { server, allocator, byVerdict, notes } = summary;
  const about: (readonly [string, string])[] = [
    ...(server === undefined ? [] : [['Server', `${server.name} ${server.version}`] as const]),
    ['Allocator', allocator === undefined ? 'not recovered' : allocatorText(allocator)],
    ...notes.map(note => ['Note', note] as const),
  ];
  const verdicts = VERDICTS.filter(verdict => byVerdict[verdict].count > 0);
  const sentence = familySentence(families, masked);
  return [
    ...wrapped(sentence === '' ? summary.summary : `${summary.summary} ${sentence}`, width),
    '',
    ...labelled(about, width),
    ...(verdicts.length === 0 ? [] : ['', ...tableLines(VERDICT_COLUMNS, verdicts.map(row), width)]),
    ...(familyTotal === 0
      ? []
      : [
          '',
          ...wrapped(
            `Families of strings, the most leaked bytes first (${shownOf(families.length, familyTotal)}):`,
            width,
          ),
          ...tableLines(
            FAMILY_COLUMNS,
            families.map(family => familyRow(family, masked)),
            width,
          ),
        ]),
    ...originLines(families, width),
    ...ledgerLines(ledger, width),
    ...(total === 0
      ? []
      : [
          '',
          ...wrapped(
            `Clusters of repeated allocations, the most leaked bytes first (${shownOf(clusters.length, total)}):`,
            width,
          ),
          ...tableLines(
            CLUSTER_COLUMNS,
            clusters.map(cluster => clusterRow(cluster, masked)),
            width,
          ),
        ]),
  ];

  function row(verdict: Verdict): string[] {
    const { count, bytes } = byVerdict[verdict];
    return [verdict, countText(count), sizeText(bytes)];
  }
}

function shownOf(shown: number, total: number): string {
  return shown < total ? `the first ${shown} of ${countText(total)}` : `${countText(total)} in all`;
}

function allocatorText({ name, version, quantum }: NonNullable<AnalysisSummary['allocator']>): string {
  return [name, version].filter(part => part !== '').join(' ') + (name === 'jemalloc' ? `, quantum ${quantum}` : '');
}

/** What speaks for and against the likeliest origins of the first leaking family. */
function originLines(families: readonly FamilySample[], width: number): string[] {
  const origins = families[0]?.attribution?.origins.slice(0, PRINTED_ORIGINS) ?? [];
  if (origins.length === 0) return [];
  return [
    '',
    ...wrapped(originSentence(families), width),
    ...origins.flatMap(origin => [
      ...wrapped(`${originTitle(origin)} (score ${origin.score.toFixed(2)}):`, width),
      ...labelled(
        [...origin.evidence.map(text => ['  +', text] as const), ...origin.counter.map(text => ['  -', text] as const)],
        width,
      ),
    ]),
  ];
}

function ledgerLines(ledger: Ledger | undefined, width: number): string[] {
  if (ledger === undefined) return [];
  const rows = ledger.lines.map(({ name, bytes }) => [sizeText(bytes), name]);
  return ['', `The allocator holds ${sizeText(ledger.total)}:`, ...tableLines(LEDGER_COLUMNS, rows, width)];
}

function familyRow(
  { template, count, leakedCount, bytes, minLength, maxLength }: FamilySample,
  masked: boolean,
): string[] {
  return [
    countText(count),
    countText(leakedCount),
    sizeText(bytes),
    lengthText(minLength, maxLength),
    printable(masked ? templateShape(template) : template),
  ];
}

function lengthText(least: number, most: number): string {
  return least === most ? countText(least) : `${countText(least)}-${countText(most)}`;
}

function clusterRow(cluster: Cluster, masked: boolean): string[] {
  const { header, sizeClass, count, bytes, minLength, maxLength, fill, byVerdict, samples } = cluster;
  const leaked = LEAKED.reduce((sum, verdict) => sum + (byVerdict[verdict]?.count ?? 0), 0);
  const [sample = ''] = samples;
  return [
    header,
    sizeClass === 0 ? '' : countText(sizeClass),
    countText(count),
    countText(leaked),
    sizeText(bytes),
    lengthText(minLength, maxLength),
    `${Math.round(fill * 100)} %`,
    printable(masked ? shapeOf(sample) : sample),
  ];
}
