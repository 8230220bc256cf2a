import type { Module, SegmentKind } from './dump.ts';
import type { CoreNotes } from './elf-notes.ts';
import { lastAtMost } from './segmented-dump.ts';

/** ELF auxiliary vector keys, include/uapi/linux/auxvec.h. */
const AT_ENTRY = 9;
const AT_SYSINFO_EHDR = 33;
/**
 * The kernel puts the heap (brk) behind the main program's .bss, after a random gap: at most 32 MiB on x86-64 and 1 GiB on
 * aarch64 (arch_randomize_brk).
 */
const FARTHEST_HEAP = 1024 * 1024 * 1024;

export interface UnnamedSegment {
  readonly start: number;
  readonly end: number;
  readonly writable: boolean;
}

export interface SegmentName {
  readonly kind: SegmentKind;
  readonly name: string;
}

/** Says what each segment is (see Segment.kind and Segment.name). `segments` are sorted by start; result in their order. */
export function nameSegments(segments: readonly UnnamedSegment[], notes: CoreNotes): SegmentName[] {
  const { modules } = notes;
  const moduleStarts = Float64Array.from(modules, module => module.start);
  const starts = Float64Array.from(segments, segment => segment.start);
  const names: (SegmentName | undefined)[] = segments.map(segment => {
    const module = moduleAt(modules, moduleStarts, segment.start);
    return module === undefined ? undefined : { kind: 'file', name: module.path };
  });
  const placeOf = (address: number) => {
    const place = lastAtMost(starts, address);
    return place >= 0 && address < segments[place].end ? place : -1;
  };

  const vdso = placeOf(notes.auxiliary.get(AT_SYSINFO_EHDR) ?? -1);
  if (vdso >= 0) nameVdso(segments, names, vdso);
  nameStacks(segments, names, notes, placeOf);
  nameBss(segments, names, modules);
  const heap = heapPlace(segments, names, notes, moduleStarts);
  if (heap >= 0) names[heap] = { kind: 'heap', name: '[heap]' };
  return names.map(name => name ?? { kind: 'anonymous', name: '' });
}

/** The kernel's code page, and its data pages right before it. */
function nameVdso(segments: readonly UnnamedSegment[], names: (SegmentName | undefined)[], code: number): void {
  names[code] = { kind: 'vdso', name: '[vdso]' };
  for (let place = code - 1; place >= 0; place--) {
    if (names[place] !== undefined || segments[place].writable || segments[place].end !== segments[place + 1].start)
      break;
    names[place] = { kind: 'vdso', name: '[vvar]' };
  }
}

/** The writable mapping that a thread's stack pointer is in: `[stack]` for the main thread, `[stack:TID]` for another. */
function nameStacks(
  segments: readonly UnnamedSegment[],
  names: (SegmentName | undefined)[],
  notes: CoreNotes,
  placeOf: (address: number) => number,
): void {
  const main = notes.process?.pid ?? notes.threads[0]?.id;
  for (const thread of notes.threads) {
    const place = placeOf(thread.stackPointer);
    if (place < 0 || !segments[place].writable) continue;
    if (names[place] !== undefined && names[place].kind !== 'stack') continue;
    if (thread.id === main) names[place] = { kind: 'stack', name: '[stack]' };
    else names[place] ??= { kind: 'stack', name: `[stack:${thread.id}]` };
  }
}

/**
 * Anonymous writable memory right behind a module's writable data is its .bss. That data is always in the core: the loader
 * has written to its last page.
 */
function nameBss(
  segments: readonly UnnamedSegment[],
  names: (SegmentName | undefined)[],
  modules: readonly Module[],
): void {
  const endOf = new Map(modules.map(module => [module.end, module.path]));
  for (let place = 0; place < segments.length; place++) {
    if (names[place] !== undefined || !segments[place].writable) continue;
    const path = endOf.get(segments[place].start);
    if (path === undefined) continue;
    const before = segments[place - 1];
    if (before?.end === segments[place].start && before.writable) names[place] = { kind: 'file', name: path };
  }
}

/** Place of the brk heap: the first unnamed writable segment behind the main program's last one, before anything else is mapped. */
function heapPlace(
  segments: readonly UnnamedSegment[],
  names: readonly (SegmentName | undefined)[],
  notes: CoreNotes,
  moduleStarts: Float64Array,
): number {
  const entry = notes.auxiliary.get(AT_ENTRY);
  const program = entry === undefined ? undefined : moduleAt(notes.modules, moduleStarts, entry);
  if (program === undefined) return -1;
  let last = -1;
  for (let place = 0; place < segments.length; place++) {
    if (names[place]?.kind === 'file' && names[place]?.name === program.path) last = place;
  }
  const candidate = segments[last + 1];
  if (last < 0 || candidate === undefined || names[last + 1] !== undefined || !candidate.writable) return -1;
  return candidate.start - segments[last].end <= FARTHEST_HEAP ? last + 1 : -1;
}

function moduleAt(modules: readonly Module[], starts: Float64Array, address: number): Module | undefined {
  const place = lastAtMost(starts, address);
  return place >= 0 && address < modules[place].end ? modules[place] : undefined;
}
