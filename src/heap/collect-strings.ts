import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import { SDS_HEADER_SIZE, sdsAlloc, sdsLength } from '../layout/sds.ts';
import { NO_HEADER } from './classify-strings.ts';
import { embeddedStrings, LONGEST_BLOCK, mayEmbed } from './embedded-strings.ts';
import { NO_DATABASE, NO_REGION, type ServerIdentity, type StringColumns } from './findings.ts';
import { GrowingF64, GrowingU8, GrowingU32 } from './growing.ts';
import { type AnalysisHooks, step } from './hooks.ts';
import { KIND_SDS, ownerCode } from './kinds.ts';
import { ReadAhead } from './read-ahead.ts';
import { sharedF64, sharedU8, sharedU32 } from './shared-array.ts';
import { NO_DICT } from './typing.ts';

/** What is known of each region when the strings are listed. */
export interface RegionColumns {
  readonly kind: Uint8Array;
  readonly header: Uint8Array;
  /** See Typing.form. */
  readonly form: Uint8Array;
  readonly verdict: Uint8Array;
  /** Region that holds the string, or NO_REGION. */
  readonly owner: Uint32Array;
  readonly ownerKind: Uint8Array;
  /** See Typing.dictOf. */
  readonly dictOf: Uint32Array;
  /** Number of the database by `dictOf`. */
  readonly database: Int16Array;
}

/** Roles in which a database holds a string. */
const IN_DATABASE = new Set([ownerCode('key'), ownerCode('expires')]);

/** Bytes of the longest header. */
const LONGEST_HEADER = 17;

/** Lists the strings at the regions that are strings, live and free, by address. Reads their headers once more. Throws Cancelled. */
export function collectStrings(
  dump: Dump,
  regions: RegionTable,
  server: ServerIdentity,
  columns: RegionColumns,
  hooks: AnalysisHooks,
): StringColumns {
  const list = new StringList();
  const { dictOf, database } = columns;
  const databaseOf = (owner: number, role: number): number => {
    if (!IN_DATABASE.has(role) || owner === NO_REGION || dictOf[owner] === NO_DICT) return NO_DATABASE;
    return database[dictOf[owner]] ?? NO_DATABASE;
  };
  const { slabs } = regions;
  let share = 0;
  const memory = new ReadAhead(dump, () => step(hooks, share));
  for (let slab = 0; slab < slabs.count; slab++) {
    share = slab / slabs.count;
    const size = slabs.regionSize[slab];
    const held = Math.min(size, LONGEST_HEADER);
    let address = slabs.base[slab];
    let id = slabs.firstRegion[slab];
    for (let i = 0; i < slabs.regions[slab]; i++, id++, address += size) {
      const kind = columns.kind[id];
      if (kind === KIND_SDS && columns.header[id] !== NO_HEADER) {
        const code = columns.header[id];
        const at = memory.at(address, held);
        const payload = at + SDS_HEADER_SIZE[code];
        const length = sdsLength(memory.bytes, payload, code);
        const alloc = sdsAlloc(memory.bytes, payload, code);
        list.add(address + SDS_HEADER_SIZE[code], length, alloc, code, id, columns.verdict[id]);
        list.own(columns.owner[id], columns.ownerKind[id], databaseOf(columns.owner[id], columns.ownerKind[id]));
      } else if (mayEmbed(kind, columns.form[id])) {
        const length = Math.min(size, LONGEST_BLOCK);
        const at = memory.at(address, length);
        for (const one of embeddedStrings(memory.bytes, at, length, kind, columns.form[id], server)) {
          const { len, alloc, code } = one.header;
          list.add(address + one.at, len, alloc, code, id, columns.verdict[id]);
          list.own(id, one.role, databaseOf(id, one.role));
        }
      }
    }
  }
  return list.columns();
}

class StringList {
  private readonly address = new GrowingF64(1 << 14);
  private readonly length = new GrowingU32(1 << 14);
  private readonly alloc = new GrowingU32(1 << 14);
  private readonly header = new GrowingU8(1 << 14);
  private readonly region = new GrowingU32(1 << 14);
  private readonly verdict = new GrowingU8(1 << 14);
  private readonly owner = new GrowingU32(1 << 14);
  private readonly ownerKind = new GrowingU8(1 << 14);
  /** NO_DATABASE as 0xffffffff. */
  private readonly database = new GrowingU32(1 << 14);

  add(address: number, length: number, alloc: number, header: number, region: number, verdict: number): void {
    this.address.push(address);
    this.length.push(length);
    this.alloc.push(alloc);
    this.header.push(header);
    this.region.push(region);
    this.verdict.push(verdict);
  }

  /** The owner of the string added last. */
  own(owner: number, kind: number, database: number): void {
    this.owner.push(owner);
    this.ownerKind.push(kind);
    this.database.push(database);
  }

  columns(): StringColumns {
    const count = this.address.length;
    const u32 = (from: GrowingU32): Uint32Array => {
      const to = sharedU32(count);
      to.set(from.view());
      return to;
    };
    const u8 = (from: GrowingU8): Uint8Array => {
      const to = sharedU8(count);
      to.set(from.view());
      return to;
    };
    const address = sharedF64(count);
    address.set(this.address.view());
    const database = new Int16Array(new SharedArrayBuffer(count * 2));
    database.set(this.database.view());
    return {
      count,
      address,
      length: u32(this.length),
      alloc: u32(this.alloc),
      header: u8(this.header),
      region: u32(this.region),
      verdict: u8(this.verdict),
      owner: u32(this.owner),
      ownerKind: u8(this.ownerKind),
      database,
    };
  }
}

/** No strings. */
export function emptyStrings(): StringColumns {
  return new StringList().columns();
}
