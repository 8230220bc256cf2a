import assert from 'node:assert/strict';
import { count, hex, percent, plural, size } from '../../webview/text.ts';

describe('numbers in words', () => {
  it('groups digits', () => {
    assert.deepEqual([0, 999, 1000, 1_234_567].map(count), ['0', '999', '1,000', '1,234,567']);
  });

  it('writes sizes in three digits and never 1024 of a unit', () => {
    const sizes = [0, 1, 80, 1023, 1024, 1536, 102_400, 2 ** 20 - 1, 2 ** 20, 6 * 2 ** 30, 100 * 2 ** 30];
    assert.deepEqual(sizes.map(size), [
      '0 bytes',
      '1 byte',
      '80 bytes',
      '1023 bytes',
      '1 KiB',
      '1.5 KiB',
      '100 KiB',
      '1 MiB',
      '1 MiB',
      '6 GiB',
      '100 GiB',
    ]);
  });

  it('never rounds a part to all or nothing', () => {
    assert.deepEqual([0, 0.0001, 0.5, 0.9999, 1].map(percent), ['0 %', '< 1 %', '50 %', '> 99 %', '100 %']);
  });

  it('counts and hexes', () => {
    assert.equal(plural(1, 'string'), '1 string');
    assert.equal(plural(2000, 'entry', 'entries'), '2,000 entries');
    assert.equal(hex(2 ** 40), '0x10000000000');
  });
});
