import { ENCODING, newObject, TYPE } from './objects.ts';
import { listpack } from './packed.ts';
import { newRax } from './rax.ts';
import type { ServerImage } from './server-image.ts';

/** A stream object (stream.h, 5.0 on): a rax from 16-byte big-endian ids to listpacks. Returns the robj's address. */
export function newStream(server: ServerImage, entries: readonly string[]): number {
  const { space, profile } = server;
  const perNode = 8;
  const nodes: [Buffer, number][] = [];
  for (let i = 0; i < entries.length; i += perNode) {
    const packed = listpack(entries.slice(i, i + perNode));
    const data = server.malloc(packed.length);
    space.writeBytes(data, packed);
    const id = Buffer.alloc(16);
    id.writeBigUInt64BE(1_790_000_000_000n + BigInt(i), 0);
    nodes.push([id, data]);
  }
  const stream = server.calloc(profile.lists === 'quicklist-7.0' ? 80 : 40);
  space.write64(stream, newRax(server, nodes));
  space.write64(stream + 8, entries.length);
  space.write64(stream + 16, 1_790_000_000_000 + entries.length);
  return newObject(server, TYPE.stream, ENCODING.stream, stream);
}
