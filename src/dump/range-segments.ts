import type { Segment, SegmentKind } from './dump.ts';
import type { Mapping } from './process-maps.ts';
import { nameSegments } from './segment-names.ts';

/** Bytes of the dump at a known place: addresses [start, end), of which the file holds `present`. */
export interface HeldRange {
  readonly start: number;
  readonly end: number;
  readonly present: number;
  readonly offset: number;
}

type Piece = Omit<Segment, 'index'>;

const ANONYMOUS = { readable: true, writable: true, executable: false, kind: 'anonymous', name: '' } as const;

/** Segments of ranges of which nothing but their place is known. `held` is sorted by start, without overlaps. */
export function plainSegments(held: readonly HeldRange[]): Segment[] {
  return held.map((range, index) => ({ index, ...range, promised: range.end - range.start, ...ANONYMOUS }));
}

/**
 * Segments of a whole process: its mappings, cut where the held ranges begin and end; a piece that no range holds has no present
 * bytes. Bytes of a range that lie in no mapping become anonymous segments; `outside` counts them. `held` and `mappings` are
 * sorted by start, without overlaps.
 */
export function mappedSegments(
  held: readonly HeldRange[],
  mappings: readonly Mapping[],
): { segments: Segment[]; outside: number } {
  const labels = labelsOf(mappings);
  const pieces: Piece[] = [];
  let outside = 0;
  let next = 0;
  /** The part [from, to) of a held range. */
  const hold = (range: HeldRange, from: number, to: number, label: Omit<Piece, keyof HeldRange | 'promised'>) => {
    if (from >= to) return;
    const present = Math.min(to - from, Math.max(0, range.start + range.present - from));
    pieces.push({
      start: from,
      end: to,
      offset: range.offset + from - range.start,
      present,
      promised: to - from,
      ...label,
    });
  };
  const free = (range: HeldRange, from: number, to: number) => {
    outside += Math.max(0, to - from);
    hold(range, from, to, ANONYMOUS);
  };
  /** Up to which address held ranges have been laid down. */
  let laid = 0;
  for (const [index, mapping] of mappings.entries()) {
    for (; next < held.length && held[next].start < mapping.end; next++) {
      const range = held[next];
      free(range, Math.max(laid, range.start), Math.min(range.end, mapping.start));
      const from = Math.max(mapping.start, range.start);
      absent(pieces, Math.max(laid, mapping.start), from, labels[index]);
      hold(range, from, Math.min(range.end, mapping.end), labels[index]);
      laid = Math.min(range.end, mapping.end);
      if (range.end > mapping.end) break;
    }
    absent(pieces, Math.max(laid, mapping.start), mapping.end, labels[index]);
    laid = Math.max(laid, mapping.end);
  }
  for (; next < held.length; next++) free(held[next], Math.max(laid, held[next].start), held[next].end);
  return { segments: pieces.map((piece, index) => ({ index, ...piece })), outside };
}

function absent(pieces: Piece[], start: number, end: number, label: Omit<Piece, keyof HeldRange | 'promised'>): void {
  if (start < end) pieces.push({ start, end, offset: 0, present: 0, promised: 0, ...label });
}

function labelsOf(mappings: readonly Mapping[]): Omit<Piece, keyof HeldRange | 'promised'>[] {
  // The kernel names everything but .bss, which lies behind its module's data.
  const modules = mappings
    .filter(({ name }) => name.startsWith('/'))
    .map(({ name, start, end }) => ({ path: name, start, end }));
  const guessed = nameSegments(mappings, { modules, threads: [], process: undefined, auxiliary: new Map() });
  return mappings.map(({ readable, writable, executable, name }, index) => ({
    readable,
    writable,
    executable,
    ...(name === '' ? guessed[index] : { kind: kindOf(name), name: name.startsWith('[anon') ? '' : name }),
  }));
}

function kindOf(name: string): SegmentKind {
  if (name.startsWith('/')) return 'file';
  if (name === '[heap]') return 'heap';
  if (name.startsWith('[stack')) return 'stack';
  return /^\[(vdso|vvar|vsyscall|uprobes)/.test(name) ? 'vdso' : 'anonymous';
}
