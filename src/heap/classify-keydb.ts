import { testBit } from '../allocator/regions.ts';
import { ENCODING_EMBSTR, KEYDB_OBJECT_BYTES, KEYDB_OBJECT_POINTER_AT } from '../layout/robj.ts';
import { EMBSTR_PAYLOAD, readSds, SDS_8 } from '../layout/sds.ts';
import { KIND_EMBSTR } from './kinds.ts';
import { AT_START } from './pointer-codes.ts';
import { codeOf, targetOf } from './references.ts';
import { SHAPE_ROBJ } from './shape.ts';
import { KIND_DICT_ENTRY, type Typing } from './typing.ts';

/** An EMBSTR of KeyDB is no larger (52 bytes of text, src/object.cpp at v6.3.4). */
const LARGEST = 128;

/**
 * Names KeyDB's EMBSTR objects: the string begins where the pointer would be, so nothing in the block confirms it. What does
 * is a dict's entry that points at its start.
 */
export function classifyKeydbStrings(typing: Typing): void {
  const { references, kind, memory } = typing;
  const { first, edge, shape, head, inUse } = references;
  for (let entry = 0; entry < kind.length; entry++) {
    if (kind[entry] !== KIND_DICT_ENTRY) continue;
    for (let e = first[entry]; e < first[entry + 1]; e++) {
      const id = targetOf(edge[e]);
      if (codeOf(edge[e]) !== AT_START || kind[id] !== 0 || !testBit(inUse, id)) continue;
      if (head[id] !== ENCODING_EMBSTR << 4 || (shape[id] & SHAPE_ROBJ) === 0) continue;
      const size = typing.sizeOf(id);
      if (size < KEYDB_OBJECT_BYTES || size > LARGEST) continue;
      const bytes = memory.bytes(typing.addressOf(id), size);
      const header = bytes && readSds(bytes, EMBSTR_PAYLOAD);
      if (!bytes || header?.code !== SDS_8 || header.len > header.alloc) continue;
      const end = KEYDB_OBJECT_POINTER_AT + header.size + header.len;
      if (end < size && bytes[end] === 0) typing.claim(id, KIND_EMBSTR);
    }
  }
}
