import assert from 'node:assert/strict';
import type { CoreFile } from './core-file.ts';

export interface Walked {
  readonly user: number;
  readonly bytes: number;
  readonly used: boolean;
}

/** Chunks of the main arena: from the start of the break to the top. */
export function walkHeap(core: CoreFile): Walked[] {
  // The heap is the writable mapping that begins with the tcache_perthread_struct's chunk.
  const heap = core.segments.find(({ start, flags }) => flags === 6 && core.u64(start + 8) === 0x291)!;
  return walkFrom(core, heap.start, heap.end);
}

/** Chunks of the arena whose malloc_state lies behind the heap_info of a heap of its own. */
export function walkThreadHeap(core: CoreFile, state: number): Walked[] {
  const info = state - 48;
  assert.equal(core.u64(info), state);
  return walkFrom(core, Math.ceil((state + 2200) / 16) * 16, info + core.u64(info + 16));
}

/** Chunks by their sizes alone (malloc.c), without the top, which ends at `end`; whether one is in use says the next. */
function walkFrom(core: CoreFile, start: number, end: number): Walked[] {
  const chunks: Walked[] = [];
  for (let at = start; ; ) {
    const bytes = core.u64(at + 8) & ~7;
    assert.ok(bytes >= 32 && bytes % 16 === 0 && at + bytes <= end, at.toString(16));
    if (at + bytes === end) return chunks;
    chunks.push({ user: at + 16, bytes, used: (core.u64(at + bytes + 8) & 1) === 1 });
    at += bytes;
  }
}

/** Follows a list of safe-linked chunks: each stores next ^ (its own place >> 12). */
function follow(core: CoreFile, head: number): number[] {
  const users: number[] = [];
  for (let user = head; user !== 0; ) {
    users.push(user);
    user = Number(core.bytes(user, 8).readBigUInt64LE() ^ (BigInt(user) >> 12n));
  }
  return users;
}

export function cachedChunks(core: CoreFile, cache: number): number[] {
  const users: number[] = [];
  for (let bin = 0; bin < 64; bin++) {
    const list = follow(core, core.u64(cache + 128 + 8 * bin));
    assert.equal(list.length, core.bytes(cache + 2 * bin, 2).readUInt16LE());
    users.push(...list);
  }
  return users;
}

/** The main arena's malloc_state in libc's data: the word 96 bytes in is the heap's top (malloc.c at 2.36). */
export function findArena(core: CoreFile): {
  readonly state: number;
  readonly next: number;
  readonly systemMemory: number;
} {
  const last = walkHeap(core).at(-1)!;
  const top = last.user - 16 + last.bytes;
  for (const { start, bytes } of core.writable()) {
    for (let at = bytes.indexOf(wordBytes(top)); at >= 0; at = bytes.indexOf(wordBytes(top), at + 1)) {
      const state = start + at - 96;
      const [unsorted, next] = [core.u64(state + 112 + 8), core.u64(state + 2160)];
      // The unsorted list is a ring through the arena: its bk leads back to it or to a chunk of the heap.
      if (next !== 0 && core.holds(unsorted)) return { state, next, systemMemory: core.u64(state + 2184) };
    }
  }
  throw new Error('no malloc_state names the top');
}

function wordBytes(word: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(word));
  return bytes;
}
