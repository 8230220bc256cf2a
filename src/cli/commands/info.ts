import type { DumpSummary } from '../../analysis/api.ts';
import { DumpReader } from '../../analysis/reader.ts';
import type { RangePart } from '../../dump/dump.ts';
import { countText, hexText, sizeText } from '../../dump/size-text.ts';
import { printable } from '../../report/printable.ts';
import { labelled, outputWidth } from '../columns.ts';
import { type DumpChoice, openOptions } from '../options.ts';
import { printJson, printLines } from '../print.ts';

const SAID_BY = { user: 'as given', name: "by the file's name", maps: 'the only mapping of its size' } as const;

/** `hexheap info`: what the file is, from its headers alone. */
export function info(path: string, choice: DumpChoice & { json?: boolean; mask?: boolean }): void {
  const reader = new DumpReader();
  const summary = masked(reader.open(path, openOptions(choice)), choice.mask === true);
  reader.close();
  if (choice.json) printJson(summary);
  else printLines(labelled(described(summary), outputWidth()));
}

/** A process's arguments are text of the dump: a password may be among them. */
function masked(summary: DumpSummary, mask: boolean): DumpSummary {
  if (!mask || summary.process === undefined) return summary;
  return { ...summary, process: { ...summary.process, arguments: '' } };
}

function described(summary: DumpSummary): [string, string][] {
  const { process: owner, segments, ranges = [], server } = summary;
  const mapped = segments.reduce((sum, segment) => sum + segment.end - segment.start, 0);
  const present = segments.reduce((sum, segment) => sum + segment.present, 0);
  const several = ranges.length > 1;
  return [
    ['File', `${summary.path}${several ? ` and ${ranges.length - 1} more` : ''}, ${sizeText(summary.size)}`],
    ['Format', formatText(summary)],
    ...(owner === undefined ? [] : [line('Process', printable(processText(owner)))]),
    ...(server === undefined ? [] : [line('Server', `${server.name} ${server.version}, as you say`)]),
    ['Segments', `${countText(segments.length)}: ${sizeText(mapped)} mapped, ${sizeText(present)} in the file`],
    ...(summary.format === 'raw' ? [] : [line('Threads', countText(summary.threads))]),
    ...ranges.map(range => line(several ? 'Range' : 'Base', several ? rangeText(range) : baseText(range))),
    ...summary.problems.map(({ message }) => line('Problem', message)),
  ];
}

const line = (name: string, text: string): [string, string] => [name, text];

function formatText({ format, machine, ranges = [] }: DumpSummary): string {
  if (format === 'elf-core') return `ELF core of ${machine}`;
  return ranges.length > 1 ? `${countText(ranges.length)} raw ranges of memory` : 'raw range of memory';
}

function processText({ name, pid, arguments: words }: NonNullable<DumpSummary['process']>): string {
  return `${name} (pid ${pid})${words === '' ? '' : `: ${words}`}`;
}

function rangeText(range: RangePart): string {
  return `${range.path}, ${sizeText(range.size)}, base ${baseText(range)}`;
}

function baseText({ base, from }: RangePart): string {
  return base === undefined
    ? 'not known; "analyze" looks for it in the memory itself'
    : `${hexText(base)}, ${SAID_BY[from!]}`;
}
