import assert from 'node:assert/strict';
import { withSample } from './dumps.ts';
import { parkedRegions, SMALL, walkChunks } from './jemalloc4-walk.ts';

describe('generated heaps of jemalloc 4.0.3', () => {
  for (const scenario of ['didi', 'churned', 'healthy', 'object-leak'] as const) {
    it(`${scenario}: chunks describe themselves without a gap, and count as the truth does`, () => {
      withSample({ scenario, server: 'redis-3.2.8', strings: 3000 }, ({ core, truth }) => {
        const { bins, large, chunks } = walkChunks(core);
        const { allocator } = truth;
        assert.ok(chunks > 0);
        assert.deepEqual(
          [...bins].sort(([a], [b]) => a - b).map(([size, { slabs, live }]) => [size, slabs, live]),
          allocator!.bins.map(({ size, slabs, live }) => [size, slabs, live]),
        );
        assert.deepEqual(
          large.sort((a, b) => a.start - b.start).map(({ start, bytes }) => [start, bytes - 4096]),
          allocator!.large.map(({ address, size }) => [Math.floor(Number(address) / 4096) * 4096, size]),
        );
      });
    });
  }

  it('the thread cache names exactly the regions that the truth counts as cached', () => {
    withSample({ scenario: 'churned', server: 'redis-3.2.8', strings: 3000 }, ({ core, truth }) => {
      const [cache] = truth.allocator!.large.filter(item => item.metadata).map(item => Number(item.address));
      const counted: [number, number][] = [];
      parkedRegions(core, cache).forEach((regions, bin) => {
        assert.equal(new Set(regions).size, regions.length, 'nothing is parked twice');
        if (regions.length > 0) counted.push([SMALL[bin], regions.length]);
      });
      const known = truth.allocator!.bins.filter(bin => bin.cached > 0).map(bin => [bin.size, bin.cached]);
      assert.deepEqual(counted, known);
    });
  });
});
