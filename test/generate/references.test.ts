import assert from 'node:assert/strict';
import type { CoreFile } from './core-file.ts';
import { type Sample, withSample } from './dumps.ts';
import { parkedRegions, SMALL, walkChunks } from './jemalloc4-walk.ts';

/** Which of these addresses some word of writable memory equals; words at multiples of `step`. */
function referenced(core: CoreFile, addresses: ReadonlySet<number>, step: number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { start, bytes } of core.writable()) {
    for (let at = 0; at + 8 <= bytes.length; at += step) {
      const high = bytes.readUInt32LE(at + 4);
      if (high === 0 || high > 0x7fff) continue;
      const word = high * 2 ** 32 + bytes.readUInt32LE(at);
      if (!addresses.has(word)) continue;
      const list = found.get(word) ?? [];
      list.push(start + at);
      found.set(word, list);
    }
  }
  return found;
}

function addressesOf(sample: Sample, verdict: string, kinds?: readonly string[]): Set<number> {
  const wanted = sample.strings.filter(string => string.verdict === verdict);
  const kept = wanted.filter(string => !kinds || kinds.includes(string.owner?.kind ?? ''));
  return new Set(kept.map(string => Number(string.address)));
}

describe('references in generated dumps', () => {
  for (const server of ['redis-3.2.8', 'redis-5.0.14', 'redis-7.0.15', 'redis-7.0.15-debian', 'redis-7.0.15-libc']) {
    it(`${server}, churned: every live string is named by an aligned word`, () => {
      withSample({ scenario: 'churned', server, strings: 1000 }, sample => {
        const live = addressesOf(sample, 'live');
        assert.equal(referenced(sample.core, live, 8).size, live.size);
      });
    });
  }

  it('churned: leaked strings are named by freed memory at most', () => {
    withSample({ scenario: 'churned', server: 'redis-3.2.8', strings: 2000 }, sample => {
      const { core, truth } = sample;
      const freed = new Map(walkChunks(core).free);
      const [cache] = truth.allocator!.large.filter(item => item.metadata).map(item => Number(item.address));
      parkedRegions(core, cache).forEach((regions, bin) => {
        for (const region of regions) freed.set(region, SMALL[bin]);
      });
      const stale = new Set<number>();
      for (const [start, size] of freed) for (let at = start; at < start + size; at += 8) stale.add(at);
      const leaked = addressesOf(sample, 'leaked');
      assert.ok(leaked.size > 100);
      for (const places of referenced(core, leaked, 8).values()) {
        for (const place of places) assert.ok(stale.has(place), place.toString(16));
      }
    });
  });

  it('didi: no word names a leaked copy', () => {
    withSample({ scenario: 'didi', strings: 5000 }, sample => {
      const leaked = addressesOf(sample, 'leaked');
      assert.equal(leaked.size, 5000);
      assert.equal(referenced(sample.core, leaked, 1).size, 0);
    });
  });

  it('object-leak: each leaked string is named by its object alone, and the object by nothing', () => {
    withSample({ scenario: 'object-leak', strings: 1000 }, sample => {
      const strings = addressesOf(sample, 'leaked-indirect');
      const objects = new Map(
        sample.truth.leakedObjects.map(({ address, string }) => [Number(string), Number(address)]),
      );
      assert.ok(strings.size > 500);
      for (const [string, places] of referenced(sample.core, strings, 1)) {
        assert.deepEqual(places, [objects.get(string)! + 8]);
      }
      const caches = sample.truth.allocator!.large.filter(item => item.metadata);
      for (const places of referenced(sample.core, new Set(objects.values()), 1).values()) {
        // Thread caches keep the starts of what they once handed out.
        for (const place of places) {
          assert.ok(caches.some(({ address, size }) => place >= Number(address) && place < Number(address) + size));
        }
      }
    });
  });

  it('unpadded-rax: strings held by a rax of Redis 4.0 are mostly named at places that are no multiple of 8', () => {
    withSample({ scenario: 'unpadded-rax', strings: 800 }, sample => {
      const held = addressesOf(sample, 'live', ['rax']);
      assert.ok(held.size >= 200);
      assert.equal(referenced(sample.core, held, 1).size, held.size);
      assert.ok(referenced(sample.core, held, 8).size < held.size / 2);
    });
  });
});
