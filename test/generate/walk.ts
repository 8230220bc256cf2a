import type { CoreFile } from './core-file.ts';

/** What the headers of a version say about reaching its keys, written down once more and apart from the generator. */
export type KeyWalk = 'dictht' | 'dict-7' | 'kvstore-7.4' | 'kobjects-8.2' | 'valkey-8.0' | 'valkey-8.1';

/** An sds's text, its header found from its flags byte; `old` strings have u32 len and free before the text. */
export function sdsText(core: CoreFile, address: number, old = false): string {
  if (old) return core.bytes(address, core.u32(address - 8)).toString();
  const flags = core.u8(address - 1);
  const type = flags & 7;
  const length = [
    () => flags >> 3,
    () => core.u8(address - 3),
    () => core.bytes(address - 5, 2).readUInt16LE(),
    () => core.u32(address - 9),
    () => core.u64(address - 17),
  ][type]();
  const bytes = core.bytes(address, length + 1);
  if (bytes[length] !== 0) throw new Error('no NUL behind the string');
  return bytes.toString('utf8', 0, length);
}

/** All keys of database 0, by the C structs alone: text and value object. `databases` is the address of redisDb[0]. */
export function walkKeys(core: CoreFile, databases: number, walk: KeyWalk, old = false): Map<string, number> {
  const keys = new Map<string, number>();
  const first = core.u64(databases);
  if (walk === 'dictht') {
    for (const table of [0, 1]) {
      const at = first + 16 + 32 * table;
      chains(core, core.u64(at), core.u64(at + 8), keys, old);
    }
  } else if (walk === 'dict-7') dict7(core, first, keys);
  else if (walk === 'kvstore-7.4') dict7(core, core.u64(core.u64(first + 128)), keys);
  else if (walk === 'kobjects-8.2') keyObjects(core, core.u64(core.u64(first + 128)), keys);
  else if (walk === 'valkey-8.0') embeddedEntries(core, core.u64(core.u64(first + 16)), keys);
  else hashtable(core, core.u64(core.u64(first + 16)), keys);
  return keys;
}

function chains(core: CoreFile, table: number, size: number, keys: Map<string, number>, old: boolean): void {
  for (let bucket = 0; bucket < size; bucket++) {
    for (let entry = core.u64(table + 8 * bucket); entry !== 0; entry = core.u64(entry + 16)) {
      keys.set(sdsText(core, core.u64(entry), old), core.u64(entry + 8));
    }
  }
}

/** Tables of a dict of Redis 7: addresses at 8, size exponents at 50 (-1: none). */
function tables7(core: CoreFile, dict: number): [number, number][] {
  return [0, 1]
    .filter(i => core.u8(dict + 50 + i) !== 0xff)
    .map(i => [core.u64(dict + 8 + 8 * i), 2 ** core.u8(dict + 50 + i)]);
}

function dict7(core: CoreFile, dict: number, keys: Map<string, number>): void {
  for (const [table, size] of tables7(core, dict)) chains(core, table, size, keys, false);
}

/** Key of an object that holds it: behind the robj, and its expiry where there is one. */
function keyOfObject(core: CoreFile, object: number, expires: boolean): string {
  const at = object + 16 + (expires ? 8 : 0);
  return sdsText(core, at + 1 + core.u8(at));
}

/** Redis 8.2: bucket words are objects tagged 010, or entries { object, next } tagged 100. */
function keyObjects(core: CoreFile, dict: number, keys: Map<string, number>): void {
  for (const [table, size] of tables7(core, dict)) {
    for (let bucket = 0; bucket < size; bucket++) {
      for (let word = core.u64(table + 8 * bucket); word !== 0; ) {
        const entry = word % 8 === 4;
        const object = entry ? core.u64(word - 4) : word - 2;
        keys.set(keyOfObject(core, object, (core.u8(object + 4) & 2) !== 0), object);
        word = entry ? core.u64(word - 4 + 8) : 0;
      }
    }
  }
}

/** Valkey 8.0: entries { value, next, u8 header size, key } tagged 100. */
function embeddedEntries(core: CoreFile, dict: number, keys: Map<string, number>): void {
  for (const [table, size] of tables7(core, dict)) {
    for (let bucket = 0; bucket < size; bucket++) {
      for (let word = core.u64(table + 8 * bucket); word !== 0; word = core.u64(word - 4 + 8)) {
        const entry = word - 4;
        keys.set(sdsText(core, entry + 17 + core.u8(entry + 16)), core.u64(entry));
      }
    }
  }
}

/** Valkey 8.1: buckets of 64 bytes; presence in bits 1 to 7 of the first byte, a child in the last slot where bit 0 is set. */
function hashtable(core: CoreFile, table: number, keys: Map<string, number>): void {
  const buckets = 2 ** core.u8(table + 48);
  for (let i = 0; i < buckets; i++) {
    for (let bucket = core.u64(table + 16) + 64 * i; bucket !== 0; ) {
      const head = core.u8(bucket);
      for (let slot = 0; slot < 7; slot++) {
        if (!(head & (2 << slot))) continue;
        const object = core.u64(bucket + 8 + 8 * slot);
        keys.set(keyOfObject(core, object, (core.u8(object + 4) & 1) !== 0), object);
      }
      bucket = head & 1 ? core.u64(bucket + 56) : 0;
    }
  }
}
