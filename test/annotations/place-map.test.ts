import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PlaceMap } from '../../src/annotations/place-map.ts';
import type { Segment } from '../../src/dump/dump.ts';

function segment(index: number, start: number, size: number, offset: number, present: number): Segment {
  return {
    index,
    start,
    end: start + size,
    offset,
    present,
    promised: present,
    readable: true,
    writable: true,
    executable: false,
    kind: 'anonymous',
    name: '',
  };
}

/** Segments as a core has them: apart in memory, anywhere in the file, not all of their bytes there. */
const segments = fc
  .array(fc.record({ gap: fc.nat(5), size: fc.integer({ min: 1, max: 8 }), absent: fc.nat(8), padding: fc.nat(3) }), {
    maxLength: 6,
  })
  .chain(parts => fc.tuple(fc.constant(parts), fc.shuffledSubarray([...parts.keys()], { minLength: parts.length })))
  .map(([parts, inFile]) => {
    const offsets: number[] = [];
    let offset = 7;
    for (const at of inFile) {
      offset += parts[at].padding;
      offsets[at] = offset;
      offset += Math.max(0, parts[at].size - parts[at].absent);
    }
    let start = 0x1000;
    return parts.map(({ gap, size, absent }, at) => {
      start += gap;
      const made = segment(at, start, size, offsets[at], Math.max(0, size - absent));
      start += size;
      return made;
    });
  });

describe('places of a dump', () => {
  it('agree with looking at every segment, byte by byte', () => {
    fc.assert(
      fc.property(segments, list => {
        const places = new PlaceMap(list);
        const addressByOffset = new Map<number, number>();
        for (const { start, offset, present } of list) {
          for (let at = 0; at < present; at++) addressByOffset.set(offset + at, start + at);
        }
        for (let offset = 0; offset < 100; offset++) {
          assert.equal(places.addressOf(offset), addressByOffset.get(offset));
        }
        const offsetByAddress = new Map([...addressByOffset].map(([offset, address]) => [address, offset]));
        for (let address = 0x0ff0; address < 0x1060; address++) {
          assert.equal(places.offsetOf(address), offsetByAddress.get(address));
        }
      }),
    );
  });

  it('come back as the same range of the file', () => {
    fc.assert(
      fc.property(segments, fc.nat(60), fc.nat(12), (list, start, length) => {
        const places = new PlaceMap(list);
        const place = places.placeOf(start, start + length);
        assert.equal(place.end - place.start, length);
        assert.deepEqual(places.rangeOf(place), { start, end: start + length });
      }),
    );
  });

  it('are offsets for headers, and for what is not together in memory', () => {
    const places = new PlaceMap([segment(0, 0x1000, 0x10, 0x100, 0x10), segment(1, 0x2000, 0x10, 0x110, 0x10)]);
    assert.deepEqual(places.placeOf(0, 8), { by: 'offset', start: 0, end: 8 });
    assert.deepEqual(places.placeOf(0x108, 0x118), { by: 'offset', start: 0x108, end: 0x118 });
    assert.deepEqual(places.placeOf(0x108, 0x110), { by: 'address', start: 0x1008, end: 0x1010 });
  });

  it('are cut where the dump holds no more, and absent where it holds nothing', () => {
    const places = new PlaceMap([segment(0, 0x1000, 0x100, 0x40, 0x20)]);
    assert.deepEqual(places.rangeOf({ by: 'address', start: 0x1010, end: 0x1080 }), { start: 0x50, end: 0x60 });
    assert.equal(places.rangeOf({ by: 'address', start: 0x1020, end: 0x1030 }), undefined);
    assert.equal(places.rangeOf({ by: 'address', start: 0x9000, end: 0x9010 }), undefined);
  });
});
