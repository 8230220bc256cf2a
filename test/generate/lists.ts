import { ENCODING, newObject, newStringObject, TYPE } from './objects.ts';
import { listpack, ziplist } from './packed.ts';
import type { ServerImage } from './server-image.ts';

/** Elements of one quicklist node. */
const PER_NODE = 16;

/** A list object: linkedlist to 3.0, quicklist of ziplists to 6.2, of listpacks from 7.0. Returns the robj's address. */
export function newList(server: ServerImage, elements: readonly string[]): number {
  if (server.profile.lists === 'linkedlist') {
    return newObject(server, TYPE.list, ENCODING.linkedlist, linkedList(server, elements));
  }
  return newObject(server, TYPE.list, ENCODING.quicklist, quicklist(server, elements));
}

/** list { head, tail, dup, free, match, len } of listNode { prev, next, value } (adlist.h); values are objects. */
function linkedList(server: ServerImage, elements: readonly string[]): number {
  const { space } = server;
  const list = server.calloc(48);
  let previous = 0;
  for (const element of elements) {
    const node = server.malloc(24);
    const value = newStringObject(server, element, { settled: true });
    [previous, 0, value].forEach((word, i) => {
      space.write64(node + 8 * i, word);
    });
    space.write64(previous === 0 ? list : previous + 8, node);
    previous = node;
  }
  space.write64(list + 8, previous);
  space.write64(list + 40, elements.length);
  return list;
}

/** quicklist { head, tail, count, len, fill, compress } and its nodes (quicklist.h at 3.2, 5.0, 7.0). */
function quicklist(server: ServerImage, elements: readonly string[]): number {
  const { space, profile } = server;
  const recent = profile.lists === 'quicklist-7.0';
  const list = server.calloc(profile.lists === 'quicklist-3.2' ? 32 : 40);
  const nodes = Math.ceil(elements.length / PER_NODE);
  let previous = 0;
  for (let i = 0; i < nodes; i++) {
    const part = elements.slice(i * PER_NODE, (i + 1) * PER_NODE);
    const packed = recent ? listpack(part) : ziplist(part);
    const data = server.malloc(packed.length);
    space.writeBytes(data, packed);
    const node = server.calloc(recent ? 40 : 32);
    space.write64(node, previous);
    space.write64(node + 16, data);
    space.write32(node + 24, packed.length);
    // count, then encoding RAW (1) and container PACKED (2) in the bits behind it.
    const counts = recent ? node + 32 : node + 28;
    space.write16(counts, part.length);
    space.write16(counts + 2, 1 | (2 << 2));
    space.write64(previous === 0 ? list : previous + 8, node);
    previous = node;
  }
  space.write64(list + 8, previous);
  space.write64(list + 16, elements.length);
  const fill = profile.lists === 'quicklist-3.2' ? list + 28 : list + 32;
  if (profile.lists === 'quicklist-3.2') space.write32(list + 24, nodes);
  else space.write64(list + 24, nodes);
  space.write16(fill, 0xfffe); // fill -2: nodes of up to 8 KiB
  return list;
}
