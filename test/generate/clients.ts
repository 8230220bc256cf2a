import { hex } from './heap.ts';
import type { Keyspace } from './keyspace.ts';
import { newStringObject } from './objects.ts';
import { newSds } from './sds.ts';

/** Bytes read at once (PROTO_IOBUF_LEN): an empty query buffer is grown by that, and by twice that up to 6.2, where every growth was greedy. */
const READ_BYTES = 16384;

/** Connected clients: struct client with its query buffer and argv, on a list that hangs from the server. */
export function connectClients(keyspace: Keyspace, queries: readonly (readonly string[])[]): void {
  const { server } = keyspace;
  const { space, profile } = server;
  const capacity = profile.table === 'dictht' ? 2 * READ_BYTES : READ_BYTES;
  const list = server.calloc(48);
  let previous = 0;
  queries.forEach((query, i) => {
    const client = server.calloc(profile.client.bytes);
    const text = `*${query.length}\r\n${query.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
    const owner = { kind: 'client', address: hex(client) };
    const buffer = newSds(server, text, { owner, settled: true, capacity });
    space.write64(client, i + 1);
    space.write64(client + profile.client.querybuf, buffer);
    const argv = server.malloc(8 * query.length);
    query.forEach((word, k) => {
      space.write64(argv + 8 * k, newStringObject(server, word, { settled: true }));
    });
    space.write64(client + profile.client.argv, argv);
    const node = server.malloc(24);
    [previous, 0, client].forEach((word, k) => {
      space.write64(node + 8 * k, word);
    });
    space.write64(previous === 0 ? list : previous + 8, node);
    previous = node;
  });
  space.write64(list + 8, previous);
  space.write64(list + 40, queries.length);
  keyspace.setGlobal(profile.clientsOffset, list);
}
