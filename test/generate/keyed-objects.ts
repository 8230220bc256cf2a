import { hex } from './heap.ts';
import { ENCODING, TYPE, writeObjectHead } from './objects.ts';
import { describeSds, newSds, sdsHeaderBytes, sdsType, writeSds } from './sds.ts';
import type { ServerImage } from './server-image.ts';

/** Objects with key and value up to this many bytes hold both (Redis 8.2, Valkey 8.1). */
const EMBED_MAX = 64;
/** Objects of keys from this length on always have room for an expiry. */
const EXPIRE_FROM_KEY = 128;

export interface Keyed {
  /** Address of the object. */
  readonly object: number;
  /** Address of the key's payload. */
  readonly key: number;
  /** Address of the embedded value's payload, if there is one. */
  readonly value: number | undefined;
}

/**
 * The object of a database key that holds the key itself: robj 16, the expiry if there is one, u8 size of the key's
 * header, key sds, and for short strings the value's sdshdr8 (object.c, Redis 8.2 and Valkey 8.1). `value` is a plain
 * object, whose place it takes: the old one is freed, as dbAdd does. Strings in it are left open.
 */
export function newKeyedObject(server: ServerImage, name: string, value: number, expireAt?: number): Keyed {
  const { space } = server;
  const head = space.read8(value);
  const [type, encoding] = [head & 15, head >> 4];
  const pointer = space.read64(value + server.objectPointer);
  const key = Buffer.from(name);
  const keyType = sdsType(key.length);
  const keyBytes = sdsHeaderBytes(keyType) + key.length + 1;
  const text = encoding === ENCODING.embstr ? takeEmbedded(server, value, pointer) : undefined;
  const wanted = 16 + (expireAt === undefined && key.length < EXPIRE_FROM_KEY ? 0 : 8) + 1 + keyBytes;
  const embeds = text !== undefined && wanted + 3 + text.length + 1 <= EMBED_MAX;
  const block = server.malloc(embeds ? wanted + 3 + text.length + 1 : wanted);
  server.free(value);
  const usable = server.heap.usable(block);
  // From Redis 8.6 on an expiry is metadata, and that lies in front. Before, room for it is kept where the block has it to spare, and holds -1.
  const fronted = server.profile.object === 'kvobj-8.6';
  const spare = !fronted && usable - wanted - (embeds ? 3 + text.length + 1 : 0) >= 8;
  const hasRoom = wanted > 16 + 1 + keyBytes || spare;
  const at = block + (fronted && hasRoom ? 8 : 0);
  const kvobj = server.profile.object !== 'valkey-8.1';
  const stored = text !== undefined && !embeds ? ENCODING.raw : encoding;
  writeObjectHead(server, at, type, stored, 1, (kvobj ? 1 : 2) | (hasRoom ? (kvobj ? 2 : 1) : 0));
  if (hasRoom) space.write64(fronted ? block : at + 16, expireAt ?? -1n);
  const front = hasRoom && !fronted ? 24 : 16;
  space.write8(at + front, sdsHeaderBytes(keyType));
  const keyAt = writeSds(server, at + front + 1, key, keyType, key.length);
  server.record(describeSds(server, keyAt, key, block, { kind: 'key', address: hex(at) }), false);

  if (!embeds) {
    const owner = { kind: 'object', address: hex(at) };
    if (text !== undefined) space.write64(at + 8, newSds(server, text, { owner }));
    else space.write64(at + 8, pointer);
    if (encoding === ENCODING.raw && type === TYPE.string) server.open(pointer).owner = owner;
    return { object: at, key: keyAt.address, value: undefined };
  }
  const start = at + front + 1 + keyBytes;
  const valueAt = writeSds(
    server,
    start,
    text,
    1,
    server.profile.name === 'valkey' ? block + usable - start - 4 : text.length,
  );
  space.write64(at + 8, valueAt.address);
  server.record(describeSds(server, valueAt, text, block, { kind: 'embedded', address: hex(at) }), false);
  return { object: at, key: keyAt.address, value: valueAt.address };
}

/** Copies an EMBSTR's text out; the old string is freed with its object. */
function takeEmbedded(server: ServerImage, object: number, address: number): Buffer {
  const text = server.space.readBytes(address, server.space.read8(address - 3));
  server.forget(object, address);
  return text;
}
