import fc from 'fast-check';
import type { Annotation } from '../../src/annotations/annotation.ts';

const address = fc.oneof(fc.integer({ min: 0, max: 1 << 20 }), fc.maxSafeInteger().map(Math.abs));
const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }));

const decoded = fc.record(
  {
    header: fc.constantFrom('sdshdr5', 'sdshdr8', 'sdshdr'),
    payload: fc.nat(17),
    len: fc.nat(),
    alloc: fc.nat(),
    flags: fc.nat(255),
    verdict: fc.constantFrom('live', 'leaked', 'unknown'),
    fields: fc.array(
      fc.record(
        { name: text, start: fc.nat(), end: fc.nat(), value: text },
        { requiredKeys: ['name', 'start', 'end'], noNullPrototype: true },
      ),
      { maxLength: 4 },
    ),
    evidence: fc.array(
      fc.record(
        { check: text, holds: fc.option(fc.boolean(), { nil: undefined }), detail: text },
        { noNullPrototype: true },
      ),
      {
        maxLength: 3,
      },
    ),
  },
  { requiredKeys: ['header', 'payload', 'len', 'alloc', 'verdict', 'fields', 'evidence'], noNullPrototype: true },
);

/** Any annotation that this program can make. */
export const anyAnnotation: fc.Arbitrary<Annotation> = fc
  .record(
    {
      id: fc.uuid(),
      by: fc.constantFrom('address' as const, 'offset' as const),
      start: address,
      length: fc.nat(100_000),
      kind: fc.constantFrom('selection' as const, 'decode' as const),
      label: text,
      note: text,
      decoded,
    },
    { requiredKeys: ['id', 'by', 'start', 'length', 'kind', 'label', 'note'], noNullPrototype: true },
  )
  .map(({ by, start, length, ...rest }) => ({
    ...rest,
    place: { by, start, end: Math.min(start + length, Number.MAX_SAFE_INTEGER) },
  }));

export const anyList = fc.uniqueArray(anyAnnotation, { selector: ({ id }) => id, maxLength: 8 });

export function annotation(id: string, changes: Partial<Annotation> = {}): Annotation {
  return {
    id,
    place: { by: 'address', start: 0x7f00_0000_1000, end: 0x7f00_0000_1010 },
    kind: 'selection',
    label: id,
    note: '',
    ...changes,
  };
}
