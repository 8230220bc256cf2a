import { isReplyBlock, LARGEST_CLIENT, replyBufferWord, SMALLEST_CLIENT } from '../layout/client.ts';
import { LIST_NODE_VALUE_WORD } from '../layout/list.ts';
import { startAt } from './references.ts';
import { KIND_CLIENT, KIND_CLIENT_REPLY, KIND_LIST_NODE, type Typing } from './typing.ts';

/**
 * Names clients and their reply buffers, which hold bytes and no references, but often an earlier tenant's. A client is in a list
 * (server.clients) and has a buffer whose size it knows.
 */
export function classifyClients(typing: Typing): void {
  const { references, kind } = typing;
  for (let node = 0; node < kind.length; node++) {
    typing.breathe();
    if (kind[node] !== KIND_LIST_NODE) continue;
    const value = startAt(references, node, LIST_NODE_VALUE_WORD);
    if (value < 0 || kind[value] !== 0) continue;
    const size = typing.sizeOf(value);
    if (size < SMALLEST_CLIENT) continue;
    const bytes = typing.memory.bytes(typing.addressOf(value), Math.min(size, LARGEST_CLIENT));
    if (bytes === undefined) continue;
    if (isReplyBlock(bytes, 0, size)) typing.claim(value, KIND_CLIENT_REPLY);
    else if (size <= LARGEST_CLIENT) claimClient(typing, value, bytes);
  }
}

function claimClient(typing: Typing, id: number, bytes: Uint8Array): void {
  const { references } = typing;
  const word = replyBufferWord(bytes, 0, bytes.length, one => {
    const target = startAt(references, id, one);
    return target < 0 || typing.kind[target] !== 0 ? 0 : typing.sizeOf(target);
  });
  if (word < 0) return;
  typing.claim(id, KIND_CLIENT);
  typing.claim(startAt(references, id, word), KIND_CLIENT_REPLY);
}
