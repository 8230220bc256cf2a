import type { Dump } from '../dump/dump.ts';
import type { Cluster, ClusterRow, ClusterTable } from './clusters.ts';
import { escapeText } from './escape-text.ts';
import { type Findings, VERDICTS, type Verdict } from './findings.ts';

const SAMPLES = 5;
const SAMPLE_BYTES = 160;
/** From each place that is tried, so many members on are looked at for a leaked one. */
const LOOK_ON = 64;
const MOST_ROWS = 10_000;

export interface Member {
  /** File offset of the payload. */
  readonly offset: number;
  readonly address: number;
  readonly length: number;
  readonly verdict: Verdict;
  /** The beginning of the text, printable. */
  readonly text: string;
}

/** Rows [first, first + count) of the cluster list, with samples read from the dump. */
export function clusterPage(
  dump: Dump,
  findings: Findings,
  first: number,
  count: number,
): { readonly total: number; readonly clusters: readonly Cluster[] } {
  const table = findings.clusters;
  if (table === undefined) return { total: 0, clusters: [] };
  const rows = table.rows.slice(Math.max(0, first), Math.max(0, first) + Math.min(count, MOST_ROWS));
  return {
    total: table.rows.length,
    clusters: rows.map(row => ({ ...row, samples: samplesOf(dump, findings, table, row) })),
  };
}

/** Members [first, first + count) of one cluster, in address order. No such cluster: no members. */
export function memberPage(
  dump: Dump,
  findings: Findings,
  cluster: number,
  first: number,
  count: number,
): { readonly total: number; readonly members: readonly Member[] } {
  const row = findings.clusters?.rows[cluster];
  if (findings.clusters === undefined || row === undefined) return { total: 0, members: [] };
  const { members, firstMember } = findings.clusters;
  const from = firstMember[cluster] + Math.max(0, first);
  const to = Math.min(from + Math.min(count, MOST_ROWS), firstMember[cluster + 1]);
  const page: Member[] = [];
  for (let at = from; at < to; at++) page.push(memberAt(dump, findings, members[at]));
  return { total: row.count, members: page };
}

function memberAt(dump: Dump, { strings }: Findings, index: number): Member {
  const address = strings.address[index];
  return {
    offset: dump.offsetOf(address) ?? -1,
    address,
    length: strings.length[index],
    verdict: VERDICTS[strings.verdict[index]],
    text: textOf(dump, address, strings.length[index]),
  };
}

/** Texts from members spread over the cluster, leaked ones where there are some; each text once. */
function samplesOf(dump: Dump, findings: Findings, { members, firstMember }: ClusterTable, row: ClusterRow): string[] {
  const { strings } = findings;
  const from = firstMember[row.id];
  const end = firstMember[row.id + 1];
  const samples = new Set<string>();
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = from + Math.floor((row.count * sample) / SAMPLES);
    let at = start;
    while (at < Math.min(start + LOOK_ON, end) && !isLeaked(strings.verdict[members[at]])) at++;
    const index = members[at < end && isLeaked(strings.verdict[members[at]]) ? at : start];
    samples.add(textOf(dump, strings.address[index], strings.length[index]));
  }
  return [...samples];
}

function isLeaked(verdict: number): boolean {
  return VERDICTS[verdict].startsWith('leaked');
}

/** The beginning of a string's text, printable. */
export function textOf(dump: Dump, address: number, length: number): string {
  const bytes = dump.bytes(address, Math.min(length, SAMPLE_BYTES));
  return bytes === undefined ? '' : escapeText(bytes, SAMPLE_BYTES);
}
