import { u32 } from './memory.ts';
import { INTSET_HEAD_BYTES } from './packed.ts';
import { type PackedEntry, signedAt } from './packed-entry.ts';

/**
 * The integers of the intset at bytes[0…] in order. Source: redis src/intset.c at 7.0.15, unchanged since 2.6. Returns whether it is one: the
 * width is 2, 4 or 8, all integers are there, and they ascend.
 */
export function* intsetEntries(bytes: Uint8Array): Generator<PackedEntry, boolean> {
  if (bytes.length < INTSET_HEAD_BYTES) return false;
  const width = u32(bytes, 0);
  const count = u32(bytes, 4);
  if (width !== 2 && width !== 4 && width !== 8) return false;
  if (INTSET_HEAD_BYTES + width * count > bytes.length) return false;
  let before: bigint | undefined;
  for (let index = 0; index < count; index++) {
    const start = INTSET_HEAD_BYTES + index * width;
    const value = signedAt(bytes, start, width);
    if (before !== undefined && value <= before) return false;
    before = value;
    yield { index, start, end: start + width, encoding: `int${width * 8}`, value };
  }
  return true;
}
