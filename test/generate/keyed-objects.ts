import { hex } from './heap.ts';
import { ENCODING, TYPE, writeObjectHead } from './objects.ts';
import { newSds, payloadOf, sdsHeaderBytes, sdsType, writeSds } from './sds.ts';
import type { ServerImage } from './server-image.ts';
import type { StringTruth } from './truth.ts';

/** Objects with key and value up to this many bytes hold both (Redis 8.2, Valkey 8.1). */
const EMBED_MAX = 64;

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
  const front = 16 + (expireAt === undefined ? 0 : 8);

  const text = encoding === ENCODING.embstr ? takeEmbedded(server, value, pointer) : undefined;
  const whole = front + 1 + keyBytes + (text ? 3 + text.length + 1 : 0);
  const embeds = text !== undefined && whole <= EMBED_MAX;
  const at = server.malloc(embeds ? whole : front + 1 + keyBytes);
  server.free(value);
  const flags = expireAt === undefined ? 0 : server.profile.object === 'kvobj' ? 2 : 1;
  const keyed = server.profile.object === 'kvobj' ? 1 : 2;
  const stored = text !== undefined && !embeds ? ENCODING.raw : encoding;
  writeObjectHead(server, at, type, stored, 1, flags | keyed);
  if (expireAt !== undefined) space.write64(at + 16, expireAt);
  space.write8(at + front, sdsHeaderBytes(keyType));
  const keyAt = writeSds(server, at + front + 1, key, keyType, key.length);
  const record = (written: typeof keyAt, payload: Buffer, kind: string): StringTruth => {
    const region = server.heap.region(at);
    const { address, header, alloc } = written;
    const place = { region: hex(region.start), sizeClass: region.size, owner: { kind, address: hex(at) } };
    return {
      address: hex(address),
      header,
      len: payload.length,
      alloc,
      ...place,
      verdict: 'live',
      ...payloadOf(payload),
    };
  };
  server.record(record(keyAt, key, 'key'), false);

  if (!embeds) {
    const owner = { kind: 'object', address: hex(at) };
    if (text !== undefined) space.write64(at + 8, newSds(server, text, { owner }));
    else space.write64(at + 8, pointer);
    if (encoding === ENCODING.raw && type === TYPE.string) server.open(pointer).owner = owner;
    return { object: at, key: keyAt.address, value: undefined };
  }
  const room = server.heap.usable(at) - (front + 1 + keyBytes) - 4;
  const start = at + front + 1 + keyBytes;
  const valueAt = writeSds(server, start, text, 1, server.profile.name === 'valkey' ? room : text.length);
  space.write64(at + 8, valueAt.address);
  server.record(record(valueAt, text, 'embedded'), false);
  return { object: at, key: keyAt.address, value: valueAt.address };
}

/** Copies an EMBSTR's text out; the old string is freed with its object. */
function takeEmbedded(server: ServerImage, object: number, address: number): Buffer {
  const text = server.space.readBytes(address, server.space.read8(address - 3));
  server.forget(object, address);
  return text;
}
