import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  clampTop,
  lastTop,
  thumbOf,
  topOfThumb,
  topToFollow,
  topToShow,
  wheelRows,
} from '../../../webview/grid/scroll.ts';

const extents = fc.record({
  totalRows: fc.integer({ min: 0, max: 2 ** 40 }),
  visibleRows: fc.double({ min: 1, max: 200, noNaN: true }),
});
const tracks = fc.integer({ min: 30, max: 4000 });

describe('scrolling over row numbers', () => {
  it('shows the last row, whole, when the thumb is dragged to the very end', () => {
    fc.assert(
      fc.property(extents, tracks, (extent, track) => {
        const thumb = thumbOf(0, extent, track);
        if (!thumb) return extent.totalRows <= extent.visibleRows;
        const top = topOfThumb(track - thumb.length, extent, track);
        return Math.abs(top + extent.visibleRows - extent.totalRows) < 0.01;
      }),
    );
  });

  it('keeps the thumb inside its track and large enough to take hold of', () => {
    fc.assert(
      fc.property(extents, tracks, fc.double({ min: 0, max: 1, noNaN: true }), (extent, track, share) => {
        const thumb = thumbOf(share * lastTop(extent), extent, track);
        if (!thumb) return true;
        return thumb.start >= 0 && thumb.length >= 24 && thumb.start + thumb.length <= track + 1e-6;
      }),
    );
  });

  it('finds the position again from the thumb, to within a pixel of track', () => {
    fc.assert(
      fc.property(extents, tracks, fc.double({ min: 0, max: 1, noNaN: true }), (extent, track, share) => {
        const top = share * lastTop(extent);
        const thumb = thumbOf(top, extent, track);
        if (!thumb || track - thumb.length < 1) return true;
        const perPixel = lastTop(extent) / (track - thumb.length);
        return Math.abs(topOfThumb(thumb.start, extent, track) - top) <= perPixel * 1e-6 + 1e-3;
      }),
    );
  });

  it('moves by wheel as far at 1 MiB as at 16 TiB', () => {
    const notch = wheelRows(120, 0, 20, 40);
    assert.equal(notch, 6);
    for (const totalRows of [65_536, 402_653_184, 2 ** 40]) {
      const extent = { totalRows, visibleRows: 40 };
      const middle = Math.floor(totalRows / 2);
      assert.equal(clampTop(middle + notch, extent) - middle, 6);
    }
  });

  it('takes wheels that count lines or pages', () => {
    assert.equal(wheelRows(3, 1, 20, 40), 3);
    assert.equal(wheelRows(-1, 2, 20, 40), -39);
  });

  it('has no thumb and no way to scroll where everything fits', () => {
    const extent = { totalRows: 10, visibleRows: 40 };
    assert.equal(thumbOf(0, extent, 500), undefined);
    assert.equal(clampTop(5, extent), 0);
  });

  it('brings a row onto the screen wherever it is, and leaves the view alone when it is there', () => {
    fc.assert(
      fc.property(
        extents,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (extent, at, to) => {
          fc.pre(extent.totalRows > 0 && extent.visibleRows >= 2);
          const top = at * lastTop(extent);
          const row = Math.floor(to * (extent.totalRows - 1));
          for (const moved of [topToShow(row, top, extent, 0.3), topToFollow(row, top, extent)]) {
            const visible = row >= moved - 1e-3 && row + 1 <= moved + extent.visibleRows + 1e-3;
            const already = row >= top && row + 1 <= top + extent.visibleRows;
            if (!visible || (already && moved !== top)) return false;
          }
          return true;
        },
      ),
    );
  });
});
