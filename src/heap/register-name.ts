import type { Dump, Thread } from '../dump/dump.ts';

/** Names in the order of struct user_regs_struct (Linux, arch/x86/include/asm/user_64.h). */
const X86_64 = [
  ...['r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi'],
  ...['orig_rax', 'rip', 'cs', 'eflags', 'rsp', 'ss', 'fs_base', 'gs_base', 'ds', 'es', 'fs', 'gs'],
];

/** "register rbx of thread 12"; by number where the machine's names are not known. */
export function registerName({ machine }: Dump, { id }: Thread, number: number): string {
  return `register ${(machine === 'x86-64' ? X86_64[number] : undefined) ?? number} of thread ${id}`;
}
