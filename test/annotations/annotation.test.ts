import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  compareAnnotations,
  sameAnnotation,
  withAnnotation,
  withoutAnnotation,
} from '../../src/annotations/annotation.ts';
import { annotation, anyList } from './annotations.ts';

describe('a list of annotations', () => {
  it('has one order, whatever the order they came in', () => {
    fc.assert(
      fc.property(
        anyList.chain(list => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const made = shuffled.reduce(withAnnotation, []);
          assert.deepEqual(made, list.toSorted(compareAnnotations));
        },
      ),
    );
  });

  it('has addresses before offsets, the outer of two before the inner', () => {
    const at = (id: string, by: 'address' | 'offset', start: number, end: number) =>
      annotation(id, { place: { by, start, end } });
    const list = [
      at('d', 'offset', 0, 9),
      at('c', 'address', 9, 10),
      at('b', 'address', 4, 6),
      at('a', 'address', 4, 8),
    ];
    assert.deepEqual(
      list.toSorted(compareAnnotations).map(({ id }) => id),
      ['a', 'b', 'c', 'd'],
    );
  });

  it('holds an id once', () => {
    const list = withAnnotation([annotation('a'), annotation('b')], annotation('a', { note: 'new' }));
    assert.deepEqual(
      list.map(({ id, note }) => [id, note]),
      [
        ['a', 'new'],
        ['b', ''],
      ],
    );
    assert.deepEqual(withoutAnnotation(list, 'a'), [annotation('b')]);
  });

  it('finds the annotation of the same kind on the same bytes', () => {
    const list = [annotation('a', { kind: 'decode' }), annotation('b')];
    const { place } = list[0];
    assert.equal(sameAnnotation(list, place, 'selection')?.id, 'b');
    assert.equal(sameAnnotation(list, { ...place, by: 'offset' }, 'selection'), undefined);
    assert.equal(sameAnnotation(list, { ...place, end: place.end + 1 }, 'selection'), undefined);
  });
});
