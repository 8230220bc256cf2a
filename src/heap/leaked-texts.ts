import type { Dump } from '../dump/dump.ts';
import { NO_DATABASE, type StringColumns, VERDICTS } from './findings.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { ownerCode, verdictCode } from './kinds.ts';
import { PairTable } from './pair-table.ts';
import { ReadAhead } from './read-ahead.ts';

/** Leaked strings whose texts are compared with others; more of them say nothing new. */
const MOST_TEXTS = 1_000_000;
/** Bytes of a text that count, besides its length. */
const MOST_BYTES = 4096;
const BATCH = 1 << 14;
const LENGTHS = 1 << 16;

/** Where else a leaked text was met, as bits. */
export const MET = { liveKey: 1, liveValue: 2, otherLive: 4, freed: 8 } as const;

const isLeaked = VERDICTS.map(verdict => verdict.startsWith('leaked'));
const LIVE = verdictCode('live');
const FREED = verdictCode('freed');
const KEY = ownerCode('key');
const VALUES = new Set(
  (['object', 'embedded', 'field', 'value', 'member', 'zset-member', 'list-node'] as const).map(ownerCode),
);

/** The distinct texts of leaked strings, how often each occurs, and where else the dump holds them. */
export interface LeakedTexts {
  /** Indices of the strings that were compared, ascending. */
  readonly strings: Uint32Array;
  /** The distinct text of each. */
  readonly textOf: Uint32Array;
  /** Per distinct text: how many of `strings` have it, and the bits of MET. */
  readonly copies: Uint32Array;
  readonly met: Uint8Array;
  /** Per distinct text: the database of a live key that has it, or NO_DATABASE. */
  readonly database: Int16Array;
}

/** Compares the leaked strings' texts with all other strings'. Reads all texts of their lengths. Throws Cancelled. */
export function compareLeaked(dump: Dump, strings: StringColumns, hooks: AnalysisHooks): LeakedTexts {
  const { count, verdict, length, ownerKind } = strings;
  const hasher = new TextHasher(dump, strings);
  const table = new PairTable();
  const lengths = new Uint8Array(LENGTHS);
  const chosen: number[] = [];
  const textOf: number[] = [];
  const copies: number[] = [];
  for (let index = 0; index < count && chosen.length < MOST_TEXTS; index++) {
    if (index % BATCH === 0) step(hooks, (0.3 * index) / count);
    if (!isLeaked[verdict[index]]) continue;
    hasher.read(index);
    let text = table.get(hasher.low, hasher.high);
    if (text < 0) {
      text = copies.push(0) - 1;
      table.set(hasher.low, hasher.high, text);
      lengths[length[index] % LENGTHS] = 1;
    }
    copies[text]++;
    chosen.push(index);
    textOf.push(text);
  }
  const met = new Uint8Array(copies.length);
  const database = new Int16Array(copies.length).fill(NO_DATABASE);
  for (let index = 0; index < count && chosen.length > 0; index++) {
    if (index % BATCH === 0) step(hooks, 0.3 + (0.7 * index) / count);
    const one = verdict[index];
    if ((one !== LIVE && one !== FREED) || lengths[length[index] % LENGTHS] === 0) continue;
    hasher.read(index);
    const text = table.get(hasher.low, hasher.high);
    if (text < 0) continue;
    met[text] |= one === FREED ? MET.freed : roleOf(ownerKind[index]);
    const number = strings.database?.[index] ?? NO_DATABASE;
    if (number !== NO_DATABASE && one === LIVE) database[text] = number;
  }
  return {
    strings: Uint32Array.from(chosen),
    textOf: Uint32Array.from(textOf),
    copies: Uint32Array.from(copies),
    met,
    database,
  };
}

function roleOf(ownerKind: number): number {
  if (ownerKind === KEY) return MET.liveKey;
  return VALUES.has(ownerKind) ? MET.liveValue : MET.otherLive;
}

/** 64-bit hashes of whole texts. */
class TextHasher {
  low = 0;
  high = 0;
  readonly #strings: StringColumns;
  readonly #reader: ReadAhead;

  constructor(dump: Dump, strings: StringColumns) {
    this.#strings = strings;
    this.#reader = new ReadAhead(dump, () => {});
  }

  read(index: number): void {
    const length = this.#strings.length[index];
    const shown = Math.min(length, MOST_BYTES);
    const from = this.#reader.at(this.#strings.address[index], shown);
    const { bytes } = this.#reader;
    let low = length | 0;
    let high = 0x2545_f491;
    for (let at = from; at < from + shown; at++) {
      low = Math.imul(low ^ bytes[at], 0x0100_0193);
      high = Math.imul((high << 5) ^ (high >>> 27) ^ bytes[at], 0x9e37_79b1);
    }
    this.low = low;
    this.high = high;
  }
}
