import { setBit, testBit } from '../allocator/regions.ts';
import { KIND_EMBSTR, KIND_SDS, KIND_UNKNOWN } from './kinds.ts';
import { EXACT_CODE, TAGGED_START_CODES } from './pointer-codes.ts';
import type { Reachability } from './reachability.ts';
import { codeOf, type References, targetOf } from './references.ts';
import {
  SHAPE_ANY_SDS,
  SHAPE_CERTAIN,
  SHAPE_EMBSTR,
  SHAPE_FITS,
  SHAPE_SDS_WITH_ALLOC,
  SHAPE_SDS5,
  SHAPE_TEXT,
} from './shape.ts';
import { KIND_DICT_TABLE } from './typing.ts';

/** No string begins where the region does. */
export const NO_HEADER = 255;

export interface RegionStrings {
  /** Header code per region (src/layout/sds.ts), or NO_HEADER. */
  readonly header: Uint8Array;
}

/**
 * Says which of the regions that nothing else claims are strings, and writes it into `kind`. A reference to the text
 * settles which header is meant; without one the content must speak for itself, and a region whose start is pointed at
 * from reached memory is an object, since nobody points at an sds header; but where the content leaves no doubt, and no root
 * points there (as one does while a string is being made), such a word is an earlier tenant's.
 */
export function classifyStrings(
  references: References,
  reachability: Reachability,
  kind: Uint8Array,
  breathe: () => void,
): RegionStrings {
  const { inUse, shape } = references;
  const { fromReached, fromUnreached } = reachability;
  const starts = startsInRoots(references);
  const header = new Uint8Array(kind.length).fill(NO_HEADER);
  for (let id = 0; id < kind.length; id++) {
    breathe();
    if (kind[id] !== KIND_UNKNOWN) continue;
    const marks = shape[id];
    if (marks & SHAPE_EMBSTR) {
      kind[id] = KIND_EMBSTR;
      continue;
    }
    if ((marks & SHAPE_ANY_SDS) === 0) continue;
    let code = NO_HEADER;
    if (!testBit(inUse, id)) code = byContent(marks);
    else {
      code = byReference(marks, fromReached[id]);
      if (code === 0 && (fromReached[id] & 1) !== 0 && (marks & SHAPE_TEXT) === 0) code = NO_HEADER;
      if (code === NO_HEADER) {
        const known = byReference(marks, fromUnreached[id]);
        const likely = byContent(marks);
        if (known !== NO_HEADER && (marks & (known === 0 ? SHAPE_TEXT : SHAPE_FITS)) !== 0) code = known;
        else if ((fromReached[id] & TAGGED_START_CODES) === 0) code = likely;
        else if ((marks & SHAPE_CERTAIN) !== 0 && !testBit(starts, id)) code = likely;
      }
    }
    if (code === NO_HEADER) continue;
    header[id] = code;
    kind[id] = KIND_SDS;
  }
  return { header };
}

/** Bit per region that a root or a register points at the start of. */
function startsInRoots({ rootEdge, inUse }: References): Uint32Array {
  const starts = new Uint32Array(inUse.length);
  for (let i = 0; i < rootEdge.length; i++) {
    if ((TAGGED_START_CODES >>> codeOf(rootEdge[i])) & 1) setBit(starts, targetOf(rootEdge[i]));
  }
  return starts;
}

/** The header whose text one of the words with these codes points at; one with an alloc before sdshdr5. */
function byReference(marks: number, codes: number): number {
  for (let code = EXACT_CODE.length - 1; code >= 0; code--) {
    if ((marks >>> code) & 1 && (codes >>> EXACT_CODE[code]) & 1) return code;
  }
  return NO_HEADER;
}

/** The header that the bytes alone make probable: its size fits the region; sdshdr5, which says so little, needs text too. */
function byContent(marks: number): number {
  if ((marks & SHAPE_FITS) === 0) return NO_HEADER;
  if (marks & SHAPE_SDS_WITH_ALLOC) return 31 - Math.clz32(marks & SHAPE_SDS_WITH_ALLOC);
  return marks & SHAPE_SDS5 && marks & SHAPE_TEXT ? 0 : NO_HEADER;
}

/**
 * Regions whose words are text and no references: strings that a named structure points at exactly, or that anything reached
 * does when their header fits the region and nobody points at its start. `ignored` has a bit per edge that is no reference.
 */
export function certainStrings(
  references: References,
  reachability: Reachability,
  kind: Uint8Array,
  ignored: Uint32Array,
  breathe: () => void,
): Uint32Array {
  const { shape, inUse, first, edge } = references;
  const { fromReached } = reachability;
  const certain = new Uint32Array(inUse.length);
  for (let id = 0; id < shape.length; id++) {
    breathe();
    const marks = shape[id];
    if (kind[id] === KIND_UNKNOWN && (marks & SHAPE_SDS_WITH_ALLOC) !== 0 && (marks & SHAPE_FITS) !== 0) {
      if ((fromReached[id] & TAGGED_START_CODES) !== 0) continue;
      if (byReference(marks & ~SHAPE_SDS5, fromReached[id]) !== NO_HEADER) setBit(certain, id);
    }
    if (kind[id] === KIND_UNKNOWN || kind[id] === KIND_DICT_TABLE) continue;
    for (let e = first[id]; e < first[id + 1]; e++) {
      const target = targetOf(edge[e]);
      if (kind[target] !== KIND_UNKNOWN || testBit(ignored, e)) continue;
      if (byReference(shape[target], 1 << codeOf(edge[e])) !== NO_HEADER) setBit(certain, target);
    }
  }
  return certain;
}
