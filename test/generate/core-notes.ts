import type { Mapping, ProcessImage, ThreadState } from './process-image.ts';

/** Note types (linux/include/uapi/linux/elf.h). */
const NT_PRSTATUS = 1;
const NT_FPREGSET = 2;
const NT_PRPSINFO = 3;
const NT_AUXV = 6;
const NT_SIGINFO = 0x53494749;
const NT_FILE = 0x46494c45;

/** The notes of a core, in gdb's order (process first) or the kernel's (the crashing thread first). */
export function coreNotes(image: ProcessImage, style: 'gcore' | 'kernel', signal: number): Buffer {
  const process = [note(NT_PRPSINFO, processInfo(image))];
  const tail = [note(NT_AUXV, auxiliaryVector(image)), note(NT_FILE, mappedFiles(image))];
  const threads = image.threads.map(thread => [
    note(NT_PRSTATUS, threadStatus(image, thread, signal)),
    note(NT_FPREGSET, floatingPoint()),
    note(NT_SIGINFO, signalInfo(signal)),
  ]);
  if (style === 'gcore') return Buffer.concat([...process, ...threads.flat(), ...tail]);
  const [[status, floats, info], ...others] = threads;
  return Buffer.concat([status, ...process, info, ...tail, floats, ...others.flat()]);
}

/** Elf64_Nhdr: name and descriptor each padded to 4 bytes. */
function note(type: number, descriptor: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(5, 0);
  head.writeUInt32LE(descriptor.length, 4);
  head.writeUInt32LE(type, 8);
  head.write('CORE\0', 12, 'latin1');
  return Buffer.concat([head, descriptor, Buffer.alloc(-descriptor.length & 3)]);
}

/** struct elf_prstatus, 336 bytes on x86-64: pr_cursig at 12, pr_pid at 32, pr_reg at 112. */
function threadStatus(image: ProcessImage, thread: ThreadState, signal: number): Buffer {
  const status = Buffer.alloc(336);
  status.writeUInt32LE(signal, 0);
  status.writeUInt16LE(signal, 12);
  status.writeUInt32LE(thread.id, 32);
  status.writeUInt32LE(1, 36);
  status.writeUInt32LE(image.pid, 40);
  status.writeUInt32LE(image.pid, 44);
  thread.registers.forEach((word, i) => {
    status.writeBigUInt64LE(word, 112 + 8 * i);
  });
  status.writeUInt32LE(1, 328);
  return status;
}

/** struct elf_prpsinfo, 136 bytes: pr_pid at 24, pr_fname at 40, pr_psargs at 56. */
function processInfo(image: ProcessImage): Buffer {
  const info = Buffer.alloc(136);
  info.write('\0S', 0, 'latin1');
  info.writeUInt32LE(image.pid, 24);
  info.writeUInt32LE(1, 28);
  info.writeUInt32LE(image.pid, 32);
  info.writeUInt32LE(image.pid, 36);
  info.write(image.name.slice(0, 15), 40);
  info.write(image.commandLine.slice(0, 79), 56);
  return info;
}

/** FXSAVE area with its default control words. */
function floatingPoint(): Buffer {
  const area = Buffer.alloc(512);
  area.writeUInt16LE(0x037f, 0);
  area.writeUInt32LE(0x1f80, 24);
  return area;
}

function signalInfo(signal: number): Buffer {
  const info = Buffer.alloc(128);
  info.writeUInt32LE(signal, 0);
  return info;
}

function auxiliaryVector(image: ProcessImage): Buffer {
  const [executable, ...libraries] = image.modules;
  const vdso = image.mappings.find(mapping => mapping.kind === 'vdso');
  const pairs: [number, number][] = [
    [33, vdso?.start ?? 0], // AT_SYSINFO_EHDR
    [6, image.pageSize], // AT_PAGESZ
    [17, 100], // AT_CLKTCK
    [3, executable.start + 64], // AT_PHDR
    [4, 56], // AT_PHENT
    [5, image.mappings.filter(mapping => mapping.start >= executable.start && mapping.end <= executable.end).length], // AT_PHNUM
    [7, libraries.at(-1)?.start ?? 0], // AT_BASE
    [9, executable.code(0x40)], // AT_ENTRY
    [11, 1000], // AT_UID
    [0, 0],
  ];
  const vector = Buffer.alloc(16 * pairs.length);
  pairs.forEach(([type, value], i) => {
    vector.writeBigUInt64LE(BigInt(type), 16 * i);
    vector.writeBigUInt64LE(BigInt(value), 16 * i + 8);
  });
  return vector;
}

/** count, page size, (start, end, offset in pages) each, then the paths (fs/binfmt_elf.c, fill_files_note). */
function mappedFiles(image: ProcessImage): Buffer {
  const files: Mapping[] = image.sorted().filter(mapping => mapping.name.startsWith('/'));
  const words = [files.length, image.pageSize];
  for (const file of files) words.push(file.start, file.end, file.fileOffset / image.pageSize);
  const table = Buffer.alloc(8 * words.length);
  words.forEach((word, i) => {
    table.writeBigUInt64LE(BigInt(word), 8 * i);
  });
  return Buffer.concat([table, ...files.map(file => Buffer.from(`${file.name}\0`))]);
}
