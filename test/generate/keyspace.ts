import type { Booted } from './boot.ts';
import { Dict, hashOf } from './dict.ts';
import { hex } from './heap.ts';
import { ENCODING, newObject, newStringObject, TYPE } from './objects.ts';
import { newSds } from './sds.ts';
import type { ServerImage } from './server-image.ts';

const DATABASES = 16;
const SHARED_INTEGERS = 10000;

/** A key in the database, as far as it must be known to delete it. */
export interface Key {
  readonly name: string;
  readonly sds: number;
  readonly volatile: boolean;
}

/** struct redisServer in .bss, its databases, shared objects and commands: everything that is reached from a root. */
export class Keyspace {
  readonly server: ServerImage;
  readonly keys: Dict;
  readonly expires: Dict;
  /** Addresses of the shared integer objects 0 … 9999. */
  readonly sharedIntegers: number[] = [];
  readonly dictType: number;
  readonly #databases: number;

  constructor(booted: Booted, expected: number, rehashing = false) {
    const { server, executable } = booted;
    const { profile, space } = server;
    this.server = server;
    this.dictType = booted.dictType;
    const at = executable.reserve('bss', 4096);
    this.#databases = server.calloc(profile.databaseBytes * DATABASES);
    space.write32(at, server.image.pid);
    space.write64(at + profile.dbOffset, this.#databases);
    this.#share(executable.reserve('bss', 8 * (SHARED_INTEGERS + 64)));
    this.keys = new Dict(server, booted.dictType, expected, rehashing);
    this.expires = new Dict(server, booted.dictType, Math.ceil(expected / 8));
    this.#writeDatabase(this.#databases, this.keys, this.expires, 0);
    for (let i = 1; i < DATABASES; i++) {
      const [keys, expires] = [new Dict(server, booted.dictType, 4), new Dict(server, booted.dictType, 4)];
      this.#writeDatabase(this.#databases + profile.databaseBytes * i, keys, expires, i);
      keys.finish();
      expires.finish();
    }
  }

  /** Adds a key whose value is the object at `value`; `settled` keys are never deleted. */
  add(name: string, value: number, options: { settled: boolean; expireAt?: number }): Key {
    const { server } = this;
    const hash = hashOf(name);
    const owner = { kind: 'key', address: '' };
    const sds = newSds(server, name, { owner, settled: false });
    const entry = this.keys.add(hash, sds, value);
    owner.address = hex(entry);
    if (options.expireAt !== undefined) this.expires.add(hash, sds, BigInt(options.expireAt));
    if (options.settled) server.settle(sds);
    server.keys++;
    return { name, sds, volatile: options.expireAt !== undefined };
  }

  /** dbDelete: unlinks the key everywhere and frees its name; returns its value's address, which the caller frees. */
  remove(key: Key): number {
    const hash = hashOf(key.name);
    if (key.volatile) this.expires.remove(hash, key.sds);
    const value = this.keys.remove(hash, key.sds);
    this.server.freeString(key.sds);
    this.server.keys--;
    return value;
  }

  finish(): void {
    this.keys.finish();
    this.expires.finish();
  }

  /** redisDb: dict, expires, blocking_keys, ready_keys, watched_keys, eviction_pool, id, avg_ttl (server.h at 3.2.8). */
  #writeDatabase(at: number, keys: Dict, expires: Dict, id: number): void {
    const { space } = this.server;
    space.write64(at, keys.address);
    space.write64(at + 8, expires.address);
    for (let i = 2; i < 5; i++) {
      const dict = new Dict(this.server, this.dictType, 4);
      dict.finish();
      space.write64(at + 8 * i, dict.address);
    }
    space.write32(at + 48, id);
  }

  /** createSharedObjects: replies as RAW objects, integers as INT ones, named by the array `shared` in .bss. */
  #share(at: number): void {
    const { server } = this;
    const replies = [
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
    replies.forEach((reply, i) => {
      const object = server.malloc(16);
      const sds = newSds(server, reply, { owner: { kind: 'object', address: hex(object) }, settled: true });
      server.space.write32(object, 0x5a17c300);
      server.space.write32(object + 4, 1);
      server.space.write64(object + 8, sds);
      server.space.write64(at + 8 * i, object);
    });
    for (let i = 0; i < SHARED_INTEGERS; i++) {
      const object = newObject(server, TYPE.string, ENCODING.int, i, 1);
      this.sharedIntegers.push(object);
      server.space.write64(at + 8 * (64 + i), object);
    }
  }
}

/** A string value of one of the three encodings, by chance. */
export function stringValue(keyspace: Keyspace, text: string, settled: boolean): number {
  return newStringObject(keyspace.server, text, { settled });
}
