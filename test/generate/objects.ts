import { hex } from './heap.ts';
import { newSds, payloadOf, type SdsOptions, writeSds } from './sds.ts';
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

/** Writes the first eight bytes of a robj: type, encoding, lru; refcount (server.h, 2.8 to 8.0). */
export function writeObjectHead(
  server: ServerImage,
  at: number,
  type: number,
  encoding: number,
  refcount: number,
): void {
  server.space.write32(at, ((LRU << 8) | (encoding << 4) | type) >>> 0);
  server.space.write32(at + 4, refcount);
}

/** createObject: a robj of 16 bytes; `pointer` is the address or, for INT, the number itself. Returns its address. */
export function newObject(
  server: ServerImage,
  type: number,
  encoding: number,
  pointer: number | bigint,
  refcount = 1,
): number {
  const at = server.malloc(16);
  writeObjectHead(server, at, type, encoding, refcount);
  server.space.write64(at + 8, pointer);
  return at;
}

/** createStringObject: EMBSTR up to the limit, else RAW with an sds of its own. Returns the robj's address. */
export function newStringObject(server: ServerImage, text: string, options: SdsOptions = {}): number {
  if (Buffer.byteLength(text) <= server.profile.embstrLimit) return newEmbedded(server, text, options);
  const at = server.malloc(16);
  const owner = { kind: 'object', address: hex(at) };
  const sds = newSds(server, text, { ...options, owner });
  writeObjectHead(server, at, TYPE.string, ENCODING.raw, 1);
  server.space.write64(at + 8, sds);
  return at;
}

/** createEmbeddedStringObject: robj 16, sdshdr8 3, text, NUL in one block; ptr = block + 19. */
export function newEmbedded(server: ServerImage, text: string, options: SdsOptions = {}): number {
  const payload = Buffer.from(text);
  const at = server.malloc(16 + 3 + payload.length + 1);
  writeObjectHead(server, at, TYPE.string, ENCODING.embstr, 1);
  const written = writeSds(server, at + 16, payload, 1, payload.length);
  server.space.write64(at + 8, written.address);
  const region = server.heap.region(at);
  server.record(
    {
      address: hex(written.address),
      header: written.header,
      len: payload.length,
      alloc: written.alloc,
      region: hex(region.start),
      sizeClass: region.size,
      owner: { kind: 'embedded', address: hex(at) },
      verdict: options.verdict ?? 'live',
      ...payloadOf(payload),
    },
    options.settled ?? false,
  );
  return at;
}
