import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AddressSpace, BLOCK } from './address-space.ts';

describe('AddressSpace', () => {
  it('holds what was written, whether blocks are spilled or not', () => {
    const place = fc.integer({ min: 0, max: 12 * BLOCK });
    const write = fc.record({ place, bytes: fc.uint8Array({ minLength: 1, maxLength: 400 }) });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), writes => {
        const base = 0x7f00_0000_0000;
        const model = Buffer.alloc(13 * BLOCK);
        const space = new AddressSpace(2);
        try {
          for (const { place, bytes } of writes) {
            space.writeBytes(base + place, bytes);
            model.set(bytes, place);
          }
          assert.ok(space.readBytes(base, model.length).equals(model));
        } finally {
          space.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('writes little-endian words across block boundaries', () => {
    const space = new AddressSpace();
    space.write64(BLOCK - 4, 0x7f12_3456_789a);
    assert.equal(space.readBytes(BLOCK - 4, 8).toString('hex'), '9a785634127f0000');
    assert.equal(space.read64(BLOCK - 4), 0x7f12_3456_789a);
    space.write64(BLOCK - 3, -1n);
    assert.equal(space.readBytes(BLOCK - 3, 8).toString('hex'), 'ff'.repeat(8));
    assert.equal(space.touched(5 * BLOCK), false);
    assert.equal(space.read64(5 * BLOCK), 0);
  });
});
