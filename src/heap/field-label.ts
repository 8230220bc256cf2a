import type { StructField } from '../layout/field.ts';
import { u32, u64 } from '../layout/memory.ts';
import { PACKED_COUNT_UNKNOWN } from '../layout/packed.ts';
import { ENCODING_INT, OBJECT_ENCODINGS, OBJECT_TYPES } from '../layout/robj.ts';
import type { AddressedThing } from './describe-address.ts';

/** Names the thing at an address, or nothing where the dump has no memory there. */
export type Namer = (address: number) => AddressedThing | undefined;

/** What a field says, and where it leads if it is a pointer. */
export interface ReadField {
  readonly value: string;
  /** One line with name, value and meaning: "next NULL", "key -> 0x7f…: text of an sdshdr8 of 72 bytes, live". Quotes no text of the dump. */
  readonly label: string;
  /** Address that it points at, tag bits taken off; undefined for NULL and for what is no pointer. */
  readonly target?: number;
}

/** Reads the field whose bytes are `bytes`. `kind` is the struct's name; `tagged`: low three bits of pointers may be a tag. */
export function readField(
  kind: string,
  field: StructField,
  bytes: Uint8Array,
  name: Namer,
  tagged: boolean,
): ReadField {
  if (field.form === 'pointer') return readPointer(field.name, u64(bytes, 0), name, tagged);
  const value = numberText(field, bytes);
  const meaning = meaningOf(kind, field, bytes);
  return { value, label: meaning ?? `${field.name} ${value}` };
}

function readPointer(field: string, value: number, name: Namer, tagged: boolean): ReadField {
  if (value === 0) return { value: 'NULL', label: `${field} NULL` };
  let target = value;
  let thing = name(value);
  // A tag leads a few bytes into the block whose start is meant; an odd address is a string's own.
  const tag = value % 8;
  if (tagged && tag !== 0 && thing !== undefined && !thing.what.startsWith('text')) {
    target = value - tag;
    thing = name(target) ?? thing;
  }
  const digits = hex(value);
  if (thing === undefined) return { value: digits, label: `${field} ${digits}, which the dump does not hold` };
  const by = target === value ? '' : ` (tag ${tag})`;
  const verdict = thing.verdict === undefined ? '' : `, ${thing.verdict}`;
  return { value: digits, label: `${field} -> ${digits}${by}: ${thing.what}${verdict}`, target };
}

function numberText({ form, size }: StructField, bytes: Uint8Array): string {
  if (size > 8) return bytesText(size);
  if (form === 'double') return String(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true));
  let value = 0n;
  for (let at = size - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]);
  return String(form === 'signed' ? BigInt.asIntN(size * 8, value) : value);
}

/** The label of a number that means more than itself. */
function meaningOf(kind: string, { name, size }: StructField, bytes: Uint8Array): string | undefined {
  switch (`${kind}.${name}`) {
    case 'dict.rehashidx':
    case 'hashtable.rehash_idx':
      return isMinusOne(bytes, size) ? `${name} -1: not rehashing` : undefined;
    case 'listpack.elements':
    case 'ziplist.zllen':
      return (bytes[0] | (bytes[1] << 8)) === PACKED_COUNT_UNKNOWN ? `${name} too many to be counted here` : undefined;
    case 'intset.encoding':
      return `encoding ${u32(bytes, 0)}: integers of ${u32(bytes, 0) * 8} bits`;
    case 'raxNode.bits': {
      const header = u32(bytes, 0);
      const flags = ['iskey', 'isnull', 'iscompr'].filter((_, bit) => (header >>> bit) & 1);
      return `bits ${flags.join(', ') || 'none set'}; size ${header >>> 3}`;
    }
    case 'quicklistNode.bits':
      return quicklistBits(bytes[0] | (bytes[1] << 8));
    case 'intset.integers':
      return `integers, sorted: ${bytesText(size)}`;
    default:
      if (name.endsWith('presence')) {
        return `${name} 0x${bytes[0].toString(16).padStart(2, '0')}${bytes[0] & 1 ? ', chained' : ''}`;
      }
      if (name.endsWith('hashes')) return `${name}: one byte of hash for each entry`;
      if (name.startsWith('ht_size_exp') || name.startsWith('bucket_exp')) return exponentText(name, bytes[0]);
      return size > 8 ? `${name}: ${bytesText(size)}` : undefined;
  }
}

/** "type 0 = string, encoding 8 = embstr, lru 12345" of an object's first word. */
export function objectTypeText(word: number): string {
  return `${objectNames(word)}, lru ${word >>> 8}`;
}

/** "type 0 = string, encoding 8 = embstr". */
export function objectNames(word: number): string {
  const type = word & 15;
  const encoding = (word >>> 4) & 15;
  const typeName = OBJECT_TYPES[type] ?? 'none that is known';
  return `type ${type} = ${typeName}, encoding ${encoding} = ${OBJECT_ENCODINGS[encoding] ?? 'none that is known'}`;
}

/** Whether the pointer of an object whose first byte is given is the number itself. */
export function holdsInteger(first: number): boolean {
  return first >>> 4 === ENCODING_INT;
}

/** quicklist.h: encoding in two bits, container in the next two, recompress in one more. */
function quicklistBits(bits: number): string {
  const encoding = { 1: 'raw', 2: 'LZF' }[bits & 3] ?? 'none that is known';
  const container = { 1: 'plain', 2: 'packed' }[(bits >>> 2) & 3] ?? 'none that is known';
  return `bits 0x${bits.toString(16)}: encoding ${bits & 3} = ${encoding}, container ${(bits >>> 2) & 3} = ${container}`;
}

function exponentText(name: string, exponent: number): string {
  if (exponent === 0xff) return `${name} -1: no table`;
  return `${name} ${exponent}: ${(2 ** exponent).toLocaleString('en-US')} buckets`;
}

function bytesText(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en-US')} bytes`;
}

function isMinusOne(bytes: Uint8Array, size: number): boolean {
  return bytes.subarray(0, size).every(byte => byte === 0xff);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
