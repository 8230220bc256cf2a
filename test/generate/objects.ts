import { hex } from './heap.ts';
import { describeSds, newSds, type SdsOptions, writeSds } from './sds.ts';
import type { ServerImage } from './server-image.ts';

/** OBJ_* types (server.h). */
export const TYPE = { string: 0, list: 1, set: 2, zset: 3, hash: 4, module: 5, stream: 6 };
/** OBJ_ENCODING_* (server.h at 7.4). */
export const ENCODING = {
  raw: 0,
  int: 1,
  ht: 2,
  linkedlist: 4,
  ziplist: 5,
  intset: 6,
  skiplist: 7,
  embstr: 8,
  quicklist: 9,
  stream: 10,
  listpack: 11,
  listpackEx: 12,
};

/** LRU clock of the generated servers: seconds, 24 bits. */
const LRU = 0x5a17c3;

/**
 * Writes the first eight bytes of a robj: type, encoding, lru; refcount (server.h, 2.8 to 8.0). Up to 2.6 two unused
 * bits lie before the encoding, and the clock has 22 (redis.h at 2.6.17). Redis 8.2 and Valkey 8.1 keep two flags below a refcount of 30 bits: `flags`. Redis 8.6 has the refcount in bits 8-30, bit 31 for a key inside, then
 * a byte of metadata bits before the clock (object.h at commit 0815ff2): `flags` has the first, and the byte above it.
 */
export function writeObjectHead(
  server: ServerImage,
  at: number,
  type: number,
  encoding: number,
  refcount: number,
  flags = 0,
): void {
  const { object } = server.profile;
  if (object === 'kvobj-8.6') {
    server.space.write32(at, (((flags & 1) << 31) | ((refcount & 0x7f_ffff) << 8) | (encoding << 4) | type) >>> 0);
    server.space.write32(at + 4, ((LRU << 8) | (flags >>> 1)) >>> 0);
    return;
  }
  const flagged = object === 'kvobj' || object === 'valkey-8.1';
  const head = object === 'robj-2.6' ? (LRU << 10) | (encoding << 6) | type : (LRU << 8) | (encoding << 4) | type;
  server.space.write32(at, head >>> 0);
  server.space.write32(at + 4, flagged ? (refcount << 2) | flags : refcount);
}

/** The encoding of the object at an address. */
export function encodingOf({ space, profile }: ServerImage, object: number): number {
  return profile.object === 'robj-2.6' ? (space.read32(object) >>> 6) & 15 : space.read8(object) >> 4;
}

/** createObject: a robj; `pointer` is the address or, for INT, the number itself. Returns its address. */
export function newObject(
  server: ServerImage,
  type: number,
  encoding: number,
  pointer: number | bigint,
  refcount = 1,
): number {
  const at = server.malloc(server.objectPointer + 8);
  writeObjectHead(server, at, type, encoding, refcount);
  if (server.profile.object === 'keydb') server.space.write64(at + 8, 0);
  server.space.write64(at + server.objectPointer, pointer);
  return at;
}

/** createStringObject: EMBSTR up to the limit, else RAW with an sds of its own. Returns the robj's address. */
export function newStringObject(server: ServerImage, text: string, options: SdsOptions = {}): number {
  if (Buffer.byteLength(text) <= server.profile.embstrLimit) return newEmbedded(server, text, options);
  const owner = { kind: 'object', address: '' };
  const sds = newSds(server, text, { ...options, settled: false, owner });
  const at = newObject(server, TYPE.string, ENCODING.raw, sds);
  owner.address = hex(at);
  if (options.settled) server.settle(sds);
  return at;
}

/**
 * createEmbeddedStringObject: robj 16, sdshdr8 3, text, NUL in one block; ptr = block + 19. KeyDB's sdshdr8 lies where
 * the pointer would, also at block + 16, and nothing points at it.
 */
export function newEmbedded(server: ServerImage, text: string, options: SdsOptions = {}): number {
  const payload = Buffer.from(text);
  const at = server.malloc(16 + 3 + payload.length + 1);
  writeObjectHead(server, at, TYPE.string, ENCODING.embstr, 1);
  // Valkey stores what the block has room for (object.c at 8.0.1).
  const room = server.profile.name === 'valkey' ? server.heap.usable(at) - 20 : payload.length;
  const written = writeSds(server, at + 16, payload, 1, room);
  server.space.write64(at + 8, server.profile.object === 'keydb' ? 0 : written.address);
  const owner = { kind: 'embedded', address: hex(at) };
  server.record(describeSds(server, written, payload, at, owner, options.verdict), options.settled ?? false);
  return at;
}
