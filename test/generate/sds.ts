import { hex } from './heap.ts';
import type { ServerImage } from './server-image.ts';
import type { StringTruth, TruthVerdict } from './truth.ts';

export interface SdsWrite {
  /** The sds pointer. */
  readonly address: number;
  readonly header: StringTruth['header'];
  readonly alloc: number;
}

const TYPES = [
  { header: 'sdshdr5', bytes: 1, field: 0 },
  { header: 'sdshdr8', bytes: 3, field: 1 },
  { header: 'sdshdr16', bytes: 5, field: 2 },
  { header: 'sdshdr32', bytes: 9, field: 4 },
  { header: 'sdshdr64', bytes: 17, field: 8 },
] as const;

/** The type sdsnewlen picks for a length: an empty string is type 8, being there to be appended to (sds.c at 3.2.8). */
export function sdsType(length: number): number {
  if (length === 0) return 1;
  if (length < 32) return 0;
  if (length < 256) return 1;
  if (length < 65536) return 2;
  return length < 2 ** 32 ? 3 : 4;
}

export function sdsHeaderBytes(type: number): number {
  return TYPES[type].bytes;
}

/** Largest `alloc` a type can hold (sdsTypeMaxSize). */
function maximum(type: number): number {
  return type === 0 ? 31 : Math.min(256 ** TYPES[type].field - 1, Number.MAX_SAFE_INTEGER);
}

/** Writes header, payload and NUL at `start`; returns what was written. `usable` is the room from `start` on, where the server stores it as alloc. */
export function writeSds(server: ServerImage, start: number, text: Uint8Array, type: number, room: number): SdsWrite {
  const { space } = server;
  const { header, bytes, field } = TYPES[type];
  const alloc = type === 0 ? text.length : Math.min(room, maximum(type));
  if (type === 0) space.write8(start, text.length << 3);
  else {
    writeField(server, start, field, text.length);
    writeField(server, start + field, field, alloc);
    space.write8(start + 2 * field, type);
  }
  const address = start + bytes;
  space.writeBytes(address, text);
  space.write8(address + text.length, 0);
  return { address, header, alloc };
}

function writeField(server: ServerImage, at: number, bytes: number, value: number): void {
  if (bytes === 1) server.space.write8(at, value);
  else if (bytes === 2) server.space.write16(at, value);
  else if (bytes === 4) server.space.write32(at, value);
  else server.space.write64(at, value);
}

export interface SdsOptions {
  readonly verdict?: TruthVerdict;
  readonly owner?: StringTruth['owner'];
  /** The string will never be freed: its truth is written out at once. */
  readonly settled?: boolean;
  /** Bytes of payload to make room for, as an append leaves them; default: none beyond the text. */
  readonly capacity?: number;
}

/** sdsnewlen: allocates, writes and records a string. Returns the sds pointer. */
export function newSds(server: ServerImage, text: string | Uint8Array, options: SdsOptions = {}): number {
  const payload = typeof text === 'string' ? Buffer.from(text) : text;
  const capacity = Math.max(options.capacity ?? 0, payload.length);
  const written = server.profile.sds === 'old' ? old(server, payload, capacity) : fresh(server, payload, capacity);
  const record = describeSds(server, written, payload, written.region, options.owner ?? null, options.verdict);
  server.record(record, options.settled ?? false);
  return written.address;
}

/** The truth about a string that was written into the region that malloc returned at `region`. */
export function describeSds(
  server: ServerImage,
  written: SdsWrite,
  payload: Uint8Array,
  region: number,
  owner: StringTruth['owner'],
  verdict: TruthVerdict = 'live',
): StringTruth {
  const { start, size } = server.heap.region(region);
  const { address, header, alloc } = written;
  const place = { region: hex(start), sizeClass: size, owner, verdict };
  return { address: hex(address), header, len: payload.length, alloc, ...place, ...payloadOf(payload) };
}

/** The text where the payload is UTF-8, else base64. */
function payloadOf(payload: Uint8Array): { text: string } | { base64: string } {
  const text = Buffer.from(payload).toString();
  return Buffer.from(text).equals(payload) ? { text } : { base64: Buffer.from(payload).toString('base64') };
}

function fresh(server: ServerImage, payload: Uint8Array, capacity: number) {
  // An append never leaves type 5 (sdsMakeRoomFor).
  const type = capacity > payload.length ? Math.max(1, sdsType(capacity)) : sdsType(payload.length);
  const header = sdsHeaderBytes(type);
  const region = server.malloc(header + capacity + 1);
  const room = server.profile.alloc === 'usable' ? server.heap.usable(region) - header - 1 : capacity;
  return { region, ...writeSds(server, region, payload, type, room) };
}

/** struct sdshdr { unsigned len, free; } before the payload (sds.h at 2.8 and 3.0). */
function old(server: ServerImage, payload: Uint8Array, capacity: number) {
  const region = server.malloc(8 + capacity + 1);
  server.space.write32(region, payload.length);
  server.space.write32(region + 4, capacity - payload.length);
  server.space.writeBytes(region + 8, payload);
  server.space.write8(region + 8 + payload.length, 0);
  return { region, address: region + 8, header: 'sdshdr' as const, alloc: capacity };
}
