import type { DumpReader } from '../analysis/reader.ts';

/** File offset of a place the user named: an address, or `offset:N`. Throws DumpError with a sentence where it is not in the dump. */
export function locate(reader: DumpReader, place: string): number {
  return reader.goTo(place, 0).offset;
}
