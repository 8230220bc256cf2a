import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Overlay, Row } from '../../../src/analysis/api.ts';
import { kindOf } from '../../../webview/grid/kinds.ts';
import { columnsIn, overlaysAt, runsOf } from '../../../webview/grid/overlays.ts';

const FIELDS = ['sds.len', 'sds.payload', 'region', 'pointer', 'robj.type'] as const;
const overlays = fc.array(
  fc
    .record({ start: fc.nat(60), length: fc.integer({ min: 1, max: 30 }), field: fc.constantFrom(...FIELDS) })
    .map(({ start, length, field }): Overlay => ({ start, end: start + length, field, label: '' })),
  { maxLength: 8 },
);
const rows = fc
  .record({ offset: fc.nat(50), lead: fc.nat(15), length: fc.integer({ min: 1, max: 16 }) })
  .filter(({ lead, length }) => lead + length <= 16)
  .map((row): Row & { kind: 'bytes' } => ({ kind: 'bytes', address: undefined, ...row }));

describe('overlays of a row', () => {
  it('draws each byte as its innermost overlay, which comes last', () => {
    fc.assert(
      fc.property(rows, overlays, (row, all) => {
        const runs = runsOf(row, all);
        for (let column = 0; column < 16; column++) {
          const offset = row.offset + column - row.lead;
          const inside = column >= row.lead && column < row.lead + row.length;
          const innermost = inside ? all.filter(({ start, end }) => start <= offset && offset < end).at(-1) : undefined;
          const drawn = runs.filter(({ from, to }) => from <= column && column < to);
          assert.deepEqual(
            drawn.map(({ kind }) => kind),
            innermost ? [kindOf(innermost)] : [],
          );
        }
      }),
    );
  });

  it('keeps two strings side by side apart', () => {
    const row: Row = { kind: 'bytes', offset: 0, address: undefined, lead: 0, length: 16 };
    const two: Overlay[] = [
      { start: 0, end: 5, field: 'sds.payload', label: '' },
      { start: 5, end: 9, field: 'sds.payload', label: '' },
    ];
    assert.deepEqual(
      runsOf(row, two).map(({ from, to }) => [from, to]),
      [
        [0, 5],
        [5, 9],
      ],
    );
  });

  it('draws nothing on a gap', () => {
    const gap: Row = { kind: 'gap', label: '', address: 0, length: 16 };
    assert.deepEqual(runsOf(gap, [{ start: 0, end: 16, field: 'region', label: '' }]), []);
    assert.equal(columnsIn(gap, 0, 16), undefined);
  });

  it('names the overlays of a byte, innermost last', () => {
    const all: Overlay[] = [
      { start: 0, end: 80, field: 'region', label: 'region' },
      { start: 2, end: 3, field: 'sds.flags', label: 'flags' },
    ];
    assert.deepEqual(
      overlaysAt(all, 2).map(({ field }) => field),
      ['region', 'sds.flags'],
    );
    assert.deepEqual(overlaysAt(all, 80), []);
  });

  it('shows a leaked text as leaked, but its header as header', () => {
    assert.equal(kindOf({ field: 'sds.payload', verdict: 'leaked' }), 'leaked');
    assert.equal(kindOf({ field: 'sds.payload', verdict: 'live' }), 'sdsPayload');
    assert.equal(kindOf({ field: 'sds.len', verdict: 'leaked' }), 'sdsLen');
    assert.equal(kindOf({ field: 'region', verdict: 'freed' }), 'freed');
    assert.equal(kindOf({ field: 'quicklistNode.entry' }), 'objectField');
    assert.equal(kindOf({ field: 'robj.ptr', verdict: 'leaked-indirect' }), 'leakedIndirect');
    assert.equal(kindOf({ field: 'slab' }), 'region');
  });
});
