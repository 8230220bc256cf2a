import { u32, u64 } from '../layout/memory.ts';
import type { ByteSource, Dump, Module, Problem, ProcessInfo, Thread } from './dump.ts';
import type { ProgramHeader } from './elf-header.ts';

/**
 * The notes of a core: threads with their registers, the process, its auxiliary vector and its mapped files.
 * Layouts: Linux include/uapi/linux/elf.h (Elf64_Nhdr), include/linux/elfcore.h (elf_prstatus, elf_prpsinfo),
 * fs/binfmt_elf.c (fill_files_note); gdb writes the same ones. Names and descriptors are padded to 4 bytes.
 */
export interface CoreNotes {
  readonly threads: Thread[];
  readonly modules: Module[];
  process: ProcessInfo | undefined;
  readonly auxiliary: Map<number, number>;
}

const NT_PRSTATUS = 1;
const NT_PRPSINFO = 3;
const NT_AUXV = 6;
/** "FILE" as a number. */
const NT_FILE = 0x46494c45;

const KNOWN: ReadonlySet<number> = new Set([NT_PRSTATUS, NT_PRPSINFO, NT_AUXV, NT_FILE]);

const NOTE_HEADER_SIZE = 12;
/** Owner of the notes that are read, "CORE"; others use the same type numbers for something else. */
const CORE_NAME = [0x43, 0x4f, 0x52, 0x45];
/** Bytes of descriptors read of one file; the kernel bounds NT_FILE, the largest, to 16 MiB (core_file_note_size_limit). */
const MOST_DESCRIPTOR_BYTES = 32 * 1024 * 1024;
/** Notes looked at in one file: several each for tens of thousands of threads. */
const MOST_NOTES = 1 << 18;

/** Four times as many mappings as the kernel lets a process have by default. */
const MOST_MODULES = 1 << 18;
const decoder = new TextDecoder();

/** Bytes before the registers in elf_prstatus, and its pr_pid. */
const REGISTERS_AT = 112;
const PRSTATUS_PID_AT = 32;

interface RegisterLayout {
  readonly count: number;
  readonly stackPointer: number;
  readonly programCounter: number;
}

/** user_regs_struct of x86-64 and user_pt_regs of aarch64, in 64-bit words. */
const REGISTER_LAYOUTS: Partial<Record<Dump['machine'], RegisterLayout>> = {
  'x86-64': { count: 27, stackPointer: 19, programCounter: 16 },
  aarch64: { count: 34, stackPointer: 31, programCounter: 32 },
};

/** Reads the notes of all PT_NOTE segments, wherever in the file they lie. What is wrong is added to `problems`. */
export function readNotes(
  source: ByteSource,
  headers: readonly ProgramHeader[],
  machine: Dump['machine'],
  problems: Problem[],
): CoreNotes {
  const notes: CoreNotes = { threads: [], modules: [], process: undefined, auxiliary: new Map() };
  const header = new Uint8Array(NOTE_HEADER_SIZE + CORE_NAME.length);
  let notesLeft = MOST_NOTES;
  let bytesLeft = MOST_DESCRIPTOR_BYTES;
  let trouble: string | undefined;
  for (const segment of headers) {
    if (notesLeft < 0 || bytesLeft < 0) break;
    const end = segment.offset + segment.fileSize;
    let at = segment.offset;
    while (at + NOTE_HEADER_SIZE <= end) {
      if (source.read(at, header) < NOTE_HEADER_SIZE) {
        trouble = 'the file ends before them';
        break;
      }
      const nameSize = u32(header, 0);
      const descriptorSize = u32(header, 4);
      const type = u32(header, 8);
      const descriptorAt = at + NOTE_HEADER_SIZE + padded(nameSize);
      if (descriptorAt + descriptorSize > end || (nameSize === 0 && descriptorSize === 0) || notesLeft-- === 0) {
        trouble = 'their sizes are not possible';
        break;
      }
      if (
        KNOWN.has(type) &&
        nameSize >= CORE_NAME.length &&
        CORE_NAME.every((byte, i) => header[NOTE_HEADER_SIZE + i] === byte)
      ) {
        bytesLeft -= descriptorSize;
        if (bytesLeft < 0) {
          trouble = 'they are longer than any that a system writes';
          break;
        }
        if (!readNote(source, descriptorAt, descriptorSize, type, machine, notes)) {
          trouble = 'the file ends before them';
        }
      }
      at = descriptorAt + padded(descriptorSize);
    }
  }
  if (trouble !== undefined) {
    const cut = trouble.startsWith('the file ends');
    problems.push({
      what: cut ? 'truncated' : 'damaged',
      message: `Some notes (threads, registers, mapped files) could not be read: ${trouble}. Memory can still be read; stacks and modules may go unnamed.`,
    });
  }
  return { ...notes, modules: disjoint(notes.modules) };
}

