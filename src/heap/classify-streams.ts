import { RAX_BYTES, RAX_HEAD_WORD, readRaxNode, STREAM_BYTES, STREAM_RAX_WORDS } from '../layout/rax.ts';
import { GrowingU32 } from './growing.ts';
import { AT_START } from './pointer-codes.ts';
import { codeOf, startAt, targetOf } from './references.ts';
import { SHAPE_LISTPACK } from './shape.ts';
import { KIND_LISTPACK, KIND_RAX, KIND_RAX_NODE, KIND_STREAM, type Typing } from './typing.ts';

/**
 * Names the stream at region `id`: its rax, the rax's nodes, and the listpacks that are its values. False where it is none.
 * A node's children are nodes; its value is a listpack, which says so itself. Whatever else a value is, it is no node: the server has
 * other radix trees, such as that of its clients, and a client taken for a node would lose the pointers behind the node's bytes.
 */
export function claimStream(typing: Typing, id: number): boolean {
  const { references } = typing;
  if (typing.sizeOf(id) < STREAM_BYTES) return false;
  const rax = STREAM_RAX_WORDS.map(word => startAt(references, id, word)).find(one => one >= 0) ?? -1;
  if (rax < 0 || typing.sizeOf(rax) < RAX_BYTES) return false;
  const head = startAt(references, rax, RAX_HEAD_WORD);
  if (head < 0 || !typing.claim(id, KIND_STREAM)) return false;
  typing.claim(rax, KIND_RAX);
  claimNodes(typing, head);
  return true;
}

/** Number of the words that edges do not tell apart: see References.word. */
const LAST_WORD = 255;

function claimNodes(typing: Typing, head: number): void {
  const { first, edge, word, shape } = typing.references;
  const queue = new GrowingU32(64);
  if (!typing.claim(head, KIND_RAX_NODE)) return;
  queue.push(head);
  for (let next = 0; next < queue.length; next++) {
    const node = queue.view()[next];
    typing.breathe();
    const header = typing.memory.bytes(typing.addressOf(node), 4);
    if (header === undefined) continue;
    // Streams came with padded nodes (5.0). What lies behind the node's own bytes is an earlier tenant's.
    const layout = readRaxNode(header, 0, true);
    const from = layout.childrenAt / 8;
    const to = Math.min(layout.bytes / 8, LAST_WORD + 1);
    const value = layout.valueAt < 0 ? to : Math.min(layout.valueAt / 8, LAST_WORD);
    for (let e = first[node]; e < first[node + 1]; e++) {
      const target = targetOf(edge[e]);
      if (word[e] < from || word[e] >= to) continue;
      if (codeOf(edge[e]) !== AT_START || typing.kind[target] !== 0) continue;
      if (shape[target] & SHAPE_LISTPACK) typing.claim(target, KIND_LISTPACK);
      else if (word[e] < value && typing.claim(target, KIND_RAX_NODE)) queue.push(target);
    }
  }
}
