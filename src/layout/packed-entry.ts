/** One element of a listpack, ziplist or intset. Offsets count from the blob's first byte; ends are exclusive. */
export interface PackedEntry {
  /** 0 for the first. */
  readonly index: number;
  readonly start: number;
  /** Behind what belongs to it: in a listpack the length that is read backwards is the last of it. */
  readonly end: number;
  /** As the C sources name it: "str6", "int16", … */
  readonly encoding: string;
  /** Text, in [from, to) of the blob, or a number. */
  readonly value: { readonly from: number; readonly to: number } | bigint;
}

/** A signed little-endian integer of `width` bytes; the caller has checked that they are there. */
export function signedAt(bytes: Uint8Array, at: number, width: number): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]);
  return BigInt.asIntN(width * 8, value);
}
