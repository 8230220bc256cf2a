import { type RegionTable, slabOfRegion } from '../allocator/regions.ts';
import type { Memory } from '../layout/memory.ts';
import { type AnalysisHooks, breather } from './hooks.ts';
import { KIND_UNKNOWN, kindCode } from './kinds.ts';
import type { References } from './references.ts';

export const NO_DICT = 0xffff_ffff;

/** What a dict is for. */
export const ROLE_NONE = 0;
export const ROLE_KEYS = 1;
export const ROLE_EXPIRES = 2;
export const ROLE_HASH = 3;
export const ROLE_SET = 4;
export const ROLE_ZSET = 5;

/** Which of the layouts of src/layout/dict.ts an entry has. */
export const FORM_NONE = 0;
export const FORM_KEY_VALUE_NEXT = 1;
export const FORM_KEY_NEXT = 2;
export const FORM_EMBEDDED_KEY = 3;

/** What is known of each region while its type is being found out, in columns. */
export class Typing {
  readonly references: References;
  readonly regions: RegionTable;
  /** Index into REGION_KINDS. Shared with the findings. */
  readonly kind: Uint8Array;
  /** Of an entry, a table, or an object with its key inside: the place of its dict in the columns of Dicts, or NO_DICT. */
  readonly dictOf: Uint32Array;
  /** Of an entry FORM_…; of a hash entry the offset of its field's text. */
  readonly form: Uint8Array;
  /** Bit per edge that comes from a hash table's slot without an entry. */
  readonly absent: Uint32Array;

  readonly memory: Memory;
  /** To be called in each round of a long loop: throws Cancelled where the analysis was stopped. */
  readonly breathe: () => void;

  constructor(references: References, regions: RegionTable, memory: Memory, kind: Uint8Array, hooks: AnalysisHooks) {
    this.breathe = breather(hooks);
    this.memory = memory;
    this.references = references;
    this.regions = regions;
    this.kind = kind;
    this.dictOf = new Uint32Array(kind.length).fill(NO_DICT);
    this.absent = new Uint32Array((references.edge.length + 31) >>> 5);
    this.form = new Uint8Array(kind.length);
  }

  /** Names an unnamed region; false where it has another name already. */
  claim(id: number, kind: number): boolean {
    if (this.kind[id] !== KIND_UNKNOWN) return this.kind[id] === kind;
    this.kind[id] = kind;
    return true;
  }

  sizeOf(id: number): number {
    return this.regions.slabs.regionSize[slabOfRegion(this.regions.slabs, id)];
  }

  addressOf(id: number): number {
    const { slabs } = this.regions;
    const slab = slabOfRegion(slabs, id);
    return slabs.base[slab] + (id - slabs.firstRegion[slab]) * slabs.regionSize[slab];
  }
}

export const KIND_ROBJ = kindCode('robj');
export const KIND_DICT = kindCode('dict');
export const KIND_DICT_TABLE = kindCode('dictTable');
export const KIND_DICT_ENTRY = kindCode('dictEntry');
export const KIND_HASHTABLE = kindCode('hashtable');
export const KIND_BUCKET = kindCode('hashtableBucket');
export const KIND_QUICKLIST = kindCode('quicklist');
export const KIND_QUICKLIST_NODE = kindCode('quicklistNode');
export const KIND_LISTPACK = kindCode('listpack');
export const KIND_ZIPLIST = kindCode('ziplist');
export const KIND_INTSET = kindCode('intset');
export const KIND_ZSKIPLIST = kindCode('zskiplist');
export const KIND_ZSKIPLIST_NODE = kindCode('zskiplistNode');
export const KIND_RAX = kindCode('rax');
export const KIND_RAX_NODE = kindCode('raxNode');
export const KIND_STREAM = kindCode('stream');
export const KIND_LIST = kindCode('list');
export const KIND_LIST_NODE = kindCode('listNode');
export const KIND_CLIENT = kindCode('client');
export const KIND_CLIENT_REPLY = kindCode('clientReply');
export const KIND_KVOBJ = kindCode('kvobj');
export const KIND_HASH_ENTRY = kindCode('hashEntry');
