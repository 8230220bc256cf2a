import { serverFromOption } from '../heap/server-identity.ts';
import { UsageError } from './usage-error.ts';

/** Options every command takes. */
export interface DumpChoice {
  readonly base?: number;
  readonly server?: string;
}

/** "0x7f12…" or decimal. Throws UsageError for what is no address below 2^53. */
export function parseAddress(text: string): number {
  const address = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(address)) throw new UsageError(`"${text}" is no address: write it as 0x7f0000000000.`);
  return address;
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
