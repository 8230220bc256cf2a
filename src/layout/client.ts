import { numberField, type StructField } from './field.ts';
import { u64 } from './memory.ts';

/**
 * What a server keeps for a connection. Sources: redis src/server.h at 3.2.8, 5.0.14, 7.0.15, 7.4.1, valkey src/server.h at 8.0.1.
 * The struct is 744 bytes in 7.0.15, 896 in Valkey 8.0.1, some 16.9 KB up to 6.2, where the reply buffer is part of it. From 7.0 on the
 * buffer is a block of its own (1 to 16 KiB), and a field near the pointer to it says how many bytes it has.
 */
export const SMALLEST_CLIENT = 512;
export const LARGEST_CLIENT = 2048;
/** PROTO_REPLY_MIN_BYTES. */
export const SMALLEST_REPLY_BUFFER = 1024;

/** A node of the reply list from 5.0 on: clientReplyBlock { size, used, buf[] }, of 16 KiB at least. */
const REPLY_BLOCK_HEAD = 16;

export const REPLY_BLOCK_FIELDS: readonly StructField[] = [numberField('size', 0, 8), numberField('used', 8, 8)];

/** Whether bytes[at…] begin a clientReplyBlock that fills a region of `regionSize` bytes. 16 bytes must be there. */
export function isReplyBlock(bytes: Uint8Array, at: number, regionSize: number): boolean {
  const size = u64(bytes, at);
  return size + REPLY_BLOCK_HEAD === regionSize && u64(bytes, at + 8) <= size;
}

/**
 * Word index of the pointer to the reply buffer in the client at bytes[at, at + length), or -1: the address `bufferAt(word)` leads to a block
 * whose size (0 where that word leads to none) another word of the struct names.
 */
export function replyBufferWord(
  bytes: Uint8Array,
  at: number,
  length: number,
  blockSize: (word: number) => number,
): number {
  const words = Math.floor(length / 8);
  for (let word = 0; word < words; word++) {
    const size = blockSize(word);
    if (size < SMALLEST_REPLY_BUFFER) continue;
    for (let other = Math.max(0, word - 8); other < Math.min(words, word + 8); other++) {
      if (u64(bytes, at + other * 8) === size) return word;
    }
  }
  return -1;
}
