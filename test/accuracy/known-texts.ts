import type { KnownData } from '../real/fill.ts';
import { type Analysed, isLeaked } from './analysed.ts';
import type { LeakedObjects } from './object-leaks.ts';

/** How the engine's verdicts agree with what is known of the server. Lists hold what is wrong, each with enough to find it. */
export interface Agreement {
  readonly strings: number;
  /** Strings judged live, known or not. */
  readonly live: number;
  /** Keys and values that the server holds, and those of them not found as a live string. */
  readonly known: number;
  readonly missedLive: readonly string[];
  /** Keys that are live strings, but not named as a database's keys. */
  readonly unnamedKeys: readonly string[];
  /** Texts leaked with DEBUG LEAK, and those of them not judged leaked. */
  readonly planted: number;
  readonly missedLeaks: readonly string[];
  /** Objects leaked with all they hold, and those of which a string is not judged leaked. */
  readonly objects: number;
  readonly missedObjects: readonly string[];
  /** Strings judged leaked that nobody leaked. */
  readonly falseLeaks: readonly string[];
  /** Deleted texts that are found live. */
  readonly revived: readonly string[];
}

const EXCERPT = 80;

export function agreement(
  analysed: Analysed,
  known: KnownData,
  objects: LeakedObjects = new Map<string, Set<string>>(),
): Agreement {
  const live = new Set<string>();
  const namedKeys = new Set<string>();
  const leaked = new Set<string>();
  const falseLeaks: string[] = [];
  // What may be found leaked: what was planted, and the keys of leaked objects, which some servers keep inside the object.
  const mayLeak = new Set([...known.leaked, ...objects.keys()]);
  for (const texts of objects.values()) for (const text of texts) mayLeak.add(text);
  const elsewhere = new Map<string, string>();
  let strings = 0;
  let liveStrings = 0;
  for (const { text, verdict, header, owner, address } of analysed.strings()) {
    strings++;
    const place = `${verdict} ${header} at 0x${address.toString(16)}`;
    if (verdict === 'live') {
      liveStrings++;
      live.add(text);
      if (owner === 'key') namedKeys.add(text);
    }
    if (!isLeaked(verdict)) {
      if (mayLeak.has(text)) elsewhere.set(text, place);
    } else if (mayLeak.has(text)) leaked.add(text);
    else falseLeaks.push(`${place}: ${JSON.stringify(text.slice(0, EXCERPT))}`);
  }
  const without = (of: Iterable<string>, found: ReadonlySet<string>) =>
    [...of].filter(text => !found.has(text)).map(text => text.slice(0, EXCERPT));
  const missed = (of: Iterable<string>) =>
    [...of]
      .filter(text => !leaked.has(text))
      .map(text => `${elsewhere.get(text) ?? 'no string'}: ${text.slice(0, EXCERPT)}`);
  return {
    strings,
    live: liveStrings,
    known: known.keys.size + known.strings.size,
    missedLive: [...without(known.keys, live), ...without(known.strings, live)],
    unnamedKeys: without(known.keys, namedKeys),
    planted: known.leaked.size,
    missedLeaks: missed(known.leaked),
    objects: objects.size,
    missedObjects: [...objects].flatMap(([key, texts]) =>
      missed(texts)
        .slice(0, 1)
        .map(one => `${key}: ${one}`),
    ),
    falseLeaks,
    revived: [...known.deleted].filter(text => live.has(text)).map(text => text.slice(0, EXCERPT)),
  };
}

/** Share of the planted leaks that were found, 0…1; 1 where none was planted. */
export function recall({ planted, missedLeaks }: Agreement): number {
  return planted === 0 ? 1 : (planted - missedLeaks.length) / planted;
}
