import { testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { type Kvobj, type KvobjForm, readKvobj } from '../layout/kvobj.ts';
import type { Dicts } from './classify-dicts.ts';
import { confirmObject } from './classify-objects.ts';
import { KIND_UNKNOWN } from './kinds.ts';
import { ReadAhead } from './read-ahead.ts';
import { SHAPE_ROBJ } from './shape.ts';
import { plausibleText } from './text.ts';
import { KIND_KVOBJ, type Typing } from './typing.ts';

/**
 * Names objects with their key inside that no table holds, as a leaked one: no neighbours vouch for them, so their own bytes have to. The
 * key is text, and the value is either a string behind it that fills the block to its end, or just what type and encoding name.
 * Tables they lead to learn their role.
 */
export function classifyStrayObjects(
  typing: Typing,
  dump: Dump,
  tables: Dicts,
  form: KvobjForm,
  longest: number,
): void {
  const { references } = typing;
  const { slabs } = typing.regions;
  const memory = new ReadAhead(dump, () => {}, 1 << 18);
  for (let slab = 0; slab < slabs.count; slab++) {
    typing.breathe();
    const size = slabs.regionSize[slab];
    if (size < 32 || size > longest) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if (typing.kind[id] !== KIND_UNKNOWN || (references.shape[id] & SHAPE_ROBJ) === 0) continue;
      if (!testBit(references.inUse, id)) continue;
      const at = memory.at(slabs.base[slab] + i * size, size);
      const { bytes } = memory;
      const object = readKvobj(bytes, at, size, form);
      if (object === undefined || !isText(bytes, at, object)) continue;
      const fills = object.value !== undefined && object.valueAt + object.value.alloc + 1 === size;
      if (fills || (object.value === undefined && confirmObject(typing, [tables], id, 1))) {
        typing.claim(id, KIND_KVOBJ);
      }
    }
  }
}

function isText(bytes: Uint8Array, at: number, { keyAt, key }: Kvobj): boolean {
  return plausibleText(bytes, at + keyAt, at + keyAt + key.len);
}
