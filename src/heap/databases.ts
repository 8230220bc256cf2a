import { setBit, testBit } from '../allocator/regions.ts';
import { u32, u64 } from '../layout/memory.ts';
import type { Structures } from './classify.ts';
import { NO_DATABASE } from './findings.ts';
import { AT_START } from './pointer-codes.ts';
import { codeOf, targetOf } from './references.ts';
import { KIND_DICT, KIND_HASHTABLE, ROLE_EXPIRES, ROLE_KEYS, type Typing } from './typing.ts';

/** From a dict to its redisDb at most: an array of dicts, a kvstore (Redis 7.4, Valkey 8.0), the redisDb, an array of pointers to those (Valkey 9). */
const MOST_STEPS = 4;
/** Holders of one region that are looked at: more than one only where stale words are. */
const MOST_HOLDERS = 32;
/** Bytes of a redisDb: 40 in the oldest, some 130 with statistics. */
const SMALLEST_RECORD = 40;
const LARGEST_RECORD = 512;
/** An array of databases is looked at up to here: `databases` of some thousands. */
const LARGEST_ARRAY = 1 << 20;
const LARGEST_NUMBER = 0x7fff;

/**
 * The database that each of the keys' and expires' dicts (or hash tables) belongs to, or NO_DATABASE, by `Typing.dictOf` of the entries. `server.db` is an array, of redisDb up to Valkey 8.1 and of
 * pointers to them later; each redisDb knows its number (`id`), and that settles how large it is and where the field lies
 * (redis src/server.h at 3.2.8, 7.0.15, 7.4.1; valkey src/server.h at 8.0.1, 9.1).
 */
export function findDatabases(typing: Typing, { dicts, tables }: Structures): Int16Array {
  // A server keeps its keys in hash tables of one kind; what is left of the other are its own small ones.
  const keys = tables.role.includes(ROLE_KEYS) ? tables : dicts;
  const wanted = new Set<number>();
  keys.role.forEach((role, place) => {
    if (role === ROLE_KEYS || role === ROLE_EXPIRES) wanted.add(keys.region[place]);
  });
  const number = new Holders(typing).numbers(wanted);
  return Int16Array.from(keys.region, region => number.get(region) ?? NO_DATABASE);
}

/** Climbs from regions to those that point at their start. */
class Holders {
  private readonly typing: Typing;

  constructor(typing: Typing) {
    this.typing = typing;
  }

  /** Numbers of the databases that the regions belong to, by region. */
  numbers(wanted: ReadonlySet<number>): Map<number, number> {
    const number = new Map<number, number>();
    // Which of the wanted regions a region leads to: all of one database's slots lead through one kvstore.
    let level = new Map<number, number[]>([...wanted].map(region => [region, [region]]));
    const lone = new Map<number, readonly number[]>();
    for (let climbed = 0; climbed < MOST_STEPS && level.size > 0; climbed++) {
      const above = new Map<number, number[]>();
      for (const [target, sources] of this.holdersOf(level)) {
        const leading = level.get(target)!;
        for (const source of sources) {
          const found = this.numberIn(source, target);
          if (found !== undefined) for (const one of leading) number.set(one, found);
          else above.set(source, [...(above.get(source) ?? []), ...leading]);
          if (this.isRecord(source, target)) lone.set(source, leading);
        }
      }
      for (const [region, leading] of above) {
        const open = leading.filter(one => !number.has(one));
        if (open.length === 0) above.delete(region);
        else above.set(region, open);
      }
      level = above;
    }
    // A cluster has one database from Redis 7.4 and Valkey 8.0 on: no others to count by, and the dict of every slot is its own. Stale words may
    // lead elsewhere, or look like an array of databases, but not for most dicts.
    const most = [...lone.values()].some(leading => leading.length * 2 > wanted.size);
    return most && number.size * 2 < wanted.size ? new Map([...wanted].map(region => [region, 0])) : number;
  }

  /** Whether region `source` begins as a redisDb does: with the keys at `target`, and the expiries. */
  private isRecord(source: number, target: number): boolean {
    const { typing } = this;
    const size = typing.sizeOf(source);
    if (size < SMALLEST_RECORD || size > LARGEST_RECORD) return false;
    const bytes = typing.memory.bytes(typing.addressOf(source), 16)?.slice();
    if (bytes === undefined || u64(bytes, 0) !== typing.addressOf(target)) return false;
    return u64(bytes, 8) !== u64(bytes, 0) && this.leadsTo(u64(bytes, 8));
  }