/** False when the file ends inside the descriptor. */
function readNote(
  source: ByteSource,
  offset: number,
  size: number,
  type: number,
  machine: Dump['machine'],
  notes: CoreNotes,
): boolean {
  if (offset + size > source.size) return false;
  const descriptor = new Uint8Array(size);
  if (source.read(offset, descriptor) < size) return false;
  if (type === NT_PRSTATUS) {
    const thread = threadOf(descriptor, machine);
    if (thread !== undefined) notes.threads.push(thread);
  } else if (type === NT_PRPSINFO) {
    notes.process ??= processOf(descriptor);
  } else if (type === NT_AUXV) {
    for (let at = 0; at + 16 <= size; at += 16) {
      const key = u64(descriptor, at);
      if (key === 0) break;
      notes.auxiliary.set(key, u64(descriptor, at + 8));
    }
  } else {
    for (const module of modulesOf(descriptor)) notes.modules.push(module);
  }
  return true;
}

function threadOf(descriptor: Uint8Array, machine: Dump['machine']): Thread | undefined {
  const layout = REGISTER_LAYOUTS[machine];
  if (layout === undefined || descriptor.length < REGISTERS_AT + layout.count * 8) return undefined;
  const view = new DataView(descriptor.buffer, descriptor.byteOffset);
  const registers = new BigUint64Array(layout.count);
  for (let place = 0; place < layout.count; place++) {
    registers[place] = view.getBigUint64(REGISTERS_AT + place * 8, true);
  }
  return {
    id: u32(descriptor, PRSTATUS_PID_AT),
    registers,
    stackPointer: Number(registers[layout.stackPointer]),
    programCounter: Number(registers[layout.programCounter]),
  };
}

function processOf(descriptor: Uint8Array): ProcessInfo | undefined {
  if (descriptor.length < 136) return undefined;
  const commandLine = textUpToNul(descriptor, 56, 136).trimEnd();
  return {
    pid: u32(descriptor, 24),
    name: programName(textUpToNul(descriptor, 40, 56), commandLine),
    arguments: commandLine,
  };
}

/**
 * The program's name. gdb (gdb/linux-tdep.c, linux_fill_prpsinfo) puts the first bytes of the command line into pr_fname, so of a
 * process that set its title ("redis-server 127.0.0.1:6379") a piece of an argument follows the name; the kernel's is cut after 15.
 */
function programName(short: string, commandLine: string): string {
  const program = commandLine.split(' ', 1)[0].replace(/^.*\//, '');
  if (program === '') return short;
  const hasMore = short.startsWith(`${program} `);
  const isCut = short.length >= 15 && program.startsWith(short);
  return hasMore || isCut ? program : short;
}

/** u64 count, u64 page size, count × (start, end, file offset), then count NUL-terminated paths. */
function modulesOf(descriptor: Uint8Array): Module[] {
  if (descriptor.length < 16) return [];
  const count = Math.min(u64(descriptor, 0), Math.floor((descriptor.length - 16) / 24), MOST_MODULES);
  const modules: Module[] = [];
  let name = 16 + count * 24;
  for (let entry = 0; entry < count && name < descriptor.length; entry++) {
    const start = u64(descriptor, 16 + entry * 24);
    const end = u64(descriptor, 24 + entry * 24);
    const nul = descriptor.indexOf(0, name);
    const stop = nul < 0 ? descriptor.length : nul;
    if (start < end && Number.isSafeInteger(end))
      modules.push({ path: textUpToNul(descriptor, name, stop), start, end });
    name = stop + 1;
  }
  return modules;
}

/** Sorted by start. Mappings of one process cannot overlap: of two that are said to, the first counts. */
function disjoint(modules: Module[]): Module[] {
  let reached = 0;
  return modules
    .sort((a, b) => a.start - b.start)
    .filter(({ start, end }) => {
      if (start < reached) return false;
      reached = end;
      return true;
    });
}

function textUpToNul(bytes: Uint8Array, start: number, end: number): string {
  const field = bytes.subarray(start, end);
  const nul = field.indexOf(0);
  return decoder.decode(nul < 0 ? field : field.subarray(0, nul));
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
