import type { Dump, Segment } from './dump.ts';
import { hexText, sizeText } from './size-text.ts';

/**
 * The address space of a dump cut into pieces, in address order: bytes that the file holds, and gaps between them.
 * In columns, for tables of tens of thousands of segments.
 */
export interface AddressPieces {
  readonly count: number;
  /** Addresses, half-open: [start, end). */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** File offset of the piece's first byte, or -1 for a gap. */
  readonly offset: Float64Array;
  /** What a gap is, in words; never called for bytes. */
  label(piece: number): string;
}

/** Why a gap is one: the code is kept per piece, the words are made when they are shown. */
const HELD = 0;
const UNMAPPED = 1;
const MODULE_LEFT_OUT = 2;
const NOT_DUMPED = 3;
const CUT_OFF = 4;

export function addressPieces(dump: Pick<Dump, 'segments' | 'modules'>): AddressPieces {
  const { segments, modules } = dump;
  const start: number[] = [];
  const end: number[] = [];
  const offset: number[] = [];
  const reason: number[] = [];
  /** Index of the segment or the module that a piece belongs to. */
  const owner: number[] = [];
  let nextModule = 0;

  const add = (from: number, to: number, why: number, whose: number, at = -1) => {
    if (from >= to) return;
    start.push(from);
    end.push(to);
    offset.push(at);
    reason.push(why);
    owner.push(whose);
  };

  /** Between segments: what mapped files reach into it is told apart from what nobody knows of. */
  const addGap = (from: number, to: number) => {
    let at = from;
    while (nextModule < modules.length && modules[nextModule].end <= at) nextModule++;
    for (let index = nextModule; index < modules.length && modules[index].start < to; index++) {
      const module = modules[index];
      if (module.end <= at) continue;
      add(at, Math.max(at, module.start), UNMAPPED, 0);
      const last = start.length - 1;
      const stop = Math.min(module.end, to);
      const begin = Math.max(at, module.start);
      const continues =
        last >= 0 &&
        end[last] === begin &&
        reason[last] === MODULE_LEFT_OUT &&
        modules[owner[last]].path === module.path;
      if (continues) end[last] = stop;
      else add(begin, stop, MODULE_LEFT_OUT, index);
      at = stop;
    }
    add(at, to, UNMAPPED, 0);
  };

  let reached: number | undefined;
  for (const segment of segments) {
    if (reached !== undefined) addGap(reached, segment.start);
    const heldEnd = segment.start + segment.present;
    const promisedEnd = segment.start + segment.promised;
    add(segment.start, heldEnd, HELD, segment.index, segment.offset);
    add(heldEnd, promisedEnd, CUT_OFF, segment.index);
    add(promisedEnd, segment.end, NOT_DUMPED, segment.index);
    reached = segment.end;
  }

  return {
    count: start.length,
    start: Float64Array.from(start),
    end: Float64Array.from(end),
    offset: Float64Array.from(offset),
    label(piece) {
      const size = sizeText(end[piece] - start[piece]);
      switch (reason[piece]) {
        case MODULE_LEFT_OUT:
          return `not dumped: ${size} of ${modules[owner[piece]].path}`;
        case NOT_DUMPED:
          return `not dumped: ${size} of ${nameOf(segments[owner[piece]])}`;
        case CUT_OFF:
          return `cut off: the file ends here, ${size} of ${nameOf(segments[owner[piece]])} are missing`;
        default:
          return `gap of ${size}, not mapped or left out of the dump`;
      }
    },
  };
}

function nameOf(segment: Segment): string {
  return segment.name === '' ? `the memory at ${hexText(segment.start)}` : segment.name;
}
