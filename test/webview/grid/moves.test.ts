import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Row } from '../../../src/analysis/api.ts';
import type { Move } from '../../../webview/grid/keyboard.ts';
import { columnOf, type Moved, moved } from '../../../webview/grid/moves.ts';

const BYTES_PER_ROW = 8;

/** Rows of segments with a gap row before each: [lead, bytes] a segment, file offsets one after the other. */
function layout(segments: readonly (readonly [number, number])[]): Row[] {
  const rows: Row[] = [];
  let offset = 0;
  for (const [lead, bytes] of segments) {
    rows.push({ kind: 'gap', label: 'not mapped', address: undefined, length: 100 });
    for (let at = 0; at < bytes; ) {
      const ownLead = at === 0 ? lead : 0;
      const length = Math.min(BYTES_PER_ROW - ownLead, bytes - at);
      rows.push({ kind: 'bytes', offset: offset + at, address: undefined, lead: ownLead, length });
      at += length;
    }
    offset += bytes;
  }
  return rows;
}

function move(rows: readonly Row[], offset: number, step: Move): Moved | undefined {
  const row = rows.findIndex(candidate => columnOf(candidate, offset) !== undefined);
  const place = { row, column: columnOf(rows[row], offset)! };
  return moved(place, step, { total: rows.length, page: 3, row: number => rows[number] });
}

const layouts = fc
  .array(fc.tuple(fc.nat(BYTES_PER_ROW - 1), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 4 })
  .map(segments => ({ rows: layout(segments), bytes: segments.reduce((sum, [, bytes]) => sum + bytes, 0) }));

describe('where the caret moves', () => {
  it('goes byte by byte through every byte of the dump, over gaps, there and back', () => {
    fc.assert(
      fc.property(layouts, ({ rows, bytes }) => {
        for (let offset = 0; offset + 1 < bytes; offset++) {
          assert.equal((move(rows, offset, 'right') as { offset: number }).offset, offset + 1);
          assert.equal((move(rows, offset + 1, 'left') as { offset: number }).offset, offset);
        }
        assert.equal(move(rows, 0, 'left'), undefined);
        assert.equal(move(rows, bytes - 1, 'right'), undefined);
      }),
    );
  });

  it('always lands on a byte, the one its place says', () => {
    const moves: Move[] = ['up', 'down', 'pageUp', 'pageDown', 'rowStart', 'rowEnd', 'dumpStart', 'dumpEnd'];
    fc.assert(
      fc.property(layouts, fc.nat(), fc.constantFrom(...moves), ({ rows, bytes }, seed, step) => {
        const result = move(rows, seed % bytes, step);
        assert(result && 'offset' in result);
        assert.equal(columnOf(rows[result.place.row], result.offset), result.place.column);
      }),
    );
  });

  it('finds both ends of the dump, whatever gaps lie there', () => {
    fc.assert(
      fc.property(layouts, fc.nat(), ({ rows, bytes }, seed) => {
        assert.equal((move(rows, seed % bytes, 'dumpStart') as { offset: number }).offset, 0);
        assert.equal((move(rows, seed % bytes, 'dumpEnd') as { offset: number }).offset, bytes - 1);
      }),
    );
  });

  it('steps over a gap downwards and keeps the column where the row has it', () => {
    const rows = layout([
      [0, 16],
      [4, 12],
    ]);
    assert.deepEqual(move(rows, 14, 'down'), { offset: 18, place: { row: 4, column: 6 } });
    assert.deepEqual(move(rows, 9, 'down'), { offset: 16, place: { row: 4, column: 4 } });
    assert.deepEqual(move(rows, 18, 'up'), { offset: 14, place: { row: 2, column: 6 } });
  });

  it('says which row it needs when that is not loaded', () => {
    const [gap, first] = layout([[0, 8]]);
    const rows = { total: 1000, page: 40, row: (number: number) => [gap, first][number] };
    assert.deepEqual(moved({ row: 1, column: 0 }, 'pageDown', rows), { need: 41 });
    assert.deepEqual(moved({ row: 1, column: 7 }, 'right', rows), { need: 2 });
    assert.deepEqual(moved({ row: 1, column: 0 }, 'dumpEnd', rows), { need: 999 });
  });
});
