import { type ByteSource, type Dump, DumpError, type Problem } from './dump.ts';
import { openElfCore } from './elf-core.ts';
import { ELF_HEADER_SIZE, type ElfIdentity, ET_CORE, elfIdentity } from './elf-header.ts';
import { openRaw } from './raw.ts';
import { sizeText } from './size-text.ts';

export interface DumpOptions {
  /** Address of the first byte of a raw range; ignored where the file itself tells addresses. */
  readonly base?: number;
}

/** What each begins with, and how to get at the dump inside or what it is instead. */
const OTHER_FORMATS: readonly { magic: readonly number[]; message: string }[] = [
  {
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    message: 'This file is compressed with Zstandard: unpack it first (zstd -d FILE).',
  },
  { magic: [0x04, 0x22, 0x4d, 0x18], message: 'This file is compressed with LZ4: unpack it first (lz4 -d FILE).' },
  {
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    message: 'This file is compressed with xz: unpack it first (xz -d FILE).',
  },
  { magic: [0x1f, 0x8b], message: 'This file is compressed with gzip: unpack it first (gunzip FILE).' },
  {
    magic: [0x52, 0x45, 0x44, 0x49, 0x53, 0x30],
    message: "This is an RDB snapshot (the server's data), not a dump of its memory: take one with gcore PID.",
  },
];

const ELF_TYPES: Readonly<Record<number, string>> = {
  1: 'an object file',
  2: 'a program',
  3: 'a program or shared library',
};

/**
 * Tells what kind of dump `source` is and opens it: an ELF64 little-endian core, else a raw range of memory.
 * What is wrong with it is in `problems` of the result, each a sentence. Throws DumpError only where nothing can be shown:
 * an empty file, a base that is not possible, a disk that fails. Nothing is read but headers and notes.
 */
export function openDump(source: ByteSource, options: DumpOptions = {}): Dump {
  if (source.size === 0) {
    throw new DumpError(
      'The file is empty (0 bytes): there is nothing to show. Take the dump again, for example with gcore PID, and see that the disk is not full.',
    );
  }
  const head = readHead(source);
  const problems: Problem[] = [];
  const elf = elfIdentity(head);
  if (elf === undefined) {
    problems.push(...problemsOfRaw(source, head));
  } else {
    const refusal = whyNotCore(elf, head);
    if (refusal !== undefined) problems.push(refusal);
    else {
      const core = openElfCore(source, head, elf.machine, problems);
      if (core !== undefined) return core;
    }
  }
  return openRaw(source, options.base, problems);
}

function readHead(source: ByteSource): Uint8Array {
  const head = new Uint8Array(ELF_HEADER_SIZE);
  return head.subarray(0, source.read(0, head));
}

function whyNotCore(elf: ElfIdentity, head: Uint8Array): Problem | undefined {
  const asBytes = 'Its bytes are shown as they are, without addresses, and no leak verdict can be given.';
  if (head.length < ELF_HEADER_SIZE) {
    return {
      what: 'truncated',
      message: `The file begins like an ELF core but ends after ${sizeText(head.length)}, inside the header. ${asBytes}`,
    };
  }
  if (elf.bits === undefined || elf.byteOrder === undefined) {
    return {
      what: 'damaged',
      message: `The file begins like an ELF core, but its class or byte order is none that exists. ${asBytes}`,
    };
  }
  if (elf.type !== ET_CORE) {
    return {
      what: 'unsupported',
      message: `This is ${ELF_TYPES[elf.type] ?? `an ELF file of type ${elf.type}`}, not the memory of a process: for that, take a core of the running server with gcore PID. ${asBytes}`,
    };
  }
  if (elf.byteOrder === 'big') {
    return {
      what: 'unsupported',
      message: `This core is from a big-endian machine (ELF number ${elf.machine}); only little-endian ones can be decoded. ${asBytes}`,
    };
  }
  if (elf.bits === 32) {
    return {
      what: 'unsupported',
      message: `This core is from a 32-bit process (ELF machine number ${elf.machine}); only 64-bit ones can be decoded. ${asBytes}`,
    };
  }
  return undefined;
}

function problemsOfRaw(source: ByteSource, head: Uint8Array): Problem[] {
  const other = OTHER_FORMATS.find(format => format.magic.every((byte, at) => head[at] === byte));
  if (other !== undefined) {
    return [{ what: 'unsupported', message: `${other.message} Its bytes are shown as they are.` }];
  }
  if (source.size < ELF_HEADER_SIZE) {
    return [
      {
        what: 'unsupported',
        message: `The file has only ${sizeText(source.size)}, too few for a core or a page of memory. They are shown, but nothing can be found in them.`,
      },
    ];
  }
  return [];
}
