import { isReplyBlock, REPLY_BLOCK_FIELDS } from '../layout/client.ts';
import {
  DICT_FIELDS,
  EMBEDDED_KEY_ENTRY_FIELDS,
  ENTRY_BYTES,
  entryFields,
  SHORT_ENTRY_FIELDS,
} from '../layout/dict.ts';
import { numberField, pointerField, type StructField } from '../layout/field.ts';
import { hashEntryFields, readHashEntry } from '../layout/hash-entry.ts';
import { BUCKET_BYTES, bucketFields, HASHTABLE_FIELDS } from '../layout/hashtable.ts';
import { kvobjFields, readKvobj } from '../layout/kvobj.ts';
import { LIST_FIELDS, LIST_NODE_FIELDS } from '../layout/list.ts';
import { u32, u64 } from '../layout/memory.ts';
import { INTSET_FIELDS, INTSET_HEAD_BYTES, LISTPACK_FIELDS, ZIPLIST_FIELDS } from '../layout/packed.ts';
import { quicklistFields, quicklistNodeFields } from '../layout/quicklist.ts';
import { RAX_FIELDS, raxNodeFields, readRaxNode, STREAM_RAX_WORDS } from '../layout/rax.ts';
import { KEYDB_OBJECT_FIELDS, OBJECT_FIELDS } from '../layout/robj.ts';
import { readSds } from '../layout/sds.ts';
import { embeddedNodeFields, nodeFields, ZSKIPLIST_FIELDS } from '../layout/skiplist.ts';
import { kvobjForm } from './classify-embedded.ts';
import type { RegionKind, ServerIdentity } from './findings.ts';

/** A region whose fields are asked for. */
export interface StructRegion {
  readonly kind: RegionKind;
  readonly size: number;
  /** Its first bytes: all of it, or as much as is at hand. */
  readonly bytes: Uint8Array;
  /** Offset of the first string's text in it, or 0: what tells a struct with a string inside from one without. */
  readonly textAt: number;
}

/** So much of a region is looked at for its fields; the words of tables, which may be larger, come from `slotsOf`. */
export const STRUCT_BYTES = 4096;

/** The fields of the struct in a region, in order; strings inside it and slack are none. Empty for kinds without a table. */
export function structFields(region: StructRegion, server: ServerIdentity): readonly StructField[] {
  const { size, bytes } = region;
  return fieldsOf(region, server).filter(one => one.offset + one.size <= Math.min(size, bytes.length));
}

function fieldsOf({ kind, size, bytes, textAt }: StructRegion, server: ServerIdentity): readonly StructField[] {
  const { layout } = server;
  switch (kind) {
    case 'robj':
    case 'embstr':
      return server.name === 'keydb' ? KEYDB_OBJECT_FIELDS : OBJECT_FIELDS;
    case 'kvobj': {
      const found = readKvobj(bytes, 0, bytes.length, kvobjForm(server));
      return found === undefined ? OBJECT_FIELDS : [...OBJECT_FIELDS.slice(0, 2), ...kvobjFields(found)];
    }
    case 'dict':
      return DICT_FIELDS[layout.dict === 'dictht' ? 'dictht' : 'dict7'];
    case 'dictEntry':
      if (textAt > 0) return EMBEDDED_KEY_ENTRY_FIELDS;
      if (size < ENTRY_BYTES) return SHORT_ENTRY_FIELDS;
      return entryFields(size, layout.dict === 'dict7');
    case 'hashtable':
      return HASHTABLE_FIELDS;
    case 'hashEntry': {
      const found = textAt === 0 ? undefined : readHashEntry(bytes, 0, bytes.length, textAt);
      return found === undefined ? [] : hashEntryFields(found);
    }
    case 'quicklist':
      return quicklistFields(size);
    case 'quicklistNode':
      return quicklistNodeFields(layout.aggregates === 'listpack');
    case 'list':
      return LIST_FIELDS;
    case 'listNode':
      return LIST_NODE_FIELDS;
    case 'zskiplist':
      return ZSKIPLIST_FIELDS;
    case 'zskiplistNode':
      return textAt > 0 ? embeddedNodeFields(textAt, headerSizeAt(bytes, textAt)) : nodeFields(size);
    case 'rax':
      return RAX_FIELDS;
    case 'raxNode':
      return raxNodeFields(readRaxNode(bytes, 0, layout.raxPadded));
    case 'stream':
      return STREAM_RAX_WORDS.map(word => pointerField('rax', word));
    case 'listpack':
      return [...LISTPACK_FIELDS, ...endOf(bytes)];
    case 'ziplist':
      return [...ZIPLIST_FIELDS, ...endOf(bytes)];
    case 'intset':
      return [...INTSET_FIELDS, numberField('integers', INTSET_HEAD_BYTES, u32(bytes, 0) * u32(bytes, 4))];
    case 'clientReply':
      return isReplyBlock(bytes, 0, size) ? REPLY_BLOCK_FIELDS : [];
    default:
      return [];
  }
}

/** Kinds whose regions are arrays of words, of which only those in a window are ever wanted. */
export function isTable(kind: RegionKind): boolean {
  return kind === 'dictTable' || kind === 'hashtableBucket';
}

/**
 * The fields of a table that begin in bytes [from, to) of its region; the bytes come from `read`, which gives undefined where
 * they are absent. Empty buckets of a dict's table are left out.
 */
export function tableFields(
  kind: RegionKind,
  size: number,
  from: number,
  to: number,
  read: (offset: number, length: number) => Uint8Array | undefined,
): StructField[] {
  const step = kind === 'dictTable' ? 8 : BUCKET_BYTES;
  const fields: StructField[] = [];
  for (let at = Math.max(0, Math.floor(from / step) * step); at < to && at + step <= size; at += step) {
    const bytes = read(at, step);
    if (bytes === undefined) continue;
    if (kind === 'dictTable') {
      if (u64(bytes, 0) !== 0) fields.push(pointerField(`bucket[${at / 8}]`, at / 8));
      continue;
    }
    const name = size > BUCKET_BYTES ? `bucket[${at / BUCKET_BYTES}].` : '';
    for (const one of bucketFields(bytes[0])) fields.push({ ...one, name: name + one.name, offset: at + one.offset });
  }
  return fields;
}

/** Bytes of the header right in front of the text at `textAt`, by its flags byte; 0 for none. */
function headerSizeAt(bytes: Uint8Array, textAt: number): number {
  return readSds(bytes, textAt)?.size ?? 0;
}

/** The byte that ends a listpack or ziplist, whose first word says how long it is. */
function endOf(bytes: Uint8Array): StructField[] {
  const total = u32(bytes, 0);
  return total > 0 ? [numberField('end', total - 1, 1)] : [];
}
