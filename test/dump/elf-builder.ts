import type { ByteSource } from '../../src/dump/dump.ts';

/** Writes ELF headers and notes field by field, for either class and byte order, valid or not. Independent of the reader. */
export interface ElfFields {
  readonly bits?: 32 | 64;
  readonly bigEndian?: boolean;
  /** e_ident[EI_CLASS] and [EI_DATA], where they are to be none that exists. */
  readonly classByte?: number;
  readonly orderByte?: number;
  readonly type?: number;
  readonly machine?: number;
  readonly programOffset?: number | bigint;
  readonly programEntrySize?: number;
  readonly programCount?: number;
  readonly sectionOffset?: number | bigint;
}

export interface ProgramFields {
  readonly type?: number;
  readonly flags?: number;
  readonly offset?: number | bigint;
  readonly address?: number | bigint;
  readonly fileSize?: number | bigint;
  readonly memorySize?: number | bigint;
}

export const LOAD = 1;
export const NOTE = 4;
export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

/** The 64-byte header (52 for 32 bits, padded to 64). */
export function elfHeader(fields: ElfFields = {}): Buffer {
  const header = Buffer.alloc(64);
  const half = (value: number, at: number) =>
    fields.bigEndian ? header.writeUInt16BE(value, at) : header.writeUInt16LE(value, at);
  header.set([0x7f, 0x45, 0x4c, 0x46]);
  header[4] = fields.classByte ?? (fields.bits === 32 ? 1 : 2);
  header[5] = fields.orderByte ?? (fields.bigEndian ? 2 : 1);
  header[6] = 1;
  half(fields.type ?? 4, 16);
  half(fields.machine ?? 62, 18);
  header.writeBigUInt64LE(BigInt(fields.programOffset ?? 64), 32);
  header.writeBigUInt64LE(BigInt(fields.sectionOffset ?? 0), 40);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(fields.programEntrySize ?? 56, 54);
  header.writeUInt16LE(fields.programCount ?? 0, 56);
  header.writeUInt16LE(64, 58);
  return header;
}

export function programHeader(fields: ProgramFields): Buffer {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(fields.type ?? LOAD, 0);
  header.writeUInt32LE(fields.flags ?? READ | WRITE, 4);
  header.writeBigUInt64LE(BigInt(fields.offset ?? 0), 8);
  header.writeBigUInt64LE(BigInt(fields.address ?? 0), 16);
  header.writeBigUInt64LE(BigInt(fields.fileSize ?? 0), 32);
  header.writeBigUInt64LE(BigInt(fields.memorySize ?? fields.fileSize ?? 0), 40);
  return header;
}

/** Header and program headers, one behind the other. */
export function elfStart(programs: readonly ProgramFields[], fields: ElfFields = {}): Buffer {
  return Buffer.concat([elfHeader({ programCount: programs.length, ...fields }), ...programs.map(programHeader)]);
}

export function note(type: number, descriptor: Buffer, name = 'CORE'): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(name.length + 1, 0);
  header.writeUInt32LE(descriptor.length, 4);
  header.writeUInt32LE(type, 8);
  return Buffer.concat([header, padded(Buffer.from(`${name}\0`, 'latin1')), padded(descriptor)]);
}

/** elf_prstatus of a thread: `registers` from byte 112 on; 336 bytes on x86-64, 392 on aarch64. */
export function prstatus(pid: number, registers: readonly bigint[]): Buffer {
  const descriptor = Buffer.alloc(112 + registers.length * 8 + 8);
  descriptor.writeUInt32LE(pid, 32);
  registers.forEach((value, place) => {
    descriptor.writeBigUInt64LE(value, 112 + place * 8);
  });
  return note(1, descriptor);
}

export function prpsinfo(pid: number, name: string, args: string): Buffer {
  const descriptor = Buffer.alloc(136);
  descriptor.writeUInt32LE(pid, 24);
  descriptor.write(name, 40, 16, 'latin1');
  descriptor.write(args, 56, 80, 'latin1');
  return note(3, descriptor);
}

export function auxv(values: readonly (readonly [number, number])[]): Buffer {
  const words = [...values.flat(), 0, 0];
  const descriptor = Buffer.alloc(words.length * 8);
  words.forEach((word, place) => {
    descriptor.writeBigUInt64LE(BigInt(word), place * 8);
  });
  return note(6, descriptor);
}

export function ntFile(files: readonly { start: number; end: number; path: string }[], count = files.length): Buffer {
  const table = Buffer.alloc(16 + files.length * 24);
  table.writeBigUInt64LE(BigInt(count), 0);
  table.writeBigUInt64LE(1n, 8);
  files.forEach((file, place) => {
    table.writeBigUInt64LE(BigInt(file.start), 16 + place * 24);
    table.writeBigUInt64LE(BigInt(file.end), 24 + place * 24);
  });
  return note(0x46494c45, Buffer.concat([table, Buffer.from(files.map(file => `${file.path}\0`).join(''))]));
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** A file that is only bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, into) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
    close() {},
  };
}

/** `length` bytes that differ from their neighbours, from page to page as well. */
export function pattern(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
