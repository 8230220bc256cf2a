import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatAddress,
  formatHex,
  formatRuler,
  formatText,
  hexColumnAt,
  hexDigits,
  hexIndex,
  hexWidth,
  printable,
} from '../../../webview/grid/format.ts';

const rows = fc
  .record({ bytesPerRow: fc.integer({ min: 1, max: 64 }), lead: fc.nat(63), bytes: fc.uint8Array({ maxLength: 64 }) })
  .filter(({ bytesPerRow, lead, bytes }) => lead + bytes.length <= bytesPerRow && bytes.length > 0);

describe('rows as text', () => {
  it('reads as hexdump -C does', () => {
    const bytes = Uint8Array.from([...'Hello, hexdump!\n'].map(character => character.charCodeAt(0)));
    assert.equal(formatHex(bytes, 0, false), '48 65 6c 6c 6f 2c 20 68  65 78 64 75 6d 70 21 0a');
    assert.equal(formatText(bytes, 0), 'Hello, hexdump!.');
    assert.equal(formatHex(bytes.subarray(0, 3), 7, true), `${' '.repeat(21)}48  65 6C`);
  });

  it('puts every byte where its column says', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), ({ lead, bytes }, uppercase) => {
        const hex = formatHex(bytes, lead, uppercase);
        const text = formatText(bytes, lead);
        return bytes.every((byte, index) => {
          const column = lead + index;
          const digits = hex.slice(hexIndex(column), hexIndex(column) + 2);
          return Number.parseInt(digits, 16) === byte && text[column] === (printable(byte) ?? '.');
        });
      }),
    );
  });

  it('is exactly as wide as the column is laid out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), bytesPerRow => {
        return formatHex(new Uint8Array(bytesPerRow), 0, false).length === hexWidth(bytesPerRow);
      }),
    );
  });

  it('finds the column under any point: of the digits whose middle is nearest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.double({ min: -5, max: 220, noNaN: true }), (bytesPerRow, at) => {
        const distance = (column: number) => Math.abs(hexIndex(column) + 1 - at);
        const columns = Array.from({ length: bytesPerRow }, (_, column) => column);
        const nearest = Math.min(...columns.map(distance));
        return distance(hexColumnAt(at, bytesPerRow)) <= nearest + 1e-9;
      }),
    );
  });

  it('numbers the columns in hex', () => {
    assert.equal(formatRuler(16, false), '00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f');
  });

  it('writes addresses as wide as the largest needs, also past 4 GiB', () => {
    assert.equal(hexDigits(0), 8);
    assert.equal(hexDigits(0xffff_ffff), 8);
    assert.equal(hexDigits(0x1_0000_0000), 9);
    assert.equal(hexDigits(0x7fff_ffff_ffff), 12);
    assert.equal(formatAddress(0x1_0000_0010, 9, false), '100000010');
    assert.equal(formatAddress(0xab, 9, true), '0000000AB');
  });
});
