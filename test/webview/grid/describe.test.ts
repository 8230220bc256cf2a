import assert from 'node:assert/strict';
import { byteAt } from '../../../webview/grid/describe.ts';

describe('a byte of the hexdump', () => {
  const row = {
    kind: 'bytes' as const,
    offset: 0x40,
    address: 0x55f4_0000_0ff8,
    turns: [
      { at: 4, address: undefined },
      { at: 8, address: 0x7f33_0000_0000 },
    ],
    lead: 0,
    length: 16,
  };
  const stored = { row, bytes: new Uint8Array(16), overlays: [] };
  const address = (column: number) => byteAt(stored, column, [])!.address;

  it('has the address of its own segment where others end and begin in its row', () => {
    assert.equal(address(0), 0x55f4_0000_0ff8);
    assert.equal(address(3), 0x55f4_0000_0ffb);
    assert.equal(address(4), undefined);
    assert.equal(address(7), undefined);
    assert.equal(address(8), 0x7f33_0000_0000);
    assert.equal(address(15), 0x7f33_0000_0007);
  });
});
