import type { GoToTarget } from '../analysis/api.ts';
import type { DumpReader } from '../analysis/reader.ts';

/**
 * The place the user named: "0x7f…" is an address and nothing else, `offset:N` a place in the file. Throws DumpError with a
 * sentence where it is not in the dump.
 */
export function locate(reader: DumpReader, place: string): GoToTarget {
  return reader.goTo(/^0x/i.test(place) ? `address:${place}` : place, 0);
}
