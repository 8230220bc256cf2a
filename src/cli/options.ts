import type { OpenOptions } from '../analysis/api.ts';
import type { RangeFile } from '../dump/dump-files.ts';
import { serverFromOption } from '../heap/server-identity.ts';
import { parseSlots } from '../heap/slot-ranges.ts';
import { UsageError } from './usage-error.ts';

/** Options every command takes. */
export interface DumpChoice {
  readonly base?: number;
  readonly range?: readonly RangeFile[];
  readonly maps?: string;
  readonly server?: string;
  readonly slots?: string;
}

export function openOptions({ base, range, maps, server, slots }: DumpChoice): OpenOptions {
  return {
    ...(base !== undefined && { base }),
    ...(range !== undefined && { ranges: range }),
    ...(maps !== undefined && { maps }),
    ...(server !== undefined && { server }),
    ...(slots !== undefined && { slots }),
  };
}

/** All files a command reads as the dump: never to be written to. */
export function filesOf(path: string, { range = [], maps }: DumpChoice): string[] {
  return [path, ...range.map(file => file.path), ...(maps === undefined ? [] : [maps])];
}

/** "0x7f12…" or decimal. Throws UsageError for what is no address below 2^53. */
export function parseAddress(text: string): number {
  const address = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(address)) throw new UsageError(`"${text}" is no address: write it as 0x7f0000000000.`);
  return address;
}

/** "FILE@0x7f12…", or "FILE" alone where its name, the maps or the memory itself tell the address; added to those before it. */
export function parseRange(text: string, before: readonly RangeFile[] = []): RangeFile[] {
  const [, path, address] = /^(.+)@(0x[0-9a-f]+|[0-9]+)$/i.exec(text) ?? [];
  return [...before, path === undefined ? { path: text } : { path, base: parseAddress(address) }];
}

/** Checks "0-5460,7000" and the like, and gives it back. */
export function checkSlots(text: string): string {
  if (parseSlots(text) === undefined) throw new UsageError(`"${text}" is no list of hash slots: write 0-5460,7000.`);
  return text;
}

/** Checks "redis 3.2.8" and the like, and gives it back. */
export function parseServer(text: string): string {
  if (serverFromOption(text) === undefined) {
    throw new UsageError(
      `"${text}" names no server that is known: write "redis 3.2.8", "valkey 8.0.1", "keydb 6.3.4" or "redict 7.3.0".`,
    );
  }
  return text;
}
