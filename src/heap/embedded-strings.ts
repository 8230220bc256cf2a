import { EMBEDDED_KEY_AT } from '../layout/dict.ts';
import { readHashEntry } from '../layout/hash-entry.ts';
import { readKvobj } from '../layout/kvobj.ts';
import { readMstr } from '../layout/mstr.ts';
import { EMBSTR_PAYLOAD, readSds, readSdsHeader, SDS_8, SDS_OLD, type SdsHeader } from '../layout/sds.ts';
import { embeddedMemberAt } from '../layout/skiplist.ts';
import { kvobjForm } from './classify-embedded.ts';
import type { ServerIdentity } from './findings.ts';
import { KIND_EMBSTR, ownerCode } from './kinds.ts';
import { FORM_EMBEDDED_KEY, KIND_DICT_ENTRY, KIND_HASH_ENTRY, KIND_KVOBJ, KIND_ZSKIPLIST_NODE } from './typing.ts';

/** A string that lies inside another structure's block. */
export interface EmbeddedString {
  /** Offset of its text in the block. */
  readonly at: number;
  readonly header: SdsHeader;
  /** Index into OWNER_KINDS. */
  readonly role: number;
}

const KEY = ownerCode('key');
const EMBEDDED = ownerCode('embedded');
const FIELD = ownerCode('field');
const VALUE = ownerCode('value');
const ZSET_MEMBER = ownerCode('zset-member');

/** Bytes of a region in front that must be at hand to read what is embedded in it: a long key's header is near the start, its end may not be. */
export const LONGEST_BLOCK = 1 << 17;

/** Whether regions of this kind and form have strings inside. */
export function mayEmbed(kind: number, form: number): boolean {
  switch (kind) {
    case KIND_EMBSTR:
    case KIND_KVOBJ:
    case KIND_HASH_ENTRY:
    case KIND_ZSKIPLIST_NODE:
      return true;
    case KIND_DICT_ENTRY:
      return form === FORM_EMBEDDED_KEY;
    default:
      return false;
  }
}

/** The strings inside the block bytes[at, at + size) of a region with this kind and form, in ascending order. */
export function embeddedStrings(
  bytes: Uint8Array,
  at: number,
  size: number,
  kind: number,
  form: number,
  server: ServerIdentity,
): EmbeddedString[] {
  const found: EmbeddedString[] = [];
  const add = (offset: number, header: SdsHeader | undefined, role: number): void => {
    if (header !== undefined && offset > 0) found.push({ at: offset, header, role });
  };
  switch (kind) {
    case KIND_EMBSTR: {
      const old = server.layout.sds === 'old';
      const offset = old ? 24 : EMBSTR_PAYLOAD;
      add(offset, readSdsHeader(bytes, at + offset, old ? SDS_OLD : SDS_8), EMBEDDED);
      break;
    }
    case KIND_KVOBJ: {
      const object = readKvobj(bytes, at, size, kvobjForm(server));
      add(object?.keyAt ?? 0, object?.key, KEY);
      add(object?.valueAt ?? 0, object?.value, EMBEDDED);
      break;
    }
    case KIND_HASH_ENTRY: {
      if (server.layout.dict !== 'hashtable') {
        add(form, readMstr(bytes.subarray(at, at + size), form)?.header, FIELD);
        break;
      }
      const entry = readHashEntry(bytes, at, size, form);
      add(form, entry?.field, FIELD);
      add(entry?.valueAt ?? 0, entry?.value, VALUE);
      break;
    }
    case KIND_DICT_ENTRY: {
      const offset = EMBEDDED_KEY_AT + 1 + bytes[at + EMBEDDED_KEY_AT];
      if (offset < size) add(offset, readSds(bytes, at + offset), KEY);
      break;
    }
    case KIND_ZSKIPLIST_NODE: {
      const offset = server.layout.dict === 'hashtable' ? embeddedMemberAt(bytes, at, size) : 0;
      if (offset > 0) add(offset, readSds(bytes, at + offset), ZSET_MEMBER);
      break;
    }
  }
  return found;
}
