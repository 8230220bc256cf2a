import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareAnnotations } from '../../src/annotations/annotation.ts';
import { formatSidecar, parseSidecar } from '../../src/annotations/sidecar-format.ts';
import { annotation, anyList } from './annotations.ts';

/** What a file of one good annotation says, with changes that spoil it. */
function fileWith(changes: object, outer: object = {}): string {
  const good = { id: 'a', by: 'address', start: '0x10', end: '0x20', kind: 'selection', label: 'l', note: 'n' };
  return JSON.stringify({
    format: 'hexheap annotations',
    version: 1,
    annotations: [{ ...good, ...changes }],
    ...outer,
  });
}

describe("the sidecar's text", () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(anyList, list => {
        assert.deepEqual(parseSidecar(formatSidecar(list)), {
          state: 'good',
          annotations: list.toSorted(compareAnnotations),
        });
      }),
    );
  });

  it('is the same text for the same annotations in any order', () => {
    fc.assert(
      fc.property(anyList, list => {
        assert.equal(formatSidecar(list), formatSidecar(list.toReversed()));
        const again = parseSidecar(formatSidecar(list));
        assert.ok(again.state === 'good');
        assert.equal(formatSidecar(again.annotations), formatSidecar(list));
      }),
    );
  });

  it('writes an address as people read it, and one annotation after the other', () => {
    assert.deepEqual(
      formatSidecar([annotation('a')])
        .split('\n')
        .slice(0, 8),
      [
        '{',
        '  "format": "hexheap annotations",',
        '  "version": 1,',
        '  "annotations": [',
        '    {',
        '      "id": "a",',
        '      "by": "address",',
        '      "start": "0x7f0000001000",',
      ],
    );
  });

  it('is good as the tests spoil it from', () => assert.equal(parseSidecar(fileWith({})).state, 'good'));

  for (const [what, text] of Object.entries({
    'nothing at all': '',
    'half a file': fileWith({}).slice(0, 60),
    'another JSON': '[1, 2, 3]',
    null: 'null',
    'no version': fileWith({}, { version: undefined }),
    'an address that is a number': fileWith({ start: 16 }),
    'an address beyond 53 bits': fileWith({ end: '0xffffffffffffff' }),
    'an end before its start': fileWith({ start: '0x30' }),
    'a negative address': fileWith({ start: '-0x10' }),
    'an unknown kind': fileWith({ kind: '__proto__' }),
    'an id that is a path': fileWith({ id: '../../x' }),
    'a label that is an object': fileWith({ label: {} }),
    'a note of a megabyte': fileWith({ note: 'x'.repeat(1 << 20) }),
    'the same id twice': fileWith({}, { annotations: Array(2).fill(JSON.parse(fileWith({})).annotations[0]) }),
    'a decode without its fields': fileWith({ decoded: { header: 'sdshdr8' } }),
  })) {
    it(`is damaged when it is ${what}`, () => {
      const content = parseSidecar(text);
      assert.equal(content.state, 'damaged');
      assert.ok(content.state === 'damaged' && content.reason.length > 5);
    });
  }

  it('is left alone when a later version wrote it', () => {
    assert.equal(parseSidecar(fileWith({ colour: 'red' }, { version: 2 })).state, 'newer');
  });

  it('never throws, whatever it holds', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => void parseSidecar(text)));
  });
});
