/** CRC16-XMODEM, as cluster.c hashes keys (crc16.c). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** A key of slots_to_keys (cluster.c at 4.0 to 6.2): the hash slot as two big-endian bytes, then the key's text. */
export function slotKey(name: string): Buffer {
  const open = name.indexOf('{');
  const close = open < 0 ? -1 : name.indexOf('}', open + 1);
  const hashed = close > open + 1 ? name.slice(open + 1, close) : name;
  const slot = crc16(Buffer.from(hashed)) % 16384;
  return Buffer.concat([Buffer.from([slot >> 8, slot & 0xff]), Buffer.from(name)]);
}
