import { testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { EMBEDDED_KEY_AT } from '../layout/dict.ts';
import { readHashEntry } from '../layout/hash-entry.ts';
import { readKvobj } from '../layout/kvobj.ts';
import { EMBSTR_PAYLOAD, readSds, SDS_8, type SdsHeader } from '../layout/sds.ts';
import { embeddedMemberAt } from '../layout/skiplist.ts';
import { kvobjForm } from './classify-embedded.ts';
import { LONGEST_BLOCK } from './embedded-strings.ts';
import type { ServerIdentity } from './findings.ts';
import { KIND_EMBSTR, KIND_UNKNOWN } from './kinds.ts';
import { ReadAhead } from './read-ahead.ts';
import { SHAPE_ANY_SDS, SHAPE_FITS, SHAPE_TEXT } from './shape.ts';
import { smallerClasses } from './smaller-class.ts';
import { plausibleText } from './text.ts';
import {
  FORM_EMBEDDED_KEY,
  KIND_DICT_ENTRY,
  KIND_HASH_ENTRY,
  KIND_KVOBJ,
  KIND_ZSKIPLIST_NODE,
  type Typing,
} from './typing.ts';

/** A string of its own, which the block was made for. */
const PLAIN = SHAPE_FITS | SHAPE_TEXT;
/** A block with strings inside is no smaller. */
const SMALLEST = 24;
/** Where the text of a hash's field begins in a block without expiry and pointer. */
const FIELD_AT = [1, 3] as const;

/**
 * Names freed blocks that hold strings and are still whole: nothing points at them any more, so their bytes alone have to say it. The
 * text is text, and the block ends where its last string does, to within its size class. Only for servers that embed strings, and for glibc's
 * malloc, whose links lie over the object in front of an EMBSTR's string. Whole EMBSTR objects need no more than their shape.
 */
export function classifyFreed(typing: Typing, dump: Dump, server: ServerIdentity): void {
  const { references, regions } = typing;
  const { slabs } = regions;
  const memory = new ReadAhead(dump, () => typing.breathe(), 1 << 18);
  const smaller = smallerClasses(regions);
  const { keys, dict, sds } = server.layout;
  const linked = regions.allocator.name === 'glibc' && sds === 'new';
  if (keys === 'sds' && !linked) return;
  const embedded = keys === 'in-entry' ? readEntry : dict === 'hashtable' ? readHashtableBlock : readKeyedObject;
  for (let slab = 0; slab < slabs.count; slab++) {
    const size = slabs.regionSize[slab];
    if (size < SMALLEST || size > LONGEST_BLOCK) continue;
    const below = smaller(size);
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if (typing.kind[id] !== KIND_UNKNOWN || testBit(references.inUse, id)) continue;
      const shape = references.shape[id];
      if ((shape & SHAPE_ANY_SDS) !== 0 && (shape & PLAIN) === PLAIN) continue;
      const at = memory.at(slabs.base[slab] + i * size, size);
      const block = { bytes: memory.bytes, at, size, below };
      const found = (keys === 'sds' ? undefined : embedded(block, server)) ?? (linked ? readLinked(block) : undefined);
      if (found === undefined) continue;
      typing.claim(id, found.kind);
      typing.form[id] = found.form;
    }
  }
}

interface Block {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly size: number;
  /** The next smaller size class: what it holds is longer than that. */
  readonly below: number;
}

interface Found {
  readonly kind: number;
  /** See Typing.form. */
  readonly form: number;
}

/** Redis 8.2, Valkey 8.1 and later: an object with its key. */
function readKeyedObject(block: Block, server: ServerIdentity): Found | undefined {
  const { bytes, at, size } = block;
  const object = readKvobj(bytes, at, size, kvobjForm(server));
  if (object === undefined || !isText(block, object.keyAt, object.key)) return undefined;
  const { keyAt, key, valueAt, value } = object;
  // The value's alloc is what is left of the block.
  const whole = value === undefined ? ends(block, keyAt + key.len + 1) : valueAt + value.alloc + 1 === size;
  return whole ? { kind: KIND_KVOBJ, form: 0 } : undefined;
}

/** Valkey 8.1 and later: the same, a hash's field with its value, a sorted set's member in its node. */
function readHashtableBlock(block: Block, server: ServerIdentity): Found | undefined {
  const { bytes, at, size } = block;
  const object = readKeyedObject(block, server);
  if (object !== undefined) return object;
  for (const form of FIELD_AT) {
    const entry = readHashEntry(bytes, at, size, form);
    if (entry?.value === undefined || entry.field.size !== form || !isText(block, form, entry.field)) continue;
    const whole = ends(block, entry.valueAt + entry.value.len + 1) && isText(block, entry.valueAt, entry.value);
    if (whole) return { kind: KIND_HASH_ENTRY, form };
  }
  const memberAt = embeddedMemberAt(bytes, at, size);
  const member = memberAt > 0 ? readSds(bytes, at + memberAt) : undefined;
  if (member !== undefined && isText(block, memberAt, member) && ends(block, memberAt + member.len + 1)) {
    return { kind: KIND_ZSKIPLIST_NODE, form: 0 };
  }
  return undefined;
}

/** A freed chunk of glibc's: what was an EMBSTR object begins with links now, the string behind it is as it was. */
function readLinked(block: Block): Found | undefined {
  const { bytes, at, size } = block;
  const text = size > EMBSTR_PAYLOAD ? readSds(bytes, at + EMBSTR_PAYLOAD) : undefined;
  if (text?.code !== SDS_8 || text.len > text.alloc || !isText(block, EMBSTR_PAYLOAD, text)) return undefined;
  return ends(block, EMBSTR_PAYLOAD + text.alloc + 1) ? { kind: KIND_EMBSTR, form: 0 } : undefined;
}

/** Valkey 8.0: an entry with its key. */
function readEntry(block: Block): Found | undefined {
  const { bytes, at, size } = block;
  const headerSize = bytes[at + EMBEDDED_KEY_AT];
  const keyAt = EMBEDDED_KEY_AT + 1 + headerSize;
  const key = keyAt < size ? readSds(bytes, at + keyAt) : undefined;
  if (key === undefined || key.size !== headerSize) return undefined;
  const whole = isText(block, keyAt, key) && ends(block, keyAt + key.len + 1);
  return whole ? { kind: KIND_DICT_ENTRY, form: FORM_EMBEDDED_KEY } : undefined;
}

function isText({ bytes, at, size }: Block, text: number, { len }: SdsHeader): boolean {
  const end = text + len;
  return end < size && bytes[at + end] === 0 && plausibleText(bytes, at + text, at + end);
}

function ends({ below, size }: Block, end: number): boolean {
  return end > below && end <= size;
}
