/** The packed encodings of small aggregates, as bytes: ziplist.c, listpack.c, intset.c. Entries are text; none is stored as a number. */

/** Ziplist: u32 zlbytes, u32 zltail, u16 zllen, entries { prevlen, encoding, data }, 0xff. */
export function ziplist(entries: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  let previous = 0;
  let at = 10;
  let tail = 10;
  for (const entry of entries) {
    const data = Buffer.from(entry);
    const bytes = Buffer.concat([previousLength(previous), ziplistLength(data.length), data]);
    parts.push(bytes);
    previous = bytes.length;
    tail = at;
    at += bytes.length;
  }
  const head = Buffer.alloc(10);
  head.writeUInt32LE(at + 1, 0);
  head.writeUInt32LE(tail, 4);
  head.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
  return Buffer.concat([head, ...parts, Buffer.from([0xff])]);
}

/** Length of the entry before: one byte below 254, else 0xfe and a u32. */
function previousLength(length: number): Buffer {
  if (length < 254) return Buffer.from([length]);
  const long = Buffer.alloc(5, 0xfe);
  long.writeUInt32LE(length, 1);
  return long;
}

/** String encodings: 00pppppp, 01pppppp qqqqqqqq, 10______ and a big-endian u32. */
function ziplistLength(length: number): Buffer {
  if (length < 64) return Buffer.from([length]);
  if (length < 16384) return Buffer.from([0x40 | (length >> 8), length & 0xff]);
  const long = Buffer.alloc(5, 0x80);
  long.writeUInt32BE(length, 1);
  return long;
}

/** Listpack: u32 total bytes, u16 count, entries { encoding, data, backlen }, 0xff. */
export function listpack(entries: readonly string[]): Buffer {
  const parts = entries.map(entry => {
    const data = Buffer.from(entry);
    const body = Buffer.concat([listpackLength(data.length), data]);
    return Buffer.concat([body, backLength(body.length)]);
  });
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(body.length + 7, 0);
  head.writeUInt16LE(Math.min(entries.length, 0xffff), 4);
  return Buffer.concat([head, body, Buffer.from([0xff])]);
}

/** String encodings: 10llllll, 1110llll llllllll, 0xf0 and a little-endian u32. */
function listpackLength(length: number): Buffer {
  if (length < 64) return Buffer.from([0x80 | length]);
  if (length < 4096) return Buffer.from([0xe0 | (length >> 8), length & 0xff]);
  const long = Buffer.alloc(5, 0xf0);
  long.writeUInt32LE(length, 1);
  return long;
}

/** Entry length in groups of seven bits, most significant first; all but the first byte carry bit 7 (lpEncodeBacklen). */
function backLength(length: number): Buffer {
  const groups = [length & 127];
  for (let rest = length >> 7; rest > 0; rest >>= 7) groups.unshift(rest & 127);
  return Buffer.from(groups.map((group, i) => (i === 0 ? group : group | 128)));
}

/** Intset: u32 bytes a number, u32 count, sorted numbers. These fit in 4 bytes. */
export function intset(numbers: readonly number[]): Buffer {
  const out = Buffer.alloc(8 + 4 * numbers.length);
  out.writeUInt32LE(4, 0);
  out.writeUInt32LE(numbers.length, 4);
  [...numbers]
    .sort((a, b) => a - b)
    .forEach((number, i) => {
      out.writeInt32LE(number, 8 + 4 * i);
    });
  return out;
}
