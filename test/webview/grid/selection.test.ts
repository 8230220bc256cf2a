import assert from 'node:assert/strict';
import fc from 'fast-check';
import { caretAt, extendTo, rangeOf, selectRange, within } from '../../../webview/grid/selection.ts';

const offset = fc.nat(2 ** 40);

describe('selection', () => {
  it('holds the anchor while it is extended either way, and always has the caret in it', () => {
    fc.assert(
      fc.property(offset, offset, (from, to) => {
        const { start, end } = rangeOf(extendTo(caretAt(from), to));
        assert.equal(start, Math.min(from, to));
        assert.equal(end - start, Math.abs(from - to) + 1);
      }),
    );
  });

  it('selects a range exactly, with the caret on its first byte', () => {
    const selection = selectRange({ start: 4096, end: 2 ** 32 + 1 });
    assert.deepEqual(rangeOf(selection), { start: 4096, end: 2 ** 32 + 1 });
    assert.equal(selection.caret, 4096);
    assert.deepEqual(rangeOf(selectRange({ start: 7, end: 7 })), { start: 7, end: 8 });
  });

  it('stays inside a file that became shorter', () => {
    assert.deepEqual(within({ anchor: 10, caret: 500 }, 100), { anchor: 10, caret: 99 });
    assert.deepEqual(within({ anchor: 3, caret: 3 }, 0), { anchor: 0, caret: 0 });
  });
});
