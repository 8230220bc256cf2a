import type { Mapping, MappingKind, ProcessImage } from './process-image.ts';

/** Sizes of a module's parts in bytes, rounded up to pages; 0 leaves a part out. */
export interface ModuleShape {
  readonly text: number;
  readonly rodata: number;
  readonly data: number;
  readonly bss: number;
}

/** A mapped executable or library, and what has been placed in its sections. */
export interface Module {
  readonly path: string;
  readonly start: number;
  /** End of its last mapping, .bss included. */
  readonly end: number;
  /** An address in .text, for program counters and function pointers. */
  code(offset: number): number;
  /** Places text and a NUL in .rodata; returns its address. */
  constant(text: string): number;
  /** Reserves zeroed bytes in .data or .bss; returns their address. */
  reserve(section: 'data' | 'bss', bytes: number, alignment?: number): number;
}

interface Cursor {
  next: number;
  readonly end: number;
}

/** Maps a module as ld and the kernel do: ELF header, .text, .rodata, RELRO, .data, .bss; `place` is its base or a function that finds one. */
export function addModule(
  image: ProcessImage,
  path: string,
  shape: ModuleShape,
  place: number | ((bytes: number) => number),
): Module {
  const page = image.pageSize;
  const up = (bytes: number) => Math.ceil(bytes / page) * page;
  const parts: [MappingKind, string, number][] = [
    ['elf-header', 'r--', page],
    ['text', 'r-x', up(shape.text)],
    ['rodata', 'r--', up(shape.rodata)],
    ['relro', 'r--', page],
    ['data', 'rw-', up(shape.data)],
    ['bss', 'rw-', up(shape.bss)],
  ];
  const total = parts.reduce((sum, part) => sum + part[2], 0);
  const start = typeof place === 'number' ? place : place(total);
  const cursors = new Map<MappingKind, Cursor>();
  const mapped: Mapping[] = [];
  let at = start;
  for (const [kind, permissions, bytes] of parts) {
    if (bytes === 0) continue;
    const end = at + bytes;
    const anonymous = kind === 'bss';
    mapped.push({
      start: at,
      end,
      kind,
      permissions,
      name: anonymous ? '' : path,
      fileOffset: anonymous ? 0 : at - start,
    });
    cursors.set(kind, { next: at, end });
    at = end;
  }
  image.mappings.push(...mapped);
  writeElfHeader(image, start, mapped);

  const take = (kind: MappingKind, bytes: number, alignment: number): number => {
    const cursor = cursors.get(kind);
    const address = Math.ceil((cursor?.next ?? 0) / alignment) * alignment;
    if (!cursor || address + bytes > cursor.end) throw new RangeError(`${path}: no room for ${bytes} bytes in ${kind}`);
    cursor.next = address + bytes;
    return address;
  };
  return {
    path,
    start,
    end: at,
    code: offset => cursors.get('text')!.next + offset,
    constant: text => {
      const bytes = Buffer.from(`${text}\0`);
      const address = take('rodata', bytes.length, 1);
      image.space.writeBytes(address, bytes);
      return address;
    },
    reserve: (section, bytes, alignment = 16) => take(section, bytes, alignment),
  };
}

/** The ELF header and its program headers, as the first page of a mapped PIE or library holds them. */
function writeElfHeader(image: ProcessImage, start: number, mapped: readonly Mapping[]): void {
  const header = Buffer.alloc(64 + 56 * mapped.length);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(3, 16); // ET_DYN
  header.writeUInt16LE(62, 18); // EM_X86_64
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(mapped.length, 56);
  mapped.forEach((mapping, i) => {
    const at = 64 + 56 * i;
    const size = BigInt(mapping.end - mapping.start);
    header.writeUInt32LE(1, at);
    header.writeUInt32LE(permissionFlags(mapping.permissions), at + 4);
    header.writeBigUInt64LE(BigInt(mapping.fileOffset), at + 8);
    header.writeBigUInt64LE(BigInt(mapping.start - start), at + 16);
    header.writeBigUInt64LE(BigInt(mapping.start - start), at + 24);
    header.writeBigUInt64LE(mapping.kind === 'bss' ? 0n : size, at + 32);
    header.writeBigUInt64LE(size, at + 40);
    header.writeBigUInt64LE(BigInt(image.pageSize), at + 48);
  });
  image.space.writeBytes(start, header);
}

/** PF_* bits of "rwx". */
export function permissionFlags(permissions: string): number {
  return (permissions[0] === 'r' ? 4 : 0) | (permissions[1] === 'w' ? 2 : 0) | (permissions[2] === 'x' ? 1 : 0);
}
