import { u32, u64 } from '../layout/memory.ts';
import { describeSdsFlags, SDS_HEADERS, type SdsHeader, sdsFields } from '../layout/sds.ts';

/** The parts of a string, and of the object in front of it where there is one. */
export type StringField =
  | 'sds.len'
  | 'sds.alloc'
  | 'sds.flags'
  | 'sds.payload'
  | 'sds.nul'
  | 'sds.slack'
  | 'robj.type'
  | 'robj.refcount'
  | 'robj.ptr';

/** A part: addresses [start, end), its value in words, and one line about it. */
export interface StringPart {
  readonly field: StringField;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly label: string;
}

/**
 * All parts of the string at address `payload`, in order: header, text, NUL, slack up to `regionEnd` (exclusive; up to
 * alloc where no region is known).
 */
export function stringParts(header: SdsHeader, payload: number, regionEnd: number | undefined): StringPart[] {
  const free = header.alloc - header.len;
  return sdsFields(header, payload, regionEnd).map(({ name, start, end }): StringPart => {
    switch (name) {
      case 'len':
        return { field: 'sds.len', start, end, value: String(header.len), label: `len ${header.len}` };
      case 'alloc': {
        const label = `alloc ${header.alloc}: room for ${free} more`;
        return { field: 'sds.alloc', start, end, value: String(header.alloc), label };
      }
      case 'free': {
        const label = `free ${free}: alloc is len + free = ${header.alloc}`;
        return { field: 'sds.alloc', start, end, value: String(free), label };
      }
      case 'flags': {
        const label = describeSdsFlags(header.flags ?? 0);
        return { field: 'sds.flags', start, end, value: label.slice('flags '.length), label };
      }
      case 'payload': {
        const label = `text of an ${SDS_HEADERS[header.code]} string, ${bytesText(header.len)}`;
        return { field: 'sds.payload', start, end, value: bytesText(header.len), label };
      }
      case 'nul':
        return { field: 'sds.nul', start, end, value: '00', label: 'NUL that ends the text' };
      default: {
        const where = regionEnd === undefined ? 'up to alloc' : 'up to the end of the region';
        const label = `slack ${where}: ${bytesText(end - start)} of older content`;
        return { field: 'sds.slack', start, end, value: bytesText(end - start), label };
      }
    }
  });
}

const TYPES = ['string', 'list', 'set', 'zset', 'hash', 'module', 'stream'];
/** Encodings of Redis 2.8 … 8.0 and Valkey (server.h, OBJ_ENCODING_*). */
const ENCODINGS = [
  'raw',
  'int',
  'hashtable',
  'zipmap',
  'linkedlist',
  'ziplist',
  'intset',
  'skiplist',
  'embstr',
  'quicklist',
  'stream',
  'listpack',
  'listpackEx',
];

/** The parts of the robj (16 bytes, Redis 2.8 … 8.0) at `address`; `bytes` holds them from index `at` on. */
export function objectParts(bytes: Uint8Array, at: number, address: number): StringPart[] {
  const type = bytes[at] & 15;
  const encoding = bytes[at] >>> 4;
  const named = `type ${type} = ${TYPES[type] ?? 'none that is known'}, encoding ${encoding} = ${ENCODINGS[encoding] ?? 'none that is known'}`;
  const lru = u32(bytes, at) >>> 8;
  const refcount = u32(bytes, at + 4) | 0;
  const pointer = `0x${u64(bytes, at + 8).toString(16)}`;
  const part = (field: StringField, from: number, to: number, value: string, label: string): StringPart => ({
    field,
    start: address + from,
    end: address + to,
    value,
    label,
  });
  return [
    part('robj.type', 0, 4, named, `${named}, lru ${lru}`),
    part('robj.refcount', 4, 8, String(refcount), `refcount ${refcount}`),
    part('robj.ptr', 8, 16, pointer, `ptr ${pointer}`),
  ];
}

export function bytesText(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en-US')} bytes`;
}
