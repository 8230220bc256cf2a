import type { RegionTable } from '../allocator/regions.ts';
import type { Dump } from '../dump/dump.ts';
import type { StructField } from '../layout/field.ts';
import { u32, u64 } from '../layout/memory.ts';
import { unspreadObject } from '../layout/robj.ts';
import { describeAddress } from './describe-address.ts';
import { holdsInteger, type Namer, objectTypeText, readField } from './field-label.ts';
import { type Findings, REGION_KINDS, type RegionKind, type ServerIdentity } from './findings.ts';
import { regionBounds } from './string-block.ts';
import { lastStringAtMost } from './string-columns.ts';
import { isTable, STRUCT_BYTES, structFields, tableFields } from './struct-fields.ts';

/** Kinds that fields are named by: `dictEntry.key`. */
export type StructName = Exclude<RegionKind, 'unknown' | 'sds'>;

/** One field of the struct in a region: addresses [start, end), its value, and one line about it. */
export interface StructPart {
  readonly field: `${StructName}.${string}`;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly label: string;
  /** Address that it points at. */
  readonly target?: number;
}

const OBJECTS: readonly RegionKind[] = ['robj', 'embstr', 'kvobj'];

/** Reads the fields of regions, as the analysis typed them; nothing where no server, and so no layout, was found. */
export class StructReader {
  readonly #dump: Dump;
  readonly #findings: Findings;
  readonly #regions: RegionTable;
  readonly #name: Namer;

  constructor(dump: Dump, findings: Findings, regions: RegionTable) {
    this.#dump = dump;
    this.#findings = findings;
    this.#regions = regions;
    this.#name = address => describeAddress(dump, findings, regions, address);
  }

  /** The fields of region `id` that lie in addresses [from, to), in order. */
  parts(id: number, from: number, to: number): StructPart[] {
    const { server, regionKind } = this.#findings;
    const kind = REGION_KINDS[regionKind[id]];
    if (server === undefined || kind === 'unknown' || kind === 'sds') return [];
    const { start } = regionBounds(this.#regions, id);
    return this.#fields(id, kind, server, from, to)
      .filter(one => start + one.offset < to && start + one.offset + one.size > from)
      .flatMap(one => this.#part(kind, start, one, server));
  }

  /** What the word at `address` of region `id` is called: "dictEntry.key"; undefined where it is in no field. */
  fieldAt(id: number, address: number): string | undefined {
    return this.parts(id, address, address + 1)[0]?.field;
  }

  #fields(id: number, kind: RegionKind, server: ServerIdentity, from: number, to: number): readonly StructField[] {
    const { start, end } = regionBounds(this.#regions, id);
    const size = end - start;
    if (isTable(kind)) {
      // The view is only good until the next read.
      const read = (offset: number, length: number) => this.#dump.bytes(start + offset, length)?.slice();
      return tableFields(kind, size, from - start, Math.min(size, to - start), read);
    }
    const bytes = this.#dump.bytes(start, Math.min(size, STRUCT_BYTES))?.slice();
    return bytes === undefined ? [] : structFields({ kind, size, bytes, textAt: this.#textIn(start, end) }, server);
  }

  /** Offset of the first string's text in [start, end), or 0. */
  #textIn(start: number, end: number): number {
    const { strings } = this.#findings;
    const first = lastStringAtMost(strings, start) + 1;
    return first < strings.count && strings.address[first] < end ? strings.address[first] - start : 0;
  }

  #part(kind: StructName, start: number, one: StructField, server: ServerIdentity): StructPart[] {
    const at = start + one.offset;
    const bytes = this.#dump.bytes(at, one.size)?.slice();
    if (bytes === undefined) return [];
    // An EMBSTR is an robj with its string behind it.
    const struct = kind === 'embstr' ? 'robj' : kind;
    const range = { field: `${struct}.${one.name}`, start: at, end: at + one.size } as const;
    const word = OBJECTS.includes(kind) ? this.#objectWord(start, server) : undefined;
    if (word !== undefined && one.name === 'type') {
      return [{ ...range, ...readField(kind, one, bytes, this.#name, false), label: objectTypeText(word) }];
    }
    if (word !== undefined && one.name === 'ptr' && holdsInteger(word & 0xff)) {
      const value = String(new DataView(bytes.buffer).getBigInt64(0, true));
      return [{ ...range, value, label: `ptr holds the integer ${value} itself` }];
    }
    if (kind === 'stream' && !this.#leadsToRax(u64(bytes, 0))) return [];
    return [{ ...range, ...readField(kind, one, bytes, this.#name, server.layout.taggedPointers) }];
  }

  /** The first word of the object at `start`, its bits where they are from 2.8 on. */
  #objectWord(start: number, { layout }: ServerIdentity): number {
    const bytes = this.#dump.bytes(start, 4);
    const word = bytes === undefined ? 0 : u32(bytes, 0);
    return layout.objectBits === 'spread' ? unspreadObject(word) : word;
  }

  /** A stream's rax is the one of its first words that leads to one. */
  #leadsToRax(value: number): boolean {
    return this.#name(value)?.what === 'rax';
  }
}
