import { u16, u32, u64 } from '../layout/memory.ts';
import type { ByteSource, Problem } from './dump.ts';
import { countText } from './size-text.ts';

/**
 * ELF headers as the System V ABI (gABI, "ELF Header" and "Program Header") and Linux's include/uapi/linux/elf.h lay them out.
 * Every number in them may be a lie: what is returned has been held against the size of the file.
 */
export const ELF_HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const SECTION_HEADER_SIZE = 64;
/** e_phnum is this where the true number did not fit; it is in sh_info of section header 0. */
const PN_XNUM = 0xffff;
/** Four times vm.max_map_count's default (65,530); keeps a lying count from costing more than a second. */
const MOST_PROGRAM_HEADERS = 1 << 18;

export const ET_CORE = 4;
export const EM_X86_64 = 62;
export const EM_AARCH64 = 183;
export const PT_LOAD = 1;
export const PT_NOTE = 4;

/** The header's first half, readable for any class and byte order. */
export interface ElfIdentity {
  readonly bits: 32 | 64 | undefined;
  readonly byteOrder: 'little' | 'big' | undefined;
  /** e_type and e_machine in the file's own byte order. */
  readonly type: number;
  readonly machine: number;
}

/** Offsets and sizes are file bytes; `address` and the sizes may be any 64-bit number (rounded from 2^53 on). */
export interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** `head` holds the file's first bytes, at most 64; undefined when they are no ELF header. Fields beyond a short file read as 0. */
export function elfIdentity(head: Uint8Array): ElfIdentity | undefined {
  if (head.length < 4 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return undefined;
  const padded = new Uint8Array(ELF_HEADER_SIZE);
  padded.set(head);
  const big = padded[5] === 2;
  const half = (at: number) => (big ? (padded[at] << 8) | padded[at + 1] : u16(padded, at));
  return {
    bits: padded[4] === 1 ? 32 : padded[4] === 2 ? 64 : undefined,
    byteOrder: padded[5] === 1 ? 'little' : big ? 'big' : undefined,
    type: half(16),
    machine: half(18),
  };
}

/**
 * The program headers of an ELF64 little-endian file whose first 64 bytes are `head`, with PN_XNUM resolved.
 * Only those of type PT_LOAD and PT_NOTE; as many as the file really holds. What is wrong is added to `problems`.
 */
export function readProgramHeaders(source: ByteSource, head: Uint8Array, problems: Problem[]): ProgramHeader[] {
  const tableOffset = u64(head, 32);
  const entrySize = u16(head, 54);
  const promised = programHeaderCount(source, head);
  if (promised === 0) return [];
  if (entrySize < PROGRAM_HEADER_SIZE) {
    problems.push({
      what: 'damaged',
      message: `The ELF header says a program header has ${entrySize} bytes; it has at least ${PROGRAM_HEADER_SIZE}.`,
    });
    return [];
  }
  const room = Math.max(0, Math.floor((source.size - tableOffset) / entrySize));
  const count = Math.min(promised, room, MOST_PROGRAM_HEADERS);
  if (count < promised) {
    problems.push({
      what: room < promised ? 'truncated' : 'damaged',
      message: `The ELF header promises ${countText(promised)} program headers, but only ${countText(count)} could be read${
        room < promised ? ': the file ends before' : ''
      }. Memory described by the others is shown in file order only.`,
    });
  }
  return readTable(source, tableOffset, entrySize, count);
}

function programHeaderCount(source: ByteSource, head: Uint8Array): number {
  const count = u16(head, 56);
  if (count !== PN_XNUM) return count;
  const sectionOffset = u64(head, 40);
  if (sectionOffset === 0 || sectionOffset + SECTION_HEADER_SIZE > source.size) return count;
  const section = new Uint8Array(SECTION_HEADER_SIZE);
  if (source.read(sectionOffset, section) < SECTION_HEADER_SIZE) return count;
  return u32(section, 44);
}

function readTable(source: ByteSource, offset: number, entrySize: number, count: number): ProgramHeader[] {
  const headers: ProgramHeader[] = [];
  const perChunk = Math.max(1, Math.floor((1024 * 1024) / entrySize));
  const chunk = new Uint8Array(Math.min(count, perChunk) * entrySize);
  for (let first = 0; first < count; first += perChunk) {
    const read = source.read(offset + first * entrySize, chunk);
    const entries = Math.min(count - first, Math.floor(read / entrySize));
    for (let entry = 0; entry < entries; entry++) {
      const at = entry * entrySize;
      const type = u32(chunk, at);
      if (type !== PT_LOAD && type !== PT_NOTE) continue;
      headers.push({
        type,
        flags: u32(chunk, at + 4),
        offset: u64(chunk, at + 8),
        address: u64(chunk, at + 16),
        fileSize: u64(chunk, at + 32),
        memorySize: u64(chunk, at + 40),
      });
    }
    if (read < chunk.length) break;
  }
  return headers;
}