  private holdersOf(targets: ReadonlyMap<number, unknown>): Map<number, number[]> {
    const { first, edge, inUse } = this.typing.references;
    const { kind } = this.typing;
    const wanted = new Uint32Array(inUse.length);
    for (const target of targets.keys()) setBit(wanted, target);
    const found = new Map<number, number[]>();
    for (let source = 0; source < first.length - 1; source++) {
      this.typing.breathe();
      // A hash table of Valkey 9 knows its kvstore: that way leads back down.
      if (kind[source] === KIND_HASHTABLE || kind[source] === KIND_DICT) continue;
      for (let e = first[source]; e < first[source + 1]; e++) {
        const target = targetOf(edge[e]);
        if (!testBit(wanted, target) || codeOf(edge[e]) !== AT_START) continue;
        const list = found.get(target);
        if (list === undefined) found.set(target, [source]);
        else if (list.length < MOST_HOLDERS && list[list.length - 1] !== source) list.push(source);
      }
    }
    return found;
  }

  /** The number of the database that points at `target` from the array at region `source`, if it is such an array. */
  private numberIn(source: number, target: number): number | undefined {
    const { typing } = this;
    const size = typing.sizeOf(source);
    if (size > LARGEST_ARRAY) return undefined;
    const bytes = typing.memory.bytes(typing.addressOf(source), size)?.slice();
    if (bytes === undefined) return undefined;
    const address = typing.addressOf(target);
    for (let at = 0; at + 8 <= size; at += 8) {
      if (u64(bytes, at) !== address) continue;
      const found = this.numberInRecords(bytes, at, target) ?? this.numberInPointers(bytes, at, target);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** bytes: redisDb after redisDb, each with its own number at the same place. */
  private numberInRecords(bytes: Uint8Array, at: number, target: number): number | undefined {
    const size = this.typing.sizeOf(target);
    for (let record = SMALLEST_RECORD; record <= LARGEST_RECORD && record * 2 <= bytes.length; record += 8) {
      const field = at % record;
      // The keys come first, the expiries behind them.
      if (field > 8) continue;
      let count = 0;
      while ((count + 1) * record <= bytes.length && this.leadsTo(u64(bytes, count * record + field), size)) count++;
      if (count < 2 || at >= count * record || count > LARGEST_NUMBER) continue;
      const records = Array.from({ length: count }, (_, i) => bytes.subarray(i * record, (i + 1) * record));
      if (numbered(records, record)) return Math.floor(at / record);
    }
    return undefined;
  }

  /** bytes: a pointer to each redisDb that was ever used, and 0 for the others. */
  private numberInPointers(bytes: Uint8Array, at: number, target: number): number | undefined {
    const { memory } = this.typing;
    const size = this.typing.sizeOf(target);
    if (size < SMALLEST_RECORD || size > LARGEST_RECORD || at / 8 > LARGEST_NUMBER) return undefined;
    const records: (Uint8Array | undefined)[] = [];
    for (let place = 0; place + 8 <= bytes.length; place += 8) {
      const pointer = u64(bytes, place);
      if (pointer !== 0 && !this.leadsTo(pointer, size)) break;
      records.push(pointer === 0 ? undefined : memory.bytes(pointer, size)?.slice());
    }
    if (records.length < 2 || at / 8 >= records.length) return undefined;
    return numbered(records, size) ? at / 8 : undefined;
  }

  /** Whether a region begins at `address`, of `size` bytes if that is given. */
  private leadsTo(address: number, size?: number): boolean {
    const { index } = this.typing.references;
    const id = index.find(address);
    return id >= 0 && index.inner === 0 && (size === undefined || this.typing.sizeOf(id) === size);
  }
}

/** Whether one 32-bit field, the same in all records of `size` bytes, holds each record's own place. */
function numbered(records: readonly (Uint8Array | undefined)[], size: number): boolean {
  for (let field = 8; field + 4 <= size; field += 4) {
    if (records.every((record, i) => record === undefined || u32(record, field) === i)) return true;
  }
  return false;
}
