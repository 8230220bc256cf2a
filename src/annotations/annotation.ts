import type { Evidence } from '../analysis/api.ts';

/** A half-open range [start, end), by address where the process had one, else by file offset. */
export interface Place {
  readonly by: 'address' | 'offset';
  readonly start: number;
  readonly end: number;
}

/** What a decode found, without any text of the dump: numbers, ranges relative to the place's start, and the evidence. */
export interface DecodedFields {
  /** "sdshdr8", … */
  readonly header: string;
  /** Bytes from the place's start to the payload: the header's size. */
  readonly payload: number;
  readonly len: number;
  readonly alloc: number;
  /** Undefined for the header of Redis <= 3.0, which has none. */
  readonly flags?: number;
  readonly verdict: string;
  /** Ranges are bytes from the place's start, half-open; a field of the payload has no value here. */
  readonly fields: readonly DecodedField[];
  readonly evidence: readonly Evidence[];
}

export interface DecodedField {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly value?: string;
}

export interface Annotation {
  readonly id: string;
  readonly place: Place;
  readonly kind: 'selection' | 'decode';
  readonly label: string;
  readonly note: string;
  readonly decoded?: DecodedFields;
}

/**
 * The one order annotations have everywhere (list, sidecar, report): addresses before offsets, then by start,
 * the longer first (outer before inner), then by id, so that a file written twice is the same file.
 */
export function compareAnnotations(a: Annotation, b: Annotation): number {
  if (a.place.by !== b.place.by) return a.place.by === 'address' ? -1 : 1;
  return a.place.start - b.place.start || b.place.end - a.place.end || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** A sorted copy with `added` in it, instead of any annotation of the same id. */
export function withAnnotation(list: readonly Annotation[], added: Annotation): Annotation[] {
  return [...withoutAnnotation(list, added.id), added].sort(compareAnnotations);
}

export function withoutAnnotation(list: readonly Annotation[], id: string): Annotation[] {
  return list.filter(each => each.id !== id);
}

/** The annotation of the same kind on the same bytes, or undefined: decoding a string twice makes one annotation. */
export function sameAnnotation(list: readonly Annotation[], place: Place, kind: Annotation['kind']) {
  return list.find(
    ({ place: other, kind: otherKind }) =>
      kind === otherKind && other.by === place.by && other.start === place.start && other.end === place.end,
  );
}
