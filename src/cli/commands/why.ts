import { slabAt } from '../../allocator/regions.ts';
import { CachedDump } from '../../dump/cached-dump.ts';
import { DumpError } from '../../dump/dump.ts';
import { openDumpFiles } from '../../dump/open-files.ts';
import { countText, hexText, sizeText } from '../../dump/size-text.ts';
import { type Findings, HEADERS, REGION_KINDS, type RegionKind, VERDICTS, type Verdict } from '../../heap/findings.ts';
import { findReferencesTo, type ReferenceTo } from '../../heap/references-to.ts';
import { graphForPaths, type Path, whyAlive } from '../../heap/why.ts';
import { printable, shortened } from '../../report/printable.ts';
import { shapeOf } from '../../report/redaction.ts';
import { labelled, outputWidth, tableLines, wrapped } from '../columns.ts';
import { type Analysed, analyseDump } from '../engine.ts';
import type { DumpChoice } from '../options.ts';
import { printJson, printLines } from '../print.ts';
import { ProgressBar } from '../progress-bar.ts';

const MOST_REFERENCES = 1000;
const PRINTED_REFERENCES = 20;
const MOST_TEXT = 60;

interface Answer {
  readonly address: number;
  readonly region: { readonly start: number; readonly size: number; readonly kind: RegionKind };
  readonly verdict: Verdict;
  /** The strings that lie in the region. */
  readonly strings: readonly { header: string; address: number; len: number; text: string }[];
  /** From a root to the region; null where nothing that is alive leads there. */
  readonly path: Path | null;
  readonly references: readonly ReferenceTo[];
}

/** `hexheap why`: the way from a root to the region that holds an address, and every word that points into it. */
export function why(path: string, place: string, choice: DumpChoice & { json?: boolean; mask?: boolean }): void {
  const analysed = analyseDump(path, choice);
  const { source, dump } = openDumpFiles(path, analysed.options);
  try {
    const { address } = analysed.reader.goTo(place, 0);
    if (address === undefined)
      throw new DumpError(`${place} is a part of the file that has no address in the process.`);
    const answer = masked(answerOf(new CachedDump(dump), analysed, address), choice.mask === true);
    if (choice.json) printJson(json(answer));
    else printLines(described(answer, outputWidth()));
  } finally {
    source.close();
    analysed.reader.close();
  }
}

function answerOf(dump: CachedDump, { findings }: Analysed, address: number): Answer {
  const { regions, server } = findings;
  if (regions === undefined || server === undefined) {
    throw new DumpError('No allocator was recovered from this dump, so that nothing can be said of who points where.');
  }
  if (slabAt(regions.slabs, address) < 0) {
    throw new DumpError(
      `${hexText(address)} is in no region of the heap: only allocated memory has a reason to be alive.`,
    );
  }
  const bar = new ProgressBar();
  const hooks = (message: string, from: number, to: number) => ({
    progress: (share: number) => bar.show({ stage: 'mark', share: from + share * (to - from), message }),
    cancelled: () => false,
  });
  try {
    const graph = graphForPaths(dump, regions, server, hooks('Reading the heap', 0, 0.7));
    const way = whyAlive(dump, regions, graph, address, hooks('Looking for a way from a root', 0.7, 0.8));
    const look = hooks('Looking for words that point there', 0.8, 1);
    const references = findReferencesTo(dump, regions, findings, address, MOST_REFERENCES, look);
    return { ...regionOf(dump, findings, address), address, path: way ?? null, references };
  } finally {
    bar.end();
  }
}

