import type { Dump } from '../dump/dump.ts';
import type { ServerName } from '../layout/versions.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { ReadAhead } from './read-ahead.ts';

/** A text in writable memory that names a server's version, and where it was. */
export interface VersionString {
  /** Undefined where the text names a version only. */
  readonly name: ServerName | undefined;
  readonly version: string;
  readonly address: number;
  readonly source: 'lua' | 'info' | 'log';
}

/** More are no better. */
const MOST_FOUND = 64;
/** Longest text around the word "version" that is looked at. */
const CONTEXT = 48;
const WORD = [0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e]; // version
/** How far the word may be moved on when the byte under its end is this one (Horspool's search). */
const SKIP = (() => {
  const skip = new Uint8Array(256).fill(WORD.length);
  for (let k = 0; k < WORD.length - 1; k++) skip[WORD[k]] = WORD.length - 1 - k;
  return skip;
})();
const LAST = WORD[WORD.length - 1];
const NAMED = /(redis|valkey|redict|keydb)[_ ]version[:=](\d{1,2}\.\d{1,3}\.\d{1,3})/i;

/**
 * Looks for versions in all writable memory: strings of the Lua interpreter (redis.REDIS_VERSION, from 7.0 on: TString of Lua 5.1,
 * lobject.h, type 4 at byte 8, length at 16, text at 24), texts of INFO and of the log's first lines. Throws Cancelled.
 */
export function findVersionStrings(dump: Dump, hooks: AnalysisHooks): VersionString[] {
  const found: VersionString[] = [];
  const segments = dump.segments.filter(one => one.writable && one.present > 0);
  let done = 0;
  const total = segments.reduce((sum, one) => sum + one.present, 1);
  const memory = new ReadAhead(dump, () => step(hooks, Math.min(1, done / total)));
  for (const segment of segments) {
    const end = segment.start + segment.present;
    for (let address = segment.start; address < end && found.length < MOST_FOUND; ) {
      const length = Math.min(memory.capacity, end - address);
      const at = memory.at(address, length);
      luaVersions(memory, at, length, found);
      namedVersions(memory, at, length, found);
      done += length;
      // A text over the border is seen whole in the next piece.
      address += length === memory.capacity ? length - 64 : length;
    }
  }
  return found;
}

function luaVersions(memory: ReadAhead, at: number, length: number, found: VersionString[]): void {
  const { halves, bytes, start } = memory;
  const stop = (at + length - 16) >>> 2;
  for (let half = Math.ceil(at / 8) * 2 + 4; half < stop; half += 2) {
    const size = halves[half];
    if (size < 5 || size > 9 || halves[half + 1] !== 0) continue;
    const first = halves[half + 2] & 0xff;
    if (first < 0x30 || first > 0x39 || bytes[half * 4 - 8] !== 4) continue;
    const text = ascii(bytes, half * 4 + 8, size);
    if (bytes[half * 4 + 8 + size] !== 0 || !/^\d{1,2}\.\d{1,3}\.\d{1,3}$/.test(text)) continue;
    found.push({ name: undefined, version: text, address: start + half * 4 + 8, source: 'lua' });
  }
}

function namedVersions(memory: ReadAhead, at: number, length: number, found: VersionString[]): void {
  const { bytes, start } = memory;
  const stop = at + length;
  for (let i = at + WORD.length - 1; i < stop; ) {
    if (bytes[i] !== LAST) {
      i += SKIP[bytes[i]];
      continue;
    }
    const from = i - WORD.length + 1;
    if (WORD.every((byte, k) => bytes[from + k] === byte) && found.length < MOST_FOUND) {
      const left = Math.max(at, from - 8);
      const match = NAMED.exec(ascii(bytes, left, Math.min(CONTEXT, stop - left)));
      if (match) {
        const name = match[1].toLowerCase() as ServerName;
        const source = match[0].includes('=') ? 'log' : 'info';
        found.push({ name, version: match[2], address: start + left + match.index, source });
      }
    }
    i += SKIP[LAST];
  }
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}
