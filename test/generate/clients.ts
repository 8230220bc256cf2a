import { hex } from './heap.ts';
import type { Keyspace } from './keyspace.ts';
import { newStringObject } from './objects.ts';
import { newSds } from './sds.ts';

/** Bytes a query buffer is grown to (PROTO_IOBUF_LEN and what the append adds). */
const QUERY_CAPACITY = 16384;

/** Connected clients: struct client with its query buffer and argv, on a list that hangs from the server. */
export function connectClients(keyspace: Keyspace, queries: readonly (readonly string[])[]): void {
  const { server } = keyspace;
  const { space, profile } = server;
  const list = server.calloc(48);
  let previous = 0;
  queries.forEach((query, i) => {
    const client = server.calloc(profile.client.bytes);
    const text = `*${query.length}\r\n${query.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
    const owner = { kind: 'client', address: hex(client) };
    const buffer = newSds(server, text, { owner, settled: true, capacity: QUERY_CAPACITY });
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
