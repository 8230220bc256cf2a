import { machine } from '../bench/measure.ts';
import type { Analysed } from './analysed.ts';
import type { BinAgreement } from './bins.ts';
import type { MeasuredDump } from './generated.ts';
import { recall } from './known-texts.ts';
import type { Measured } from './real-server.ts';

const HEAD = [
  'server',
  'allocator',
  'dump',
  'regions in use',
  'strings',
  'live',
  'known live',
  'of them missed',
  'leaked',
  'recall',
  'leaked objects',
  'false leaks',
  'size classes exact',
  'seconds',
] as const;

/** A cell for every column of HEAD. */
export type Row = readonly string[];

const count = (value: number) => value.toLocaleString('en');
const percent = (share: number) => `${(Math.floor(share * 1e5) / 1e3).toFixed(3)} %`;
const exact = ({ exact, total }: BinAgreement) => `${exact}/${total}`;

export function realRow({ analysed, agreement, bins, version }: Measured): Row {
  const { strings, live, known, missedLive, planted, missedLeaks, objects, missedObjects, falseLeaks } = agreement;
  return [
    `${analysed.findings.server?.name ?? 'unknown'} ${version}`,
    allocatorOf(analysed),
    'real',
    count(inUse(analysed)),
    count(strings),
    count(live),
    count(known),
    count(missedLive.length),
    `${count(planted - missedLeaks.length)} of ${count(planted)}`,
    percent(recall(agreement)),
    `${count(objects - missedObjects.length)} of ${count(objects)}`,
    count(falseLeaks.length),
    analysed.findings.regions?.allocator.name === 'glibc' ? `${exact(bins)} (bytes in use)` : exact(bins),
    seconds(analysed),
  ];
}

export function generatedRow(server: string, scenario: string, { analysed, agreement, bins }: MeasuredDump): Row {
  const { strings, live, known, missedLive, planted, missedLeaks, falseLeaks } = agreement;
  const objects = scenario === 'object-leak';
  const found = `${count(planted - missedLeaks.length)} of ${count(planted)}`;
  return [
    server.replace('-', ' ').replace(/-.*/, ''),
    allocatorOf(analysed),
    `generated, ${scenario}`,
    count(inUse(analysed)),
    count(strings),
    count(live),
    count(known),
    count(missedLive.length),
    objects || planted === 0 ? '-' : found,
    planted === 0 ? '-' : percent((planted - missedLeaks.length) / planted),
    objects ? found : '-',
    count(falseLeaks.length),
    exact(bins),
    seconds(analysed),
  ];
}

function allocatorOf({ findings }: Analysed): string {
  const { name, version, quantum, prefix } = findings.regions!.allocator;
  if (name === 'glibc') return prefix > 0 ? `glibc, ${prefix}-byte prefix` : 'glibc';
  return `${name} ${version}, quantum ${quantum}`;
}

function inUse({ findings }: Analysed): number {
  return findings.regions!.bins.reduce((sum, bin) => sum + bin.live - bin.cached, 0);
}

const seconds = ({ summary }: Analysed) => (summary.milliseconds / 1000).toFixed(1);

/** The whole document. `absent`: servers that could not be had, with the reason. */
export function report(rows: readonly Row[], absent: readonly string[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const places = HEAD.map((_, column) => (column < 3 ? '---' : '--:'));
  const missing = absent.length === 0 ? '' : `\nNot measured, because not to be had: ${absent.join('; ')}.\n`;
  return `# Accuracy

Made by \`npm run accuracy\` on ${machine()}.

${[HEAD, places, ...rows].map(line).join('\n')}
${missing}
${LEGEND}`;
}

const LEGEND = `## What the columns say

- A **real** dump is a core that gdb took of a running server, filled with keys of all types, with 30 % of the string keys deleted
  again. Nothing of it is known to the analysis: no symbols, no debugging information, no name of the server. A **generated** one is laid out by the project's
  own generator from what the C headers say, for servers that no package offers; it shows that the layouts agree, not that such a server was run.
- **known live**: keys, values, fields and members that the server holds as strings of their own and that the test knows; **missed** are those not found
  as a live string with that text. In a generated dump every string is known, by its address.
- **leaked**: strings leaked with \`DEBUG LEAK\` and shown as leaked; **recall** is their share. **False leaks** are strings shown as leaked that nobody leaked.
- **leaked objects**: values whose reference count was raised by one before their key was deleted, as a forgotten \`decrRefCount\` does. One counts as found when every
  string it holds is shown as leaked. In generated dumps the strings held by such objects are counted.
- **size classes exact**: classes whose number of live regions is exactly what the allocator's own statistics say at the moment of the core
  (libc's malloc keeps no such numbers: there it is its bytes in use). Large allocations of jemalloc 5.3.1, which are whole pages, count in the class above.
- **seconds**: opening, recovering the allocator, every verdict and all clusters.

## What is not found

- A leaked string that a stale word still points at exactly, in memory that is in use itself (slack of reused blocks, old arrays): it counts as live.
  With libc's malloc, which leaves more of such words behind, this is a little more frequent.
- A leaked object is kept alive, with all it holds, by any word that points into one of its parts, because what it is cannot be certain. The larger
  the object, the likelier such a word: one to a node of a sorted set keeps all of its nodes.
- Fields of hashes longer than 31 bytes in Redis 7.4 and later are no SDS (they have a header of their own, \`mstr\`) and are not listed as strings.
- KeyDB keeps short values where the pointer of other servers' objects is. Where no entry holds them they cannot be told from
  other memory: those of leaked objects and of clients' arguments are missed.
`;
