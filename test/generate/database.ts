import { type BareKeys, Dict } from './dict.ts';
import { HashTable } from './hashtable.ts';
import type { ServerImage } from './server-image.ts';

/** A database's table of keys or of expiries: a dict or, from Valkey 8.1 on, a hashtable. */
export type KeyTable = Dict | HashTable;

export function newKeyTable(server: ServerImage, type: number, expected: number, rehashing = false): KeyTable {
  const { profile } = server;
  if (profile.table === 'hashtable') return new HashTable(server, type, expected);
  const bare: BareKeys | undefined = profile.keys === 'in-object' ? profile.bareKeys : undefined;
  return new Dict(server, type, expected, rehashing, bare);
}

/** redisDb's members behind keys and expires: other dicts, then the id (server.h at 3.2.8, 7.4.1, Valkey 8.0.1). */
export function writeDatabase(
  server: ServerImage,
  at: number,
  database: { keys: KeyTable; expires: KeyTable; used: number; id: number; dictType: number },
): void {
  const { space, profile } = server;
  const { keys, expires, used, dictType } = database;
  const stores = profile.database !== 'dict';
  space.write64(at, stores ? newKvstore(server, keys, used, dictType) : keys.address);
  space.write64(at + 8, stores ? newKvstore(server, expires, 0, dictType) : expires.address);
  // Redis 7.4 has hexpires at +16, empty here; then come blocking_keys and its kin.
  const first = profile.database === 'kvstore-7.4' ? 3 : 2;
  const others = stores ? 4 : 3;
  for (let i = 0; i < others; i++) {
    const dict = new Dict(server, dictType, 4);
    dict.finish();
    space.write64(at + 8 * (first + i), dict.address);
  }
  const idAt = profile.version.startsWith('3.2') ? 48 : 8 * (first + others);
  space.write32(at + idAt, database.id);
}

/** struct _kvstore (kvstore.c): flags, dictType inline at Redis 7.4 and by pointer at Valkey 8.0, dicts, num_dicts, counts. */
function newKvstore(server: ServerImage, table: KeyTable, used: number, dictType: number): number {
  const { space, profile } = server;
  const inline = profile.database === 'kvstore-7.4';
  const at = server.calloc(inline ? 216 : 104);
  if (inline) for (let i = 0; i < 6; i++) space.write64(at + 8 + 8 * i, space.read64(dictType + 8 * i));
  else space.write64(at + 8, dictType);
  const dicts = at + (inline ? 128 : 16);
  const array = server.calloc(8);
  space.write64(array, table.address);
  space.write64(dicts, array);
  space.write64(dicts + 8, 1); // num_dicts
  space.write32(dicts + 36, 1); // allocated_dicts
  space.write32(dicts + 40, used > 0 ? 1 : 0); // non_empty_dicts
  space.write64(dicts + 48, used); // key_count
  return at;
}
