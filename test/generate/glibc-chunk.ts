import type { AddressSpace } from './address-space.ts';

/** prev_size and size in front of what malloc returns. */
export const CHUNK_HEADER = 16;
export const PREV_INUSE = 1;
export const IS_MMAPPED = 2;
export const NON_MAIN_ARENA = 4;

/** A chunk; `address` is that of its header. */
export interface Chunk {
  readonly address: number;
  bytes: number;
  state: 'used' | 'tcache' | 'fast' | 'free';
  readonly mapped: boolean;
  /** malloc's own: a tcache_perthread_struct. */
  readonly metadata: boolean;
}

/** request2size: 8 bytes of overhead, multiples of 16, at least 32. */
export function chunkBytes(request: number): number {
  return Math.max(32, Math.ceil((request + 8) / 16) * 16);
}

export function writeSize(space: AddressSpace, chunk: Chunk, flags: number): void {
  space.write64(chunk.address + 8, chunk.bytes + flags);
}

/** PROTECT_PTR (glibc >= 2.32): the pointer xor the address it is stored at, shifted by 12. */
export function protect(position: number, pointer: number): bigint {
  return (BigInt(position) >> 12n) ^ BigInt(pointer);
}
