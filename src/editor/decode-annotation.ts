import type { DecodedSds } from '../analysis/api.ts';
import type { Annotation, DecodedFields } from '../annotations/annotation.ts';
import type { PlaceMap } from '../annotations/place-map.ts';

/** What is kept of a decode: where it is and how it was believed, and nothing of the text. */
export function decodeAnnotation(sds: DecodedSds, places: PlaceMap): Omit<Annotation, 'id'> {
  return {
    place: places.placeOf(sds.start, sds.end),
    kind: 'decode',
    label: `${sds.header}, len ${sds.len.toLocaleString('en')}`,
    note: '',
    decoded: decodedFields(sds),
  };
}

function decodedFields(sds: DecodedSds): DecodedFields {
  const payload = sds.offset - sds.start;
  return {
    header: sds.header,
    payload,
    len: sds.len,
    alloc: sds.alloc,
    ...(sds.flags !== undefined && { flags: sds.flags }),
    verdict: sds.verdict,
    fields: sds.fields.map(({ name, start, end, value }) => {
      const range = { name, start: start - sds.start, end: end - sds.start };
      return range.end <= payload ? { ...range, value } : range;
    }),
    evidence: sds.evidence.map(({ check, holds, detail }) => ({ check, holds, detail })),
  };
}
