import { u32 } from '../layout/memory.ts';
import { describeMstrInfo } from '../layout/mstr.ts';
import { OBJECT_FIELDS, readObject } from '../layout/robj.ts';
import { describeSdsFlags, MSTR_8, type SdsHeader, sdsFields } from '../layout/sds.ts';
import { objectNames, objectTypeText } from './field-label.ts';
import { HEADERS } from './findings.ts';

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
        const flags = header.flags ?? 0;
        const label = header.code >= MSTR_8 ? describeMstrInfo(flags) : describeSdsFlags(flags);
        return { field: 'sds.flags', start, end, value: label.slice('flags '.length), label };
      }
      case 'payload': {
        const label = `text of an ${HEADERS[header.code]} of ${bytesText(header.len)}`;
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

/** The parts of the robj (16 bytes, Redis 2.8 … 8.0) at `address`; `bytes` holds them from index `at` on. */
export function objectParts(bytes: Uint8Array, at: number, address: number): StringPart[] {
  const word = u32(bytes, at);
  const { refcount, pointer } = readObject(bytes, at);
  const value = { type: objectNames(word), refcount: String(refcount | 0), ptr: `0x${pointer.toString(16)}` };
  const label = { type: objectTypeText(word), refcount: `refcount ${value.refcount}`, ptr: `ptr ${value.ptr}` };
  return OBJECT_FIELDS.map(({ name, offset, size }) => ({
    field: `robj.${name}`,
    start: address + offset,
    end: address + offset + size,
    value: value[name],
    label: label[name],
  }));
}

export function bytesText(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en-US')} bytes`;
}
