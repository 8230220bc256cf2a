import { testBit } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import {
  DICT_BYTES,
  DICT_TABLE_WORDS,
  type DictForm,
  ENTRY_BYTES,
  ENTRY_KEY_WORD,
  ENTRY_NEXT_WORD,
  LARGEST_DICT_REGION,
  readDict,
  SHORT_ENTRY_NEXT_WORD,
} from '../layout/dict.ts';
import type { ServerLayout } from './findings.ts';
import { GrowingF64, GrowingU8, GrowingU32 } from './growing.ts';
import { AT_2, AT_4, AT_START, EXACT_CODE } from './pointer-codes.ts';
import { ReadAhead } from './read-ahead.ts';
import { codeOf, edgeAt, startAt, targetOf } from './references.ts';
import { SHAPE_DICT } from './shape.ts';
import {
  FORM_EMBEDDED_KEY,
  FORM_KEY_NEXT,
  FORM_KEY_VALUE_NEXT,
  KIND_DICT,
  KIND_DICT_ENTRY,
  KIND_DICT_TABLE,
  type Typing,
} from './typing.ts';

/** The dicts whose tables hold as many entries as they say, in columns, by region id. */
export interface Dicts {
  readonly region: Uint32Array;
  /** Address of its dictType: the same for all dicts of one use. */
  readonly type: Float64Array;
  readonly used: Float64Array;
  /** ROLE_… of src/heap/typing.ts; set when a holder tells. */
  readonly role: Uint8Array;
  /** Place in these columns of a dict's region, or -1. */
  indexOf(region: number): number;
}

/** Entries that a dump taken in the midst of a command may be off by. */
const TOLERANCE = 2;
const EXACT_CODES = EXACT_CODE.reduce((bits, code) => bits | (1 << code), 0);

/**
 * Finds dicts by content: fields that agree with each other, tables where they say, and on a walk through all buckets
 * just as many entries as `used` counts. Names them, their tables and their entries in `typing`.
 */
export function classifyDicts(typing: Typing, dump: Dump, layout: ServerLayout): Dicts {
  const { references } = typing;
  const form: DictForm = layout.dict === 'dictht' ? 'dictht' : 'dict7';
  const memory = new ReadAhead(dump, () => {}, 1 << 16);
  const region = new GrowingU32();
  const type = new GrowingF64();
  const used = new GrowingF64();
  const { slabs } = typing.regions;
  for (let slab = 0; slab < slabs.count; slab++) {
    typing.breathe();
    if (slabs.regionSize[slab] < DICT_BYTES[form] || slabs.regionSize[slab] > LARGEST_DICT_REGION) continue;
    for (let i = 0; i < slabs.regions[slab]; i++) {
      typing.breathe();
      const id = slabs.firstRegion[slab] + i;
      if ((references.shape[id] & SHAPE_DICT) === 0 || !testBit(references.inUse, id)) continue;
      const at = memory.at(slabs.base[slab] + i * slabs.regionSize[slab], DICT_BYTES[form]);
      const dict = readDict(memory.bytes, at, form);
      if (dict === undefined) continue;
      const total = dict.used[0] + dict.used[1];
      const walk = new DictWalk(typing, layout, total + TOLERANCE);
      if (!walk.tables(id, dict.tables, dict.sizes, DICT_TABLE_WORDS[form])) continue;
      if (Math.abs(walk.count - total) > TOLERANCE) continue;
      // Without entries nothing was checked but the type, which is a module's (or, from 7.4 on, part of a kvstore).
      if (total === 0 && !isModuleAddress(dump, dict.type)) continue;
      typing.kind[id] = KIND_DICT;
      walk.name(region.length);
      region.push(id);
      type.push(dict.type);
      used.push(total);
    }
  }
  const regions = region.view().slice();
  return {
    region: regions,
    type: type.view().slice(),
    used: used.view().slice(),
    role: new Uint8Array(regions.length),
    indexOf: id => indexIn(regions, id),
  };
}

/** No dicts. */
export function noDicts(): Dicts {
  return {
    region: new Uint32Array(0),
    type: new Float64Array(0),
    used: new Float64Array(0),
    role: new Uint8Array(0),
    indexOf: () => -1,
  };
}

