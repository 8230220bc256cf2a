import type { DecodedSds } from '../analysis/api.ts';
import type { Annotation, DecodedFields } from '../annotations/annotation.ts';
import type { PlaceMap } from '../annotations/place-map.ts';

/** What is kept of a decode: where it is and how it was believed, and nothing of the text. */
export function decodeAnnotation(sds: DecodedSds, places: PlaceMap): Omit<Annotation, 'id'> {
  // An object that the string is embedded in begins before it.
  const start = Math.min(sds.start, ...sds.fields.map(field => field.start));
  return {
    place: places.placeOf(start, sds.end),
    kind: 'decode',
    label: `${sds.header}, len ${sds.len.toLocaleString('en')}`,
    note: '',
    decoded: decodedFields(sds, start),
  };
}

function decodedFields(sds: DecodedSds, from: number): DecodedFields {
  const payload = sds.offset - from;
  return {
    header: sds.header,
    payload,
    len: sds.len,
    alloc: sds.alloc,
    ...(sds.flags !== undefined && { flags: sds.flags }),
    verdict: sds.verdict,
    fields: sds.fields.map(({ name, start, end, value }) => {
      const range = { name, start: start - from, end: end - from };
      const isNul = range.start === payload + sds.len && range.end === range.start + 1;
      return range.end <= payload || isNul ? { ...range, value } : range;
    }),
    evidence: sds.evidence.map(({ check, holds, detail }) => ({ check, holds, detail })),
  };
}
