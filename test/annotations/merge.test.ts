import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Annotation, compareAnnotations } from '../../src/annotations/annotation.ts';
import { mergeAnnotations } from '../../src/annotations/merge.ts';
import { annotation, anyList } from './annotations.ts';

const sorted = (list: readonly Annotation[]) => list.toSorted(compareAnnotations);
const notes = (list: readonly Annotation[]) => Object.fromEntries(list.map(({ id, note }) => [id, note]));
const a = annotation('a');
const b = annotation('b');

describe('merging annotations', () => {
  it('takes over what only one side did', () => {
    fc.assert(
      fc.property(anyList, anyList, (base, edited) => {
        assert.deepEqual(mergeAnnotations(base, edited, base), sorted(edited));
        assert.deepEqual(mergeAnnotations(base, base, edited), sorted(edited));
        assert.deepEqual(mergeAnnotations(base, edited, edited), sorted(edited));
      }),
    );
  });

  it('keeps what both sides added', () => {
    fc.assert(
      fc.property(anyList, list => {
        const ours = list.filter((_, at) => at % 2 === 0);
        const theirs = list.filter((_, at) => at % 2 === 1);
        assert.deepEqual(mergeAnnotations([], ours, theirs), sorted(list));
      }),
    );
  });

  it('takes away what one side removed', () => {
    assert.deepEqual(mergeAnnotations([a, b], [a], [a, b]), [a]);
    assert.deepEqual(mergeAnnotations([a, b], [a, b], [b]), [b]);
  });

  it('keeps what one side removed and the other changed', () => {
    const changed = annotation('a', { note: 'changed' });
    assert.deepEqual(mergeAnnotations([a], [changed], []), [changed]);
    assert.deepEqual(mergeAnnotations([a], [], [changed]), [changed]);
  });

  it('prefers ours where both changed one', () => {
    const ours = annotation('a', { note: 'ours' });
    const theirs = annotation('a', { note: 'theirs' });
    assert.deepEqual(notes(mergeAnnotations([a], [ours, b], [theirs])), { a: 'ours', b: '' });
    assert.deepEqual(notes(mergeAnnotations([a], [a], [theirs])), { a: 'theirs' });
  });
});
