import { HEADERS, OWNER_KINDS, type OwnerKind } from '../../src/heap/findings.ts';

/** Every size class that a request rounds up to itself, up to 1 MiB: jemalloc's with quantum 8. */
const CLASSES = new Set<number>();
for (let size = 8; size <= 64; size += 8) CLASSES.add(size);
for (let group = 64; group < 1 << 20; group *= 2)
  for (let step = 1; step <= 4; step++) CLASSES.add(group + (step * group) / 4);

interface Hit {
  readonly at: number;
  readonly header: (typeof HEADERS)[number];
  readonly length: number;
  readonly alloc: number;
  readonly ownerKind: number;
}

/**
 * The rules of the byte scan, written once more for a whole buffer, grid place by grid place, with a DataView and
 * TextDecoder in place of anything clever.
 */
export function naiveScan(bytes: Uint8Array, start: number): Hit[] {
  const hits: Hit[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const byte = (at: number) => (at < bytes.length ? bytes[at] : -1);
  const u32 = (at: number) => (at + 4 <= bytes.length ? view.getUint32(at, true) : 0);
  const u64 = (at: number) => u32(at) + u32(at + 4) * 2 ** 32;

  const isText = (at: number, length: number): boolean => {
    const judged = Math.min(length, 4096);
    if (at + judged > bytes.length || judged === 0) return false;
    const part = bytes.slice(at, at + judged);
    if (part.some(one => (one < 32 && one !== 9 && one !== 10 && one !== 13) || one === 127)) return false;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(part, { stream: judged < length });
      return true;
    } catch {
      return false;
    }
  };
  const made = (code: number, length: number, alloc: number): boolean => {
    const request = [1, 3, 5, 9, 17][code] + alloc + 1;
    const most = code === 1 ? 255 : code === 2 ? 65_535 : -1;
    return alloc === length || alloc === most || CLASSES.has(request) || (request >= 24 && request % 16 === 8);
  };

  let at = (8 - (start % 8)) % 8;
  while (at < bytes.length) {
    const hit = hitAt(at);
    if (hit === undefined) {
      at += 8;
      continue;
    }
    hits.push(hit.hit, ...hit.more);
    at += Math.ceil((hit.end - at) / 8) * 8;
  }
  return hits;

  function found(
    payload: number,
    code: number,
    length: number,
    alloc: number,
    owner: OwnerKind,
    end = payload + (length > 4096 ? 4096 : length + 1),
  ): { hit: Hit; more: Hit[]; end: number } {
    const ownerKind = OWNER_KINDS.indexOf(owner);
    // The columns hold 32 bits.
    const hit = { at: payload, header: HEADERS[code], length, alloc: Math.min(alloc, 0xffff_ffff), ownerKind };
    return { hit, more: [], end };
  }

  function hitAt(place: number): { hit: Hit; more: Hit[]; end: number } | undefined {
    // A place whose first four bytes are zero begins no string that is looked for.
    if (byte(place) <= 0 && byte(place + 1) <= 0 && byte(place + 2) <= 0 && byte(place + 3) <= 0) return undefined;
    const address = start + place;
    if (byte(place) === 0x80 && byte(place + 18) === 1 && u64(place + 8) === address + 19) {
      const length = byte(place + 16);
      if (length <= byte(place + 17) && byte(place + 19 + length) === 0) {
        return found(place + 19, 1, length, byte(place + 17), 'embedded');
      }
    }
    const headed: [code: number, size: number, length: number, alloc: number][] = [
      [1, 3, byte(place), byte(place + 1)],
      [2, 5, byte(place) + byte(place + 1) * 256, byte(place + 2) + byte(place + 3) * 256],
      [3, 9, u32(place), u32(place + 4)],
      [4, 17, u64(place), u64(place + 8)],
    ];
    for (const [code, size, length, alloc] of headed) {
      if (byte(place + size - 1) !== code || length < 1 || length > alloc) continue;
      if (code >= 3 && alloc < 256) continue;
      const payload = place + size;
      if (byte(payload + length) !== 0) continue;
      if (isText(payload, length)) return found(payload, code, length, alloc, 'none');
      const pointerLike = u32(place + 4) < 0x8000;
      if (length < 8 || pointerLike || !made(code, length, alloc)) continue;
      return code === 1
        ? found(payload, code, length, alloc, 'none')
        : found(payload, code, length, alloc, 'none', place + 8);
    }
    const code = [1, 3, 5, 9].indexOf(byte(place));
    if (code >= 0) {
      const payload = place + 1 + byte(place);
      const flags = byte(payload - 1);
      const length = [flags >> 3, byte(place + 1), byte(place + 1) + byte(place + 2) * 256, u32(place + 1)][code];
      const alloc = [length, byte(place + 2), byte(place + 3) + byte(place + 4) * 256, u32(place + 5)][code];
      const named = code === 0 ? flags > 0 && flags % 8 === 0 : flags === code;
      if (named && length >= 1 && length <= alloc && isText(payload, length) && byte(payload + length) === 0) {
        const key = found(payload, code, length, alloc, 'key');
        const value = key.end + 3;
        const room = byte(key.end + 1);
        const size = byte(key.end);
        const follows = length <= 4096 && byte(value - 1) === 1 && size >= 1 && size <= room;
        if (!follows || !isText(value, size) || byte(value + size) !== 0) return key;
        const second = found(value, 1, size, room, 'object');
        return { hit: key.hit, more: [second.hit], end: second.end };
      }
    }
    const len = u32(place);
    const free = u32(place + 4);
    if (len >= 3 && len <= 2 ** 29 && free <= len + 2 ** 20 && isText(place + 8, len) && byte(place + 8 + len) === 0) {
      return found(place + 8, 5, len, len + free, 'none');
    }
    if (byte(place) > 0 && byte(place) % 8 === 0) {
      const length = byte(place) / 8;
      const text = bytes.slice(place + 1, place + 1 + length);
      const plain = /^[0-9A-Za-z]+$/.test(Buffer.from(text).toString('latin1'));
      if ((length > 2 || plain) && isText(place + 1, length) && byte(place + 1 + length) === 0) {
        return found(place + 1, 0, length, length, 'none');
      }
    }
    return undefined;
  }
}
