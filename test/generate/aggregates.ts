import { Dict, hashOf } from './dict.ts';
import { HashTable } from './hashtable.ts';
import { hex } from './heap.ts';
import { ENCODING, newObject, newStringObject, TYPE } from './objects.ts';
import { intset, listpack, ziplist } from './packed.ts';
import { describeSds, newSds, sdsHeaderBytes, sdsType, writeSds } from './sds.ts';
import type { ServerImage } from './server-image.ts';

/** A packed blob in a region of its own; returns its address. */
function packed(server: ServerImage, bytes: Buffer): number {
  const at = server.malloc(bytes.length);
  server.space.writeBytes(at, bytes);
  return at;
}

/** A small hash, or zset, in one ziplist or listpack. Returns the robj's address. */
export function newPacked(server: ServerImage, type: number, entries: readonly string[]): number {
  const listpacks = server.profile.aggregates === 'listpack';
  const blob = packed(server, listpacks ? listpack(entries) : ziplist(entries));
  return newObject(server, type, listpacks ? ENCODING.listpack : ENCODING.ziplist, blob);
}

export function newIntset(server: ServerImage, numbers: readonly number[]): number {
  return newObject(server, TYPE.set, ENCODING.intset, packed(server, intset(numbers)));
}

/** What a set's table or a hash's names: an object of its own (<= 3.2) or an sds. Returns the pointer. */
function element(server: ServerImage, text: string, kind: string, holder: { address: string }): number {
  if (server.profile.member === 'robj') return newStringObject(server, text, { settled: true });
  // The holder's address is only known once the entry exists: it is filled in by the caller.
  return newSds(server, text, { owner: Object.assign(holder, { kind }) });
}

/** A set as a hash table without values. Returns the robj's address. */
export function newSet(server: ServerImage, dictType: number, members: readonly string[]): number {
  if (server.profile.table === 'hashtable') {
    const table = new HashTable(server, dictType, members.length);
    for (const member of members)
      table.add(hashOf(member), newSds(server, member, { owner: named(table), settled: true }));
    table.finish();
    return newObject(server, TYPE.set, ENCODING.ht, table.address);
  }
  const dict = new Dict(server, dictType, members.length, false, server.profile.bareKeys);
  for (const member of members) {
    const holder = { kind: 'member', address: hex(dict.address) };
    const pointer = element(server, member, 'member', holder);
    const entry = dict.add(hashOf(member), pointer, 0);
    settle(server, pointer, holder, entry);
  }
  dict.finish();
  return newObject(server, TYPE.set, ENCODING.ht, dict.address);
}

/** The table stands for its bucket, which a later insertion may replace. */
function named(table: HashTable): { kind: string; address: string } {
  return { kind: 'member', address: hex(table.address) };
}

/** A hash as a hash table of field and value. Returns the robj's address. */
export function newHash(server: ServerImage, dictType: number, fields: ReadonlyMap<string, string>): number {
  if (server.profile.table === 'hashtable') return newEntryHash(server, dictType, fields);
  const dict = new Dict(server, dictType, fields.size);
  for (const [field, value] of fields) {
    const fieldHolder = { kind: 'field', address: '' };
    const valueHolder = { kind: 'value', address: '' };
    const name = element(server, field, 'field', fieldHolder);
    const content = element(server, value, 'value', valueHolder);
    const entry = dict.add(hashOf(field), name, content);
    settle(server, name, fieldHolder, entry);
    settle(server, content, valueHolder, entry);
  }
  dict.finish();
  return newObject(server, TYPE.hash, ENCODING.ht, dict.address);
}

/** Bytes up to which a hash entry holds its value beside its field (Valkey 8.1, EMBED_VALUE_MAX_ALLOC_SIZE). */
const ENTRY_MAX = 128;
/** Aux bit 1 of a field's flags: the value is named by a pointer before the field. */
const VALUE_BY_POINTER = 1 << 4;

