import { setBit, testBit } from '../allocator/regions.ts';
import { ENCODING_EMBSTR, KEYDB_OBJECT_BYTES } from '../layout/robj.ts';
import { EMBSTR_PAYLOAD, readSds, SDS_8 } from '../layout/sds.ts';
import { KIND_EMBSTR } from './kinds.ts';
import { AT_START } from './pointer-codes.ts';
import { codeOf, targetOf } from './references.ts';
import { SHAPE_ROBJ } from './shape.ts';
import { smallerClasses } from './smaller-class.ts';
import { plausibleText } from './text.ts';
import { KIND_DICT_ENTRY, type Typing } from './typing.ts';

/** An EMBSTR of KeyDB is no larger (52 bytes of text, src/object.cpp at v6.3.4). */
const LARGEST = 128;

/**
 * Names KeyDB's EMBSTR objects, in use and free: the string begins where the pointer would be, so no pointer in the block confirms it.
 * What does is a dict's entry that points at its start, or text that the block was made for.
 */
export function classifyKeydbStrings(typing: Typing): void {
  const held = heldByEntries(typing);
  const { slabs } = typing.regions;
  const smaller = smallerClasses(typing.regions);
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    if (size < KEYDB_OBJECT_BYTES || size > LARGEST) continue;
    const below = smaller(size);
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if (!couldBe(typing, id)) continue;
      const bytes = typing.memory.bytes(slabs.base[slab] + i * size, size);
      const header = bytes && readSds(bytes, EMBSTR_PAYLOAD);
      if (!bytes || header?.code !== SDS_8 || header.len > header.alloc) continue;
      const end = EMBSTR_PAYLOAD + header.len;
      if (end >= size || bytes[end] !== 0) continue;
      const request = EMBSTR_PAYLOAD + header.alloc + 1;
      const made = request > below && request <= size && header.len > 0 && plausibleText(bytes, EMBSTR_PAYLOAD, end);
      if (made || testBit(held, id)) typing.claim(id, KIND_EMBSTR);
    }
  }
}

function couldBe({ kind, references }: Typing, id: number): boolean {
  return kind[id] === 0 && references.head[id] === ENCODING_EMBSTR << 4 && (references.shape[id] & SHAPE_ROBJ) !== 0;
}

/** Bit per region in use that a dict's entry points at the start of. */
function heldByEntries(typing: Typing): Uint32Array {
  const { references, kind } = typing;
  const { first, edge, inUse } = references;
  const held = new Uint32Array(inUse.length);
  for (let entry = 0; entry < kind.length; entry++) {
    typing.breathe();
    if (kind[entry] !== KIND_DICT_ENTRY) continue;
    for (let e = first[entry]; e < first[entry + 1]; e++) {
      if (codeOf(edge[e]) === AT_START) setBit(held, targetOf(edge[e]));
    }
  }
  return held;
}
