import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RegionTable } from '../../src/allocator/regions.ts';
import { ownedSlots } from '../../src/heap/cluster-slots.ts';
import { parseSlots, slotRanges } from '../../src/heap/slot-ranges.ts';
import { dumpOf } from './memory-dumps.ts';

const STATE = 0x7f00_0000_0000;
const NODES = STATE + 0x10_0000;
const SIZE = 458_752;
const POINTERS = 16_384 * 8;

function one(size: number): RegionTable {
  const none = { start: new Float64Array(0), end: new Float64Array(0) };
  return {
    allocator: { name: 'jemalloc', version: '5.3', quantum: 16, pageSize: 4096, prefix: 0, evidence: [], missing: [] },
    slabs: {
      count: 1,
      base: Float64Array.of(STATE),
      regionSize: Float64Array.of(size),
      regions: Uint32Array.of(1),
      firstRegion: Uint32Array.of(0),
    },
    count: 1,
    allocated: Uint32Array.of(1),
    cached: Uint32Array.of(0),
    metadata: none,
    owned: none,
    bins: [],
  };
}

/** clusterState as src/cluster.h has it: with `shards` (from 7.2 on) its arrays begin 8 bytes later. */
function clusterDump(owners: (slot: number) => 0 | 1 | 2, shards: boolean) {
  const state = new Uint8Array(SIZE);
  const nodes = new Uint8Array(8192);
  const view = new DataView(state.buffer);
  const node = (number: number) => BigInt(NODES + (number - 1) * 4096);
  for (const number of [1, 2]) nodes.set(Buffer.from(String(number).repeat(40)), (number - 1) * 4096 + 8);
  view.setBigUint64(0, node(1), true);
  const before = shards ? 48 : 40;
  for (let at = 24; at < before; at += 8) view.setBigUint64(at, BigInt(STATE + 0x20_0000 + at), true);
  view.setBigUint64(before, node(2), true); // slot 0 is being migrated
  for (let slot = 0; slot < 16_384; slot++) {
    const owner = owners(slot);
    if (owner > 0) view.setBigUint64(before + 2 * POINTERS + slot * 8, node(owner), true);
  }
  return dumpOf([
    { start: STATE, bytes: state },
    { start: NODES, bytes: nodes },
  ]);
}

describe('slots', () => {
  it('are read from a list as redis-cli prints them', () => {
    const slots = parseSlots('0-2, 7 16383')!;
    assert.deepEqual(slotRanges(slots, 10), [
      [0, 2],
      [7, 7],
      [16_383, 16_383],
    ]);
    for (const wrong of ['5-3', '16384', 'a', '1-2-3', '-4']) assert.equal(parseSlots(wrong), undefined, wrong);
  });

  it('written as ranges are the same slots', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(16_383), { maxLength: 60 }), chosen => {
        const marks = new Uint8Array(16_384);
        for (const slot of chosen) marks[slot] = 1;
        const text = slotRanges(marks, 100)
          .map(([from, to]) => `${from}-${to}`)
          .join(',');
        assert.deepEqual(parseSlots(text), marks);
      }),
      { numRuns: 50 },
    );
  });

  it('owned by this server are those whose node is itself, in both forms of the cluster state', () => {
    for (const shards of [false, true]) {
      const dump = clusterDump(slot => (slot < 100 ? 0 : slot < 9000 ? 1 : 2), shards);
      assert.deepEqual(slotRanges(ownedSlots(dump, one(SIZE))!, 10), [[100, 8999]], `shards: ${shards}`);
    }
  });

  it('are not known where a region of that size is something else', () => {
    const noise = dumpOf([{ start: STATE, bytes: new Uint8Array(SIZE).fill(0x5a) }]);
    assert.equal(ownedSlots(noise, one(SIZE)), undefined);
    assert.equal(
      ownedSlots(
        clusterDump(() => 1, false),
        one(4096),
      ),
      undefined,
    );
  });
});
