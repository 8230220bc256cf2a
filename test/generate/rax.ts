import type { ServerImage } from './server-image.ts';

/** A radix tree's node while it is being built. */
interface Node {
  readonly children: Map<number, Node>;
  key: boolean;
  /** What the key maps to; null keys store no value (slots_to_keys). */
  value: number | undefined;
}

/** Bytes that bring children to 8-byte boundaries: raxPadding from 5.0.0 on; 4.0 has none, so its pointers lie at any byte. */
function padding(size: number, padded: boolean): number {
  return padded ? (8 - ((size + 4) % 8)) & 7 : 0;
}

/**
 * Builds a rax (rax.h): keys are byte strings, values addresses or undefined for null ones.
 * Returns the address of rax { head, numele, numnodes }.
 */
export function newRax(server: ServerImage, entries: Iterable<readonly [Uint8Array, number | undefined]>): number {
  const root: Node = { children: new Map(), key: false, value: undefined };
  let elements = 0;
  for (const [key, value] of entries) {
    let node = root;
    for (const byte of key) {
      let child = node.children.get(byte);
      if (!child) {
        child = { children: new Map(), key: false, value: undefined };
        node.children.set(byte, child);
      }
      node = child;
    }
    node.key = true;
    node.value = value;
    elements++;
  }
  const rax = server.malloc(24);
  const counter = { nodes: 0 };
  server.space.write64(rax, writeNode(server, root, counter));
  server.space.write64(rax + 8, elements);
  server.space.write64(rax + 16, counter.nodes);
  return rax;
}

/** Writes a node and all below it; a chain of single children without keys becomes one compressed node. */
function writeNode(server: ServerImage, node: Node, counter: { nodes: number }): number {
  const { space, profile } = server;
  counter.nodes++;
  let edges = [...node.children.keys()].sort((a, b) => a - b);
  let targets = edges.map(edge => node.children.get(edge)!);
  let compressed = false;
  if (edges.length === 1) {
    let end = targets[0];
    const chain = [edges[0]];
    while (end.children.size === 1 && !end.key) {
      const [[edge, next]] = end.children;
      chain.push(edge);
      end = next;
    }
    if (chain.length > 1) [edges, targets, compressed] = [chain, [end], true];
  }
  const children = targets.map(target => writeNode(server, target, counter));
  const isNull = node.key && node.value === undefined;
  const size = edges.length;
  const pad = padding(size, profile.slots !== 'rax-unpadded');
  const value = node.key && !isNull ? 8 : 0;
  const at = server.malloc(4 + size + pad + 8 * children.length + value);
  space.write32(at, (node.key ? 1 : 0) | (isNull ? 2 : 0) | (compressed ? 4 : 0) | (size << 3));
  space.writeBytes(at + 4, Uint8Array.from(edges));
  children.forEach((child, i) => {
    space.write64(at + 4 + size + pad + 8 * i, child);
  });
  if (value) space.write64(at + 4 + size + pad + 8 * children.length, node.value!);
  return at;
}
