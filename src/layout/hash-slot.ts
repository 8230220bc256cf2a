/**
 * The cluster's hash slot of a key: CRC16 of the key, or of its hash tag, modulo 16384. Source: redis src/cluster.c (keyHashSlot)
 * and src/crc16.c at 3.2.8, unchanged since.
 */
export const HASH_SLOTS = 16_384;

/** Slot of the key bytes[start, end): 0…16383. The tag is what lies between the first { and the first } behind it, unless that is empty. */
export function hashSlot(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let from = start;
  let to = end;
  const open = indexOf(bytes, 0x7b, start, end);
  if (open >= 0) {
    const close = indexOf(bytes, 0x7d, open + 1, end);
    if (close > open + 1) {
      from = open + 1;
      to = close;
    }
  }
  let crc = 0;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ CRC16[((crc >>> 8) ^ bytes[i]) & 0xff];
  return crc & (HASH_SLOTS - 1);
}

/** CRC16-XMODEM: polynomial 0x1021, nothing reflected. */
const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  return crc;
});

function indexOf(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let i = start; i < end; i++) if (bytes[i] === byte) return i;
  return -1;
}