function regionOf(
  dump: CachedDump,
  findings: Findings,
  address: number,
): Pick<Answer, 'region' | 'verdict' | 'strings'> {
  const { slabs } = findings.regions!;
  const slab = slabAt(slabs, address);
  const size = slabs.regionSize[slab];
  const number = Math.floor((address - slabs.base[slab]) / size);
  const start = slabs.base[slab] + number * size;
  const id = slabs.firstRegion[slab] + number;
  const strings: Answer['strings'][number][] = [];
  const columns = findings.strings;
  for (let index = 0; index < columns.count; index++) {
    const at = columns.address[index];
    if (at < start || at >= start + size) continue;
    const length = columns.length[index];
    const bytes = dump.bytes(at, Math.min(length, MOST_TEXT * 4)) ?? new Uint8Array(0);
    const text = shortened(printable(new TextDecoder().decode(bytes)), MOST_TEXT);
    strings.push({ header: HEADERS[columns.header[index]], address: at, len: length, text });
  }
  return {
    region: { start, size, kind: REGION_KINDS[findings.regionKind[id]] },
    verdict: VERDICTS[findings.regionVerdict[id]],
    strings,
  };
}

function masked(answer: Answer, mask: boolean): Answer {
  if (!mask) return answer;
  return { ...answer, strings: answer.strings.map(string => ({ ...string, text: shapeOf(string.text) })) };
}

function json({ address, region, verdict, strings, path, references }: Answer): unknown {
  const hex = (value: number | undefined) => (value === undefined ? null : hexText(value));
  return {
    address: hex(address),
    region: { start: hex(region.start), size: region.size, kind: region.kind },
    verdict,
    strings: strings.map(string => ({ ...string, address: hex(string.address) })),
    path: path && {
      exact: path.exact,
      steps: path.steps.map(step => ({ ...step, word: hex(step.word), region: hex(step.region) })),
    },
    references: references.map(({ word, holder, ...rest }) => ({ word: hex(word), ...rest, holder: holder ?? null })),
  };
}

function described({ address, region, verdict, strings, path, references }: Answer, width: number): string[] {
  const about: [string, string][] = [
    ['Address', hexText(address)],
    ['Region', `${hexText(region.start)}, ${sizeText(region.size)}, ${region.kind}`],
    ...strings.map(({ header, len, text }): [string, string] => [
      'String',
      `${header}, length ${countText(len)}: "${text}"`,
    ]),
    ['Verdict', verdict],
  ];
  return [...labelled(about, width), '', ...wayLines(path, width), '', ...referenceLines(references, width)];
}

function wayLines(path: Path | null, width: number): string[] {
  if (path === null) return wrapped('Nothing that is alive leads to it.', width);
  const title = path.exact
    ? 'It is alive because this way leads to it from a root:'
    : 'Only words that point into it, but not at its start or text, lead to it:';
  return [
    title,
    ...path.steps.map(({ word, memory, region, regionSize, kind, offset }, index) => {
      const what = region === undefined ? memory : `${kind} at ${hexText(region)}, ${sizeText(regionSize!)}`;
      const at = word === undefined ? '' : `, word at ${hexText(word)}`;
      const to =
        index === path.steps.length - 1 ? '' : `${at} points at ${offset === 0 ? 'the start' : `+${offset}`} of`;
      return `  ${index + 1}. ${what}${to}`;
    }),
  ];
}

function referenceLines(references: readonly ReferenceTo[], width: number): string[] {
  if (references.length === 0) return ['No word in the dump points at it.'];
  const shown = references.slice(0, PRINTED_REFERENCES);
  const number = `${references.length === MOST_REFERENCES ? 'At least ' : ''}${countText(references.length)}`;
  const words = references.length === 1 ? 'word points' : 'words point';
  const more = shown.length < references.length ? `, the first ${shown.length}` : '';
  return [
    `${number} ${words} into it${more}:`,
    ...tableLines(
      [
        { title: 'WORD AT', align: 'left' },
        { title: 'TO', align: 'right' },
        { title: 'EXACT', align: 'left' },
        { title: 'LIES IN', align: 'left' },
      ],
      shown.map(({ word, offset, exact, description, holder }) => [
        word === undefined ? 'register' : hexText(word),
        offset === 0 ? 'start' : `+${offset}`,
        exact ? 'yes' : 'no',
        holder === undefined ? description : `${description} (${holder.kind}, ${holder.verdict})`,
      ]),
      width,
    ),
  ];
}
