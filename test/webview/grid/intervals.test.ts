import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Intervals } from '../../../webview/grid/intervals.ts';

const interval = fc
  .record({ start: fc.nat(100), length: fc.nat(40) })
  .map(({ start, length }) => ({ start, end: start + length }));

describe('intervals', () => {
  it('finds those that touch a range, as looking at every one does', () => {
    fc.assert(
      fc.property(fc.array(interval), interval, (items, { start, end }) => {
        const slow = items.filter(item => item.start < end && item.end > start);
        const found = new Intervals(items).touching(start, end);
        assert.equal(found.length, slow.length);
        assert(slow.every(item => found.includes(item)));
        assert(found.every((item, index) => index === 0 || found[index - 1].start <= item.start));
      }),
    );
  });
});
