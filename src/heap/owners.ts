import { testBit } from '../allocator/regions.ts';
import type { Structures } from './classify.ts';
import { NO_HEADER } from './classify-strings.ts';
import { NO_REGION } from './findings.ts';
import { KIND_SDS, ownerCode } from './kinds.ts';
import { EXACT_CODE } from './pointer-codes.ts';
import { codeOf, targetOf } from './references.ts';
import {
  FORM_KEY_NEXT,
  FORM_KEY_VALUE_NEXT,
  KIND_BUCKET,
  KIND_CLIENT,
  KIND_DICT_ENTRY,
  KIND_DICT_TABLE,
  KIND_HASH_ENTRY,
  KIND_KVOBJ,
  KIND_LIST_NODE,
  KIND_RAX_NODE,
  KIND_ROBJ,
  KIND_ZSKIPLIST_NODE,
  NO_DICT,
  ROLE_EXPIRES,
  ROLE_HASH,
  ROLE_KEYS,
  ROLE_SET,
  ROLE_ZSET,
  type Typing,
} from './typing.ts';

export interface Owners {
  /** Region id per region that is a string, or NO_REGION. */
  readonly owner: Uint32Array;
  /** Index into OWNER_KINDS. */
  readonly ownerKind: Uint8Array;
}

const KEY = ownerCode('key');
const EXPIRES = ownerCode('expires');
const OBJECT = ownerCode('object');
const FIELD = ownerCode('field');
const VALUE = ownerCode('value');
const MEMBER = ownerCode('member');
const ZSET_MEMBER = ownerCode('zset-member');
const LIST_NODE = ownerCode('list-node');
const RAX = ownerCode('rax');
const CLIENT = ownerCode('client');
const OTHER = ownerCode('other');

/** The first of two holders to be named: a database's entry before its expiry, anything before "other". */
const RANK = (() => {
  const rank = new Uint8Array(32);
  for (const kind of [OBJECT, FIELD, VALUE, MEMBER, ZSET_MEMBER, LIST_NODE, RAX, CLIENT]) rank[kind] = 3;
  rank[KEY] = 4;
  rank[EXPIRES] = 2;
  rank[OTHER] = 1;
  return rank;
})();

/**
 * Who holds each string: of the regions with an exact reference the one whose role says most, reached ones before others.
 * `ignored` has a bit per edge that is no reference.
 */
export function findOwners(
  typing: Typing,
  structures: Structures,
  header: Uint8Array,
  reached: Uint32Array,
  ignored: Uint32Array,
): Owners {
  const { references, kind } = typing;
  const { first, edge, inUse } = references;
  const owner = new Uint32Array(kind.length).fill(NO_REGION);
  const ownerKind = new Uint8Array(kind.length);
  for (let source = 0; source < kind.length; source++) {
    typing.breathe();
    if (!testBit(inUse, source)) continue;
    for (let e = first[source]; e < first[source + 1]; e++) {
      const target = targetOf(edge[e]);
      if (kind[target] !== KIND_SDS || header[target] === NO_HEADER) continue;
      if (codeOf(edge[e]) !== EXACT_CODE[header[target]] || testBit(ignored, e)) continue;
      const role = roleOf(typing, structures, source, references.word[e]);
      const better =
        owner[target] === NO_REGION ||
        (testBit(reached, source) ? 8 : 0) + RANK[role] >
          (testBit(reached, owner[target]) ? 8 : 0) + RANK[ownerKind[target]];
      if (better) {
        owner[target] = source;
        ownerKind[target] = role;
      }
    }
  }
  return { owner, ownerKind };
}

/** In what role word `word` of region `id` holds a string. */
function roleOf(typing: Typing, structures: Structures, id: number, word: number): number {
  switch (typing.kind[id]) {
    case KIND_DICT_ENTRY:
      return roleInDict(typing, structures.dicts.role, id, word);
    case KIND_DICT_TABLE: // from 7.2 on a bucket may hold the key itself
      return roleInDict(typing, structures.dicts.role, id, 0);
    case KIND_BUCKET:
      return roleInDict(typing, structures.tables.role, id, 0);
    case KIND_HASH_ENTRY:
      return VALUE;
    case KIND_KVOBJ:
    case KIND_ROBJ:
      return OBJECT;
    case KIND_ZSKIPLIST_NODE:
      return ZSET_MEMBER;
    case KIND_LIST_NODE:
      return LIST_NODE;
    case KIND_RAX_NODE:
      return RAX;
    case KIND_CLIENT:
      return CLIENT;
    default:
      return OTHER;
  }
}

function roleInDict(typing: Typing, roles: Uint8Array, id: number, word: number): number {
  const role = typing.dictOf[id] === NO_DICT ? 0 : roles[typing.dictOf[id]];
  // The last link of a chain without values may be the key itself.
  const isKey = word === 0 || typing.form[id] === FORM_KEY_NEXT;
  switch (role) {
    case ROLE_KEYS:
      return isKey ? KEY : OTHER;
    case ROLE_EXPIRES:
      return EXPIRES;
    case ROLE_HASH:
      return isKey ? FIELD : typing.form[id] === FORM_KEY_VALUE_NEXT ? VALUE : OTHER;
    case ROLE_SET:
      return isKey ? MEMBER : OTHER;
    case ROLE_ZSET:
      return isKey ? ZSET_MEMBER : OTHER;
    default:
      return OTHER;
  }
}