/** Whether the address lies in a mapped file or in a module's .bss: where a dictType is. */
export function isModuleAddress(dump: Dump, address: number): boolean {
  const segment = dump.segmentAt(address);
  if (segment !== undefined && segment.kind === 'file') return true;
  return dump.modules.some(one => address >= one.start && address < one.end);
}

/** Place of `value` in an ascending column, or -1. */
export function indexIn(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else if (sorted[middle] > value) high = middle - 1;
    else return middle;
  }
  return -1;
}

/** One walk through the tables and chains of a dict. */
class DictWalk {
  count = 0;
  private readonly typing: Typing;
  private readonly embedded: boolean;
  private readonly most: number;
  private readonly tableIds: number[] = [];
  private readonly entries = new GrowingU32(16);
  private readonly forms = new GrowingU8(16);

  /** Gives up behind `most` entries: a chain may lead round in a circle. */
  constructor(typing: Typing, layout: ServerLayout, most: number) {
    this.typing = typing;
    this.most = most;
    this.embedded = layout.keys === 'in-entry';
  }

  /** Walks both tables; false where one is not a region of its own or too small. */
  tables(id: number, addresses: readonly number[], sizes: readonly number[], words: readonly number[]): boolean {
    for (let i = 0; i < 2; i++) {
      if (sizes[i] === 0) continue;
      const table = startAt(this.typing.references, id, words[i]);
      if (table < 0 || this.typing.addressOf(table) !== addresses[i]) return false;
      if (this.typing.sizeOf(table) < sizes[i] * 8) return false;
      this.tableIds.push(table);
      this.walkTable(table);
    }
    return true;
  }

  /** Writes down what was found; `place` is the dict's in the columns. */
  name(place: number): void {
    const { typing } = this;
    for (const table of this.tableIds) {
      if (typing.claim(table, KIND_DICT_TABLE)) typing.dictOf[table] = place;
    }
    const entries = this.entries.view();
    const forms = this.forms.view();
    for (let i = 0; i < entries.length; i++) {
      if (!typing.claim(entries[i], KIND_DICT_ENTRY)) continue;
      typing.form[entries[i]] = forms[i];
      typing.dictOf[entries[i]] = place;
    }
  }

  private walkTable(table: number): void {
    const { first, edge } = this.typing.references;
    for (let e = first[table]; e < first[table + 1]; e++) {
      this.typing.breathe();
      for (let next = e; next >= 0 && this.count <= this.most; ) next = this.enter(edge[next]);
    }
  }

  /** Counts the entry that `edge` leads to; the edge to the next one of its chain, or -1. */
  private enter(edge: number): number {
    const { references } = this.typing;
    this.typing.breathe();
    const code = codeOf(edge);
    const entry = targetOf(edge);
    if ((EXACT_CODES >>> code) & 1 && code !== AT_START) {
      this.count++; // the key itself
      return -1;
    }
    if (code === AT_START) return this.follow(entry, FORM_KEY_VALUE_NEXT, ENTRY_NEXT_WORD);
    if (code === AT_4) {
      return this.follow(entry, this.embedded ? FORM_EMBEDDED_KEY : FORM_KEY_NEXT, SHORT_ENTRY_NEXT_WORD);
    }
    if (code === AT_2) {
      const key = edgeAt(references, entry, ENTRY_KEY_WORD);
      if (key >= 0) return this.follow(entry, FORM_KEY_NEXT, SHORT_ENTRY_NEXT_WORD);
      this.count++; // a key on an even address
    }
    return -1;
  }

  private follow(entry: number, form: number, nextWord: number): number {
    const { references } = this.typing;
    this.count++;
    this.entries.push(entry);
    this.forms.push(form);
    return edgeAt(references, entry, nextWord);
  }
}

/** Words of an entry in a region of so many bytes: slack is not one of them. */
export function entryWords(form: number, regionSize: number): number {
  if (form === FORM_KEY_VALUE_NEXT) return regionSize >= 40 ? 5 : ENTRY_BYTES / 8;
  return 2;
}
