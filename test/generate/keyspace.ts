import type { Booted } from './boot.ts';
import { type KeyTable, newKeyTable, writeDatabase } from './database.ts';
import { Dict, hashOf } from './dict.ts';
import { HashTable } from './hashtable.ts';
import { hex } from './heap.ts';
import { newKeyedObject } from './keyed-objects.ts';
import { ENCODING, newObject, TYPE } from './objects.ts';
import { describeSds, newSds, sdsHeaderBytes, sdsType, writeSds } from './sds.ts';
import type { ServerImage } from './server-image.ts';

const DATABASES = 16;
const SHARED_INTEGERS = 10_000;
/** Replies that every server shares, as RAW objects. */
const REPLIES = [
  '\r\n',
  '+OK\r\n',
  '-ERR\r\n',
  '$0\r\n\r\n',
  ':0\r\n',
  ':1\r\n',
  '$-1\r\n',
  '+PONG\r\n',
  '+QUEUED\r\n',
];

/** A key in the database, as far as it must be known to delete it. */
export interface Key {
  readonly name: string;
  readonly sds: number;
  readonly value: number;
  readonly volatile: boolean;
  /** Payload of a value that lies in the key's object. */
  readonly embedded: number | undefined;
}

/** struct redisServer in .bss, its databases and shared objects: everything that is reached from a root. */
export class Keyspace {
  readonly server: ServerImage;
  /** Addresses of the shared integer objects 0 … 9999. */
  readonly sharedIntegers: number[] = [];
  readonly dictType: number;
  readonly #keys: KeyTable;
  readonly #expires: KeyTable;
  readonly #databases: number;
  readonly #struct: number;

  constructor(booted: Booted, expected: number, rehashing = false) {
    const { server, executable } = booted;
    const { profile, space } = server;
    this.server = server;
    this.dictType = booted.dictType;
    this.#struct = executable.reserve('bss', 4608);
    this.#databases = server.calloc(profile.databaseBytes * DATABASES);
    server.databases = this.#databases;
    space.write32(this.#struct, server.image.pid);
    space.write64(this.#struct + profile.dbOffset, this.#databases);
    this.#share(executable.reserve('bss', 8 * (SHARED_INTEGERS + 64)));
    this.#keys = newKeyTable(server, this.dictType, expected, rehashing);
    this.#expires = newKeyTable(server, this.dictType, Math.ceil(expected / 8));
  }

  /** A word of struct redisServer, at an offset the profile does not use: what other subsystems hang from. */
  setGlobal(offset: number, pointer: number): void {
    this.server.space.write64(this.#struct + offset, pointer);
  }

  /** Adds a key whose value is the object at `value`; `settled` keys are never deleted. */
  add(name: string, value: number, options: { settled: boolean; expireAt?: number }): Key {
    const key = this.#insert(name, value, options.expireAt);
    const { server } = this;
    if (options.settled) {
      server.settle(key.sds);
      if (key.embedded !== undefined) server.settle(key.embedded);
    }
    server.keys++;
    return key;
  }

  #insert(name: string, value: number, expireAt: number | undefined): Key {
    const { server } = this;
    const hash = hashOf(name);
    const volatile = expireAt !== undefined;
    if (server.profile.keys === 'in-object') {
      const keyed = newKeyedObject(server, name, value, expireAt);
      this.#put(this.#keys, hash, keyed.object, 0);
      if (volatile) this.#put(this.#expires, hash, keyed.object, 0);
      return { name, sds: keyed.key, value: keyed.object, volatile, embedded: keyed.value };
    }
    const key =
      server.profile.keys === 'in-entry' ? this.#embedKey(name, hash, value) : this.#addKey(name, hash, value);
    if (expireAt !== undefined) this.#put(this.#expires, hash, key, BigInt(expireAt));
    return { name, sds: key, value, volatile, embedded: undefined };
  }

  #addKey(name: string, hash: number, value: number): number {
    const owner = { kind: 'key', address: '' };
    const sds = newSds(this.server, name, { owner });
    owner.address = hex(this.#put(this.#keys, hash, sds, value));
    return sds;
  }

  /** Valkey 8.0's dictEntryEmbedded { v, next, u8 key_header_size, key sds }, tagged 100; the copy keeps the alloc of the sds it came from. */
  #embedKey(name: string, hash: number, value: number): number {
    const { server } = this;
    const payload = Buffer.from(name);
    const type = sdsType(payload.length);
    const header = sdsHeaderBytes(type);
    const original = server.malloc(header + payload.length + 1);
    const room = server.heap.usable(original) - header - 1;
    server.free(original);
    const entry = server.malloc(17 + header + payload.length + 1);
    (this.#keys as Dict).link(hash, entry, 8, 4);
    server.space.write64(entry, value);
    server.space.write8(entry + 16, header);
    const written = writeSds(server, entry + 17, payload, type, room);
    server.record(describeSds(server, written, payload, entry, { kind: 'key', address: hex(entry) }), false);
    return written.address;
  }

  #put(table: KeyTable, hash: number, key: number, value: number | bigint): number {
    if (table instanceof Dict) return table.add(hash, key, value);
    table.add(hash, key);
    return table.address;
  }

  /** dbDelete: unlinks the key everywhere and frees its name; returns its value's address for the caller to free, or undefined where it went with the key. */
  remove(key: Key): number | undefined {
    const { server } = this;
    const hash = hashOf(key.name);
    server.keys--;
    if (this.#keys instanceof HashTable) {
      this.#keys.remove(hash, key.value);
      if (key.volatile) (this.#expires as HashTable).remove(hash, key.value);
      server.forget(key.value, key.sds);
      if (key.embedded !== undefined) server.forget(key.value, key.embedded);
      return key.value;
    }
    if (server.profile.keys !== 'sds') throw new Error(`deleting is not laid out for ${server.profile.id}`);
    if (key.volatile) (this.#expires as Dict).remove(hash, key.sds);
    const value = this.#keys.remove(hash, key.sds);
    server.freeString(key.sds);
    return value;
  }

  /** Writes the tables and databases. Call when all keys are in. */
  finish(): void {
    const { server, dictType } = this;
    const { databaseBytes } = server.profile;
    this.#keys.finish();
    this.#expires.finish();
    const first = { keys: this.#keys, expires: this.#expires, used: server.keys, id: 0, dictType };
    writeDatabase(server, this.#databases, first);
    for (let id = 1; id < DATABASES; id++) {
      const [keys, expires] = [newKeyTable(server, dictType, 4), newKeyTable(server, dictType, 4)];
      keys.finish();
      expires.finish();
      writeDatabase(server, this.#databases + databaseBytes * id, { keys, expires, used: 0, id, dictType });
    }
  }

  /** createSharedObjects: replies as RAW objects, integers as INT ones, named by the struct `shared` in .bss. */
  #share(at: number): void {
    const { server } = this;
    REPLIES.forEach((reply, i) => {
      const owner = { kind: 'object', address: '' };
      const sds = newSds(server, reply, { owner });
      const object = newObject(server, TYPE.string, ENCODING.raw, sds);
      owner.address = hex(object);
      server.settle(sds);
      server.space.write64(at + 8 * i, object);
    });
    for (let i = 0; i < SHARED_INTEGERS; i++) {
      const object = newObject(server, TYPE.string, ENCODING.int, i);
      this.sharedIntegers.push(object);
      server.space.write64(at + 8 * (64 + i), object);
    }
  }
}
