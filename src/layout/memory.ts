/**
 * What a layout may know of a process: bytes at addresses, and nothing else.
 * The layouts below `src/layout` are pure functions over this.
 */
export interface Memory {
  /**
   * A view of `length` bytes from `address`, or undefined when any of them is absent from the dump.
   * The view is only good until the next call: copy what must be kept.
   */
  bytes(address: number, length: number): Uint8Array | undefined;
}

/** Little-endian reads inside `bytes`; the caller has checked that they lie inside it. */
export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

export function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** A 64-bit word as a number: exact below 2^53 (every user-space address is), rounded above. */
export function u64(bytes: Uint8Array, at: number): number {
  return u32(bytes, at) + u32(bytes, at + 4) * 0x1_0000_0000;
}
