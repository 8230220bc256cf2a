import type { Dump } from '../../src/dump/dump.ts';
import { HEADERS, NO_REGION, OWNER_KINDS, type StringColumns, VERDICTS } from '../../src/heap/findings.ts';
import { StringCollector } from '../../src/heap/string-columns.ts';
import { Random } from '../generate/random.ts';
import { pickKind, TEXT_KINDS } from '../generate/templated-texts.ts';
import { dumpOf } from './memory-dumps.ts';

const START = 0x7f00_0000_0000;
const MOST_TEXT = 256;
/** Ranges of a dump hold so many bytes. */
const RANGE = 1 << 26;

/** Strings of known templates one behind the other, as a dump and its string columns. */
export interface TemplatedDump {
  readonly dump: Dump;
  readonly strings: StringColumns;
  /** Index into TEXT_KINDS, per string. */
  readonly kindOf: Uint8Array;
}

export function templatedDump(count: number, seed: number, leakedKind = -1): TemplatedDump {
  const random = new Random(seed);
  const collector = new StringCollector();
  const kindOf = new Uint8Array(count);
  const header = HEADERS.indexOf('sdshdr8');
  const [live, leaked] = [VERDICTS.indexOf('live'), VERDICTS.indexOf('leaked')];
  const ranges: { start: number; bytes: Uint8Array }[] = [];
  let bytes = new Uint8Array(0);
  let used = 0;
  for (let index = 0; index < count; index++) {
    if (used + MOST_TEXT > bytes.length) {
      bytes = new Uint8Array(Math.min(RANGE, (count - index + 4) * MOST_TEXT));
      used = 0;
      ranges.push({ start: START + ranges.length * RANGE, bytes });
    }
    const kind = pickKind(random);
    kindOf[index] = kind;
    const text = TEXT_KINDS[kind].make(random);
    const length = put(bytes, used + 3, text);
    bytes.set([length, length, 1], used);
    const address = ranges[ranges.length - 1].start + used + 3;
    collector.add(
      address,
      length,
      length,
      header,
      NO_REGION,
      kind === leakedKind ? leaked : live,
      OWNER_KINDS.indexOf('none'),
    );
    used += length + 4;
  }
  return { dump: dumpOf(ranges), strings: collector.columns(), kindOf };
}

function put(bytes: Uint8Array, at: number, text: string | Buffer): number {
  if (typeof text === 'string') return new TextEncoder().encodeInto(text, bytes.subarray(at)).written;
  bytes.set(text, at);
  return text.length;
}

/** How the templates that were found compare with the known ones. */
export interface Filing {
  readonly families: number;
  /** Known templates under whose own name not even one in two of their strings is filed. */
  readonly missing: string[];
  readonly misfiled: number;
  /** The commonest wrong places: "known -> found: times". */
  readonly wrong: string[];
}

export function compareFiling({ kindOf }: TemplatedDump, texts: readonly string[], of: ArrayLike<number>): Filing {
  const pairs = new Map<number, number>();
  for (let index = 0; index < kindOf.length; index++) {
    const pair = kindOf[index] * 65_536 + of[index];
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  const known = TEXT_KINDS.map(() => ({ all: 0, right: 0 }));
  const wrong: [string, number][] = [];
  let misfiled = 0;
  for (const [pair, times] of pairs) {
    const kind = Math.floor(pair / 65_536);
    const found = texts[pair % 65_536];
    known[kind].all += times;
    if (found === TEXT_KINDS[kind].template) known[kind].right += times;
    else {
      misfiled += times;
      wrong.push([`${TEXT_KINDS[kind].template} -> ${found}`, times]);
    }
  }
  return {
    families: new Set(of as Uint16Array).size,
    missing: TEXT_KINDS.filter((_, kind) => known[kind].right * 2 < known[kind].all).map(({ template }) => template),
    misfiled,
    wrong: wrong
      .sort((a, b) => b[1] - a[1])
      .slice(0, 25)
      .map(([what, times]) => `${what}: ${times}`),
  };
}
