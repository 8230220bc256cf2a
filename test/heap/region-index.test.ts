import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { regionAt } from '../../src/allocator/regions.ts';
import { RegionIndex } from '../../src/heap/region-index.ts';
import { plausibleText } from '../../src/heap/text.ts';
import { HandMade } from './hand-made.ts';

describe('region index', () => {
  it('finds the region that the slab table says, for any slabs and any address', () => {
    const slab = fc.record({
      gap: fc.nat(3_000_000),
      size: fc.integer({ min: 2, max: 600 }),
      regions: fc.integer({ min: 1, max: 700 }),
    });
    fc.assert(
      fc.property(
        fc.array(slab, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(2 ** 31 - 1), { maxLength: 60 }),
        (slabs, picks) => {
          const one = new HandMade();
          let at = 0x7f00_0000_0000;
          const addresses: number[] = [0, at - 1];
          for (const { gap, size, regions } of slabs) {
            at += gap * 16;
            one.slab(at, size * 16, regions);
            addresses.push(
              at - 1,
              at,
              at + size * 16 - 1,
              at + size * 16,
              at + size * 16 * regions - 1,
              at + size * 16 * regions,
            );
            at += size * 16 * regions;
          }
          for (const pick of picks) addresses.push(0x7f00_0000_0000 + (pick % (at - 0x7f00_0000_0000)));
          const table = one.regions();
          const index = new RegionIndex(table);
          for (const address of addresses) {
            assert.equal(index.find(address), regionAt(table, address), `0x${address.toString(16)}`);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('finds nothing in an empty table', () => {
    assert.equal(new RegionIndex(new HandMade().regions()).find(0x7f00_0000_0000), -1);
  });
});

describe('plausible text', () => {
  it('is printable ASCII or well-formed UTF-8, as Node’s decoder judges it', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const valid = (bytes: Uint8Array): boolean => {
      if (bytes.length === 0) return false;
      try {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        return !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(decoder.decode(bytes));
      } catch {
        return false;
      }
    };
    const mixed = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map(text => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(mixed, bytes => {
        // Overlong forms and surrogates are let pass: the check is for plausibility, not for security.
        if (valid(bytes)) assert.equal(plausibleText(bytes, 0, bytes.length), true);
        else if (plausibleText(bytes, 0, bytes.length)) assert.ok(bytes.some(byte => byte >= 0xe0));
      }),
      { numRuns: 2000 },
    );
  });

  it('may be cut off inside a character', () => {
    const bytes = new TextEncoder().encode('naïve €');
    assert.equal(plausibleText(bytes, 0, bytes.length - 1), false);
    assert.equal(plausibleText(bytes, 0, bytes.length - 1, false), true);
  });
});
