import { AddressSpace } from './address-space.ts';
import { addModule, type Module, type ModuleShape } from './module-image.ts';
import type { Random } from './random.ts';

/** What a mapping is decides whether a core holds its bytes. */
export type MappingKind =
  | 'elf-header'
  | 'text'
  | 'rodata'
  | 'relro'
  | 'data'
  | 'bss'
  | 'heap'
  | 'anonymous'
  | 'stack'
  | 'guard'
  | 'vdso';

/** One mapped range, half-open. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly kind: MappingKind;
  /** As in /proc/PID/maps: "r--", "r-x", "rw-", "---". */
  readonly permissions: string;
  /** Path of the mapped file, '[heap]', '[stack]', '[vdso]' or ''. */
  readonly name: string;
  /** Offset of `start` in the mapped file, in bytes. */
  readonly fileOffset: number;
}

/** Places of the words in user_regs_struct (linux/arch/x86/include/asm/user_64.h). */
export const REGISTER = { rbp: 4, rbx: 5, rax: 10, rdi: 14, rip: 16, cs: 17, flags: 18, rsp: 19, ss: 20, fsBase: 21 };

export interface ThreadState {
  readonly id: number;
  /** 27 words in the order of user_regs_struct. */
  readonly registers: BigUint64Array;
}

const THREAD_STACK = 128 * 1024;

/** A process to be dumped: its memory, mappings, modules and threads. x86-64 Linux, little-endian. */
export class ProcessImage {
  readonly space: AddressSpace;
  readonly random: Random;
  readonly pageSize: number;
  readonly pid: number;
  readonly name: string;
  readonly commandLine: string;
  readonly mappings: Mapping[] = [];
  readonly modules: Module[] = [];
  readonly threads: ThreadState[] = [];
  #mmapTop: number;
  #brkStart = 0;
  #brkEnd = 0;
  readonly #stackTop: number;

  constructor(random: Random, name: string, commandLine: string, pageSize = 4096) {
    this.random = random;
    this.space = new AddressSpace();
    this.pageSize = pageSize;
    this.name = name;
    this.commandLine = commandLine;
    this.pid = random.between(1000, 60000);
    this.#mmapTop = 0x7f12_0000_0000 + random.below(0x4000) * 0x100_0000;
    this.#stackTop = 0x7ffc_0000_0000 + random.below(0x1000) * 0x10_0000;
    const stack = { start: this.#stackTop - 0x21000, end: this.#stackTop, fileOffset: 0 };
    this.mappings.push({ ...stack, kind: 'stack', permissions: 'rw-', name: '[stack]' });
    const vdso = { start: this.#stackTop + 0x40000, end: this.#stackTop + 0x42000, fileOffset: 0 };
    this.mappings.push({ ...vdso, kind: 'vdso', permissions: 'r-x', name: '[vdso]' });
    this.space.writeBytes(vdso.start, Buffer.from('\x7fELF\x02\x01\x01', 'latin1'));
  }

  /** The executable goes where PIE puts it, with room for brk behind it; libraries below each other in the mmap area. */
  module(path: string, shape: ModuleShape, executable = false): Module {
    const place = executable
      ? 0x5555_0000_0000 + this.random.below(0x1000) * 0x10_0000
      : (bytes: number) => this.#reserve(bytes, this.pageSize);
    const module = addModule(this, path, shape, place);
    this.modules.push(module);
    if (executable) {
      this.#brkStart = this.#brkEnd = module.end + this.random.between(1, 4000) * this.pageSize;
    }
    return module;
  }

  /** Anonymous read-write memory, top-down as Linux gives it; neighbours merge into one mapping. Returns its start. */
  mmap(bytes: number, alignment = this.pageSize): number {
    const start = this.#reserve(Math.ceil(bytes / this.pageSize) * this.pageSize, alignment);
    this.#addAnonymous(start, start + Math.ceil(bytes / this.pageSize) * this.pageSize);
    return start;
  }

  /** Moves the program break up; returns the old one, as sbrk does. */
  sbrk(bytes: number): number {
    const old = this.#brkEnd;
    this.#brkEnd += Math.ceil(bytes / this.pageSize) * this.pageSize;
    const heap = { start: this.#brkStart, end: this.#brkEnd, fileOffset: 0 };
    const at = this.mappings.findIndex(mapping => mapping.kind === 'heap');
    if (at >= 0) this.mappings.splice(at, 1);
    this.mappings.push({ ...heap, kind: 'heap', permissions: 'rw-', name: '[heap]' });
    return old;
  }

  /** A thread; the first lives on the process's stack, others on a mapping with a guard page. Returns its registers and stack pointer. */
  thread(threadPointer: number, programCounter: number): ThreadState & { readonly stackPointer: number } {
    let top = this.#stackTop;
    if (this.threads.length > 0) {
      const start = this.#reserve(THREAD_STACK + this.pageSize, this.pageSize);
      const guard = { start, end: start + this.pageSize, fileOffset: 0 };
      this.mappings.push({ ...guard, kind: 'guard', permissions: '---', name: '' });
      this.#addAnonymous(guard.end, guard.end + THREAD_STACK);
      top = guard.end + THREAD_STACK;
    }
    const stackPointer = top - 0x1000 - this.random.below(0x80) * 16;
    const registers = new BigUint64Array(27);
    registers[REGISTER.rip] = BigInt(programCounter);
    registers[REGISTER.cs] = 0x33n;
    registers[REGISTER.flags] = 0x246n;
    registers[REGISTER.rsp] = BigInt(stackPointer);
    registers[REGISTER.ss] = 0x2bn;
    registers[REGISTER.fsBase] = BigInt(threadPointer);
    const thread = { id: this.pid + this.threads.length, registers };
    this.threads.push(thread);
    return { ...thread, stackPointer };
  }

  /** Mappings in address order. */
  sorted(): Mapping[] {
    return [...this.mappings].sort((a, b) => a.start - b.start);
  }

  #reserve(bytes: number, alignment: number): number {
    this.#mmapTop = Math.floor((this.#mmapTop - bytes) / alignment) * alignment;
    return this.#mmapTop;
  }

  #addAnonymous(start: number, end: number): void {
    const above = this.mappings.findIndex(mapping => mapping.kind === 'anonymous' && mapping.start === end);
    const merged = above >= 0 ? this.mappings.splice(above, 1)[0].end : end;
    this.mappings.push({ start, end: merged, kind: 'anonymous', permissions: 'rw-', name: '', fileOffset: 0 });
  }
}