/**
 * Valkey 8.1's hash: entries { field sds, value sdshdr8 } in one block or { value pointer, field sds }, and the table
 * names the field's sds, so mostly an address inside the block.
 */
function newEntryHash(server: ServerImage, dictType: number, fields: ReadonlyMap<string, string>): number {
  const { space } = server;
  const table = new HashTable(server, dictType, fields.size);
  for (const [field, value] of fields) {
    const [name, content] = [Buffer.from(field), Buffer.from(value)];
    const type = sdsType(name.length);
    const fieldBytes = sdsHeaderBytes(type) + name.length + 1;
    const embeds = fieldBytes + 3 + content.length + 1 <= ENTRY_MAX;
    // Type 5 has no bits to spare for the mark.
    const stored = embeds ? type : Math.max(1, type);
    const front = embeds ? 0 : 8;
    const bytes = sdsHeaderBytes(stored) + name.length + 1;
    const at = server.malloc(front + bytes + (embeds ? 3 + content.length + 1 : 0));
    const owner = { kind: 'field', address: hex(at) };
    const written = writeSds(server, at + front, name, stored, name.length);
    server.record(describeSds(server, written, name, at, owner), true);
    if (embeds) {
      const room = server.heap.usable(at) - bytes - 4;
      const inside = writeSds(server, at + bytes, content, 1, room);
      server.record(describeSds(server, inside, content, at, { kind: 'value', address: hex(at) }), true);
    } else {
      space.write8(written.address - 1, space.read8(written.address - 1) | VALUE_BY_POINTER);
      space.write64(at, newSds(server, content, { owner: { kind: 'value', address: hex(at) }, settled: true }));
    }
    table.add(hashOf(field), written.address);
  }
  table.finish();
  return newObject(server, TYPE.hash, ENCODING.ht, table.address);
}

function settle(server: ServerImage, pointer: number, holder: { address: string }, entry: number): void {
  if (server.profile.member === 'robj') return;
  holder.address = hex(entry);
  server.settle(pointer);
}

/**
 * A zset: zset { dict, zsl }, zskiplist { header, tail, length, level }, nodes { ele, score, backward, level[]
 * { forward, span } } (server.h). Dict and node share the member, the entry's value
 * points at the node's score; Valkey 8.1's hashtable names the node alone.
 */
export function newZset(server: ServerImage, dictType: number, members: readonly string[]): number {
  const { space, random } = server;
  const table = newMemberTable(server, dictType, members.length);
  const list = server.calloc(32);
  const header = server.calloc(24 + 16 * 32);
  space.write64(list, header);
  const last = new Array<number>(32).fill(header);
  let height = 1;
  let previous = 0;
  members.forEach((member, rank) => {
    let level = 1;
    while (level < 32 && random.chance(0.25)) level++;
    height = Math.max(height, level);
    const node = server.calloc(24 + 16 * level);
    const holder = { kind: 'zset-member', address: hex(node) };
    const pointer = element(server, member, 'zset-member', holder);
    settle(server, pointer, holder, node);
    space.write64(node, pointer);
    space.writeDouble(node + 8, rank + 0.5);
    space.write64(node + 16, previous);
    for (let i = 0; i < level; i++) {
      space.write64(last[i] + 24 + 16 * i, node);
      last[i] = node;
    }
    if (table instanceof HashTable) table.add(hashOf(member), node);
    else table.add(hashOf(member), pointer, node + 8);
    previous = node;
  });
  table.finish();
  space.write64(list + 8, previous);
  space.write64(list + 16, members.length);
  space.write32(list + 24, height);
  const zset = server.malloc(16);
  space.write64(zset, table.address);
  space.write64(zset + 8, list);
  return newObject(server, TYPE.zset, ENCODING.skiplist, zset);
}

function newMemberTable(server: ServerImage, dictType: number, expected: number): Dict | HashTable {
  if (server.profile.table === 'hashtable') return new HashTable(server, dictType, expected);
  return new Dict(server, dictType, expected);
}
