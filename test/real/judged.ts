import { recoverAllocator } from '../../src/allocator/recover.ts';
import type { RegionTable } from '../../src/allocator/regions.ts';
import type { Dump } from '../../src/dump/dump.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { type Findings, VERDICTS, type Verdict } from '../../src/heap/findings.ts';
import type { KnownData } from './fill.ts';

/** A core, judged, with the verdicts of every text in it. */
export interface Judged {
  readonly dump: Dump;
  readonly regions: RegionTable;
  readonly findings: Findings;
  /** Verdicts of all strings with this text (latin1), in address order. */
  verdictsOf(text: string): readonly Verdict[];
  /** Strings that are leaked in any of the three ways: verdict, address, text. */
  leaked(): { verdict: Verdict; address: number; text: string }[];
  close(): void;
}

/** Opens and judges a core whose allocator must be recoverable. */
export function judgeCore(path: string): Judged {
  const source = FileSource.open(path);
  const dump = openDump(source);
  const hooks = { progress: () => {}, cancelled: () => false };
  const regions = recoverAllocator(dump, hooks);
  if (regions === undefined) throw new Error('no allocator was recovered');
  const findings = analyseHeap(dump, regions, hooks);
  const { strings } = findings;
  const textOf = (i: number): string => {
    const bytes = dump.bytes(strings.address[i], strings.length[i]);
    return bytes === undefined ? '' : Buffer.from(bytes).toString('latin1');
  };
  const byText = new Map<string, Verdict[]>();
  for (let i = 0; i < strings.count; i++) {
    const text = textOf(i);
    const list = byText.get(text);
    if (list) list.push(VERDICTS[strings.verdict[i]]);
    else byText.set(text, [VERDICTS[strings.verdict[i]]]);
  }
  return {
    dump,
    regions,
    findings,
    verdictsOf: text => byText.get(text) ?? [],
    leaked: () => {
      const found: { verdict: Verdict; address: number; text: string }[] = [];
      for (let i = 0; i < strings.count; i++) {
        const verdict = VERDICTS[strings.verdict[i]];
        if (verdict.startsWith('leaked')) found.push({ verdict, address: strings.address[i], text: textOf(i) });
      }
      return found;
    },
    close: () => source.close(),
  };
}

/** How the verdicts compare with what the test knows. */
export interface Score {
  readonly planted: number;
  readonly found: number;
  /** Known live texts that are live, that were judged leaked, and of which no live string was found. */
  readonly live: number;
  readonly falselyLeaked: string[];
  readonly notFound: string[];
  /** Strings judged leaked that were not planted. */
  readonly strangers: string[];
}

export function score(judged: Judged, known: KnownData): Score {
  let found = 0;
  for (const text of known.leaked) if (judged.verdictsOf(text).some(one => one.startsWith('leaked'))) found++;
  let live = 0;
  const falselyLeaked: string[] = [];
  const notFound: string[] = [];
  for (const text of [...known.keys, ...known.strings]) {
    const verdicts = judged.verdictsOf(text);
    if (verdicts.includes('live')) live++;
    else if (verdicts.some(one => one.startsWith('leaked'))) falselyLeaked.push(text.slice(0, 80));
    else notFound.push(text.slice(0, 80));
  }
  const strangers = judged
    .leaked()
    .filter(one => !known.leaked.has(one.text))
    .map(one => `${one.verdict} at 0x${one.address.toString(16)}: ${JSON.stringify(one.text.slice(0, 80))}`);
  return { planted: known.leaked.size, found, live, falselyLeaked, notFound, strangers };
}
