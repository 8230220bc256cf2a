import type { Overlay, OverlayField } from '../../src/analysis/api.ts';

/**
 * How the fields are told apart on the screen. Each kind has a colour (theme colour `hexheap.<kind>`) and an underline of
 * its own in style.css, so that none rests on colour alone.
 */
export const KINDS = [
  'sdsLen',
  'sdsAlloc',
  'sdsFlags',
  'sdsPayload',
  'sdsNul',
  'sdsSlack',
  'pointer',
  'objectField',
  'region',
  'leaked',
  'leakedIndirect',
  'leakedWeak',
  'freed',
] as const;
export type Kind = (typeof KINDS)[number];

/** What a kind is called in the legend. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  sdsLen: 'len: bytes of text',
  sdsAlloc: 'alloc: bytes there is room for',
  sdsFlags: 'flags: header type',
  sdsPayload: 'text of a string',
  sdsNul: 'NUL after the text',
  sdsSlack: 'slack up to the size class',
  pointer: 'pointer',
  objectField: 'field of an object',
  region: 'allocated region',
  leaked: 'leaked: nothing points at it',
  leakedIndirect: 'leaked, held by leaked memory',
  leakedWeak: 'leaked, weak references only',
  freed: 'freed: stale bytes',
};

const OF_FIELD: Readonly<Record<string, Kind>> = {
  'sds.len': 'sdsLen',
  'sds.alloc': 'sdsAlloc',
  'sds.flags': 'sdsFlags',
  'sds.payload': 'sdsPayload',
  'sds.nul': 'sdsNul',
  'sds.slack': 'sdsSlack',
  pointer: 'pointer',
  region: 'region',
  // Its regions lie over the whole of it, so it shows only where one is missing.
  slab: 'region',
};

/** A string's text, an object's fields and a bare region show their verdict; string headers and pointers keep the look of their field. */
const BY_VERDICT: Readonly<Record<string, Kind>> = {
  leaked: 'leaked',
  'leaked-indirect': 'leakedIndirect',
  'leaked-weak': 'leakedWeak',
  freed: 'freed',
};

const SHOW_VERDICT: ReadonlySet<Kind> = new Set<Kind>(['sdsPayload', 'objectField', 'region']);

export function kindOf({ field, verdict, target }: Pick<Overlay, 'field' | 'verdict' | 'target'>): Kind {
  const kind = target === undefined ? kindOfField(field) : 'pointer';
  if (verdict && SHOW_VERDICT.has(kind)) return BY_VERDICT[verdict] ?? kind;
  return kind;
}

export function kindOfField(field: OverlayField): Kind {
  return OF_FIELD[field] ?? 'objectField';
}
