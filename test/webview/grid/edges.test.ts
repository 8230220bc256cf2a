import assert from 'node:assert/strict';
import type { Overlay } from '../../../src/analysis/api.ts';
import { columnsOf } from '../../../webview/grid/columns.ts';
import { edgeBackground, edgesOf } from '../../../webview/grid/edges.ts';
import type { StoredRow } from '../../../webview/grid/store.ts';

const overlay = (field: Overlay['field'], start: number, end: number): Overlay => ({ field, start, end, label: '' });

function row(offset: number, overlays: Overlay[], lead = 0): StoredRow {
  const length = 16 - lead;
  return { row: { kind: 'bytes', offset, address: offset, lead, length }, bytes: new Uint8Array(length), overlays };
}

describe('edges of regions', () => {
  const regions = [
    overlay('slab', 8, 64),
    overlay('region', 8, 32),
    overlay('region', 32, 40),
    overlay('sds.len', 8, 9),
  ];

  it('run above the first bytes of a region, from where it begins to the end of the row', () => {
    assert.deepEqual(edgesOf(row(0, regions), 16), [
      { from: 8, to: 16, begins: true, slab: true },
      { from: 8, to: 16, begins: true, slab: false },
    ]);
  });

  it('run on in the next row, up to where bytes of the region lie above', () => {
    assert.deepEqual(edgesOf(row(16, regions), 16), [
      { from: 0, to: 8, begins: false, slab: true },
      { from: 0, to: 8, begins: false, slab: false },
    ]);
  });

  it('end with a region that is shorter than a row, and count columns from the grid line', () => {
    assert.deepEqual(edgesOf(row(32, regions), 16), [{ from: 0, to: 8, begins: true, slab: false }]);
    assert.deepEqual(edgesOf(row(32, regions, 4), 16), [{ from: 4, to: 12, begins: true, slab: false }]);
    assert.deepEqual(edgesOf(row(48, regions), 16), []);
  });

  it('are lines in both panes, thicker for a slab', () => {
    const cell = { width: 8, height: 20 };
    const columns = columnsOf(cell, 8, 16);
    const { image, size, position } = edgeBackground([{ from: 2, to: 4, begins: true, slab: true }], columns, cell);
    assert.match(image, /hexheap-regionEdge/);
    const left = columns.hexLeft + 2 * 3 * 8;
    assert.deepEqual(size.split(', '), ['48px 2px', '2px 100%', '16px 2px', '2px 100%']);
    assert.deepEqual(position.split(', '), [
      `${left - 4}px 0`,
      `${left - 4}px 0`,
      `${columns.textLeft + 16}px 0`,
      `${columns.textLeft + 16}px 0`,
    ]);
    assert.equal(edgeBackground([], columns, cell).image, '');
  });
});
