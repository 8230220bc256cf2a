import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DecodedSds } from '../../src/analysis/api.ts';
import { PlaceMap } from '../../src/annotations/place-map.ts';
import { formatSidecar } from '../../src/annotations/sidecar-format.ts';
import { decodeAnnotation } from '../../src/editor/decode-annotation.ts';

/** An sdshdr8 string at file offset 0x100: 3 bytes of header, the text, NUL, 2 bytes of slack. */
function decoded(text: string): DecodedSds {
  const len = text.length;
  const [start, offset, nul] = [0x100, 0x103, 0x103 + len];
  return {
    header: 'sdshdr8',
    address: '0x7f0000000103',
    offset,
    start,
    end: nul + 3,
    len,
    alloc: len + 2,
    flags: 1,
    text,
    textTruncated: false,
    verdict: 'leaked',
    fields: [
      { name: 'len', start, end: start + 1, value: `${len}` },
      { name: 'alloc', start: start + 1, end: start + 2, value: `${len + 2}` },
      { name: 'flags', start: start + 2, end: start + 3, value: '0x01' },
      { name: 'text', start: offset, end: nul, value: text },
      { name: 'NUL', start: nul, end: nul + 1, value: '00' },
      { name: 'slack', start: nul + 1, end: nul + 3, value: text.slice(0, 2) },
    ],
    evidence: [{ check: 'len <= alloc', holds: true, detail: `${len} <= ${len + 2}` }],
  };
}

const none = new PlaceMap([]);

describe('the annotation of a decode', () => {
  it('keeps where each field is, counted from its start, and the numbers of the header', () => {
    const { place, kind, label, decoded: kept } = decodeAnnotation(decoded('hello'), none);
    assert.deepEqual(place, { by: 'offset', start: 0x100, end: 0x10b });
    assert.equal(kind, 'decode');
    assert.equal(label, 'sdshdr8, len 5');
    assert.deepEqual(kept?.fields, [
      { name: 'len', start: 0, end: 1, value: '5' },
      { name: 'alloc', start: 1, end: 2, value: '7' },
      { name: 'flags', start: 2, end: 3, value: '0x01' },
      { name: 'text', start: 3, end: 8 },
      { name: 'NUL', start: 8, end: 9, value: '00' },
      { name: 'slack', start: 9, end: 11 },
    ]);
    assert.deepEqual([kept?.payload, kept?.len, kept?.alloc, kept?.flags], [3, 5, 7, 1]);
  });

  it('begins with the object that the string is embedded in', () => {
    const string = decoded('hello');
    const robj = { name: 'robj.type', start: 0xf0, end: 0xf4, value: 'type 0 = string, encoding 8 = embstr' };
    const { place, decoded: kept } = decodeAnnotation({ ...string, fields: [robj, ...string.fields] }, none);
    assert.deepEqual(place, { by: 'offset', start: 0xf0, end: 0x10b });
    assert.equal(kept?.payload, 19);
    assert.deepEqual(kept?.fields.slice(0, 2), [
      { ...robj, start: 0, end: 4 },
      { name: 'len', start: 16, end: 17, value: '5' },
    ]);
  });

  it('brings none of the text into the sidecar', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'QZXJK'), minLength: 3 }), text => {
        const file = formatSidecar([{ id: 'a', ...decodeAnnotation(decoded(text), none) }]);
        assert.doesNotMatch(file, /[QZXJK]{2}/);
      }),
    );
  });
});
