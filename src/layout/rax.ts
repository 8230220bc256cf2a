import { numberField, pointerField, type StructField } from './field.ts';
import { u32 } from './memory.ts';

/**
 * The radix tree. Source: redis src/rax.h at 4.0.14, 5.0.14, 7.0.15. A node is a u32 header, edge text, from 5.0 on padding to
 * 8 bytes, child pointers (one if compressed, else one for each edge byte), and a value pointer if it is a key with a value. 64-bit.
 */
export const RAX_HEAD_WORD = 0;
/** head, numele, numnodes; newest servers add the bytes allocated. */
export const RAX_BYTES = 24;

export const RAX_FIELDS: readonly StructField[] = [
  pointerField('head', RAX_HEAD_WORD),
  numberField('numele', 8, 8),
  numberField('numnodes', 16, 8),
];

export interface RaxNode {
  readonly isKey: boolean;
  readonly isNull: boolean;
  readonly compressed: boolean;
  /** Bytes of edge text. */
  readonly size: number;
  /** Number of child pointers. */
  readonly children: number;
  /** Offset of the first child pointer. */
  readonly childrenAt: number;
  /** Offset of the value pointer, or -1. */
  readonly valueAt: number;
  /** Bytes of the whole node. */
  readonly bytes: number;
}

/** The node at bytes[at…]; only the header is read. `padded` from 5.0 on. */
export function readRaxNode(bytes: Uint8Array, at: number, padded: boolean): RaxNode {
  const header = u32(bytes, at);
  const isKey = (header & 1) !== 0;
  const isNull = (header & 2) !== 0;
  const compressed = (header & 4) !== 0;
  const size = header >>> 3;
  const children = compressed ? 1 : size;
  const padding = padded ? (8 - ((size + 4) % 8)) & 7 : 0;
  const childrenAt = 4 + size + padding;
  const end = childrenAt + children * 8;
  const hasValue = isKey && !isNull;
  return {
    isKey,
    isNull,
    compressed,
    size,
    children,
    childrenAt,
    valueAt: hasValue ? end : -1,
    bytes: end + (hasValue ? 8 : 0),
  };
}

/** A stream begins with its rax of listpacks (redis src/stream.h at 5.0.14, 7.0.15), in Valkey 9.1 (seen in a dump) behind one other word. */
export const STREAM_RAX_WORDS = [0, 1] as const;
export const STREAM_BYTES = 40;

/** Fields of a node, padding left out. */
export function raxNodeFields(node: RaxNode): readonly StructField[] {
  const fields = [numberField('bits', 0, 4)];
  if (node.size > 0) fields.push(numberField(node.compressed ? 'compressed edge' : 'edges', 4, node.size));
  for (let child = 0; child < node.children; child++) {
    fields.push({ name: `child[${child}]`, offset: node.childrenAt + child * 8, size: 8, form: 'pointer' });
  }
  if (node.valueAt >= 0) fields.push({ name: 'value', offset: node.valueAt, size: 8, form: 'pointer' });
  return fields;
}
