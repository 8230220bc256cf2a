import assert from 'node:assert/strict';
import { boot } from './boot.ts';
import { profile } from './profiles.ts';
import { newSds } from './sds.ts';
import { MemoryTruth } from './truth.ts';

/** First bytes of a key of that many characters, as measured in cores of real servers. */
const MEASURED: readonly [server: string, length: number, bytes: string][] = [
  ['redis-3.2.8', 20, 'a0'],
  ['redis-3.2.8', 60, '3c3c01'],
  ['redis-3.2.8', 79, '4f4f01'],
  ['redis-3.2.8', 300, '2c012c0102'],
  ['redis-3.2.8', 70000, '701101007011010003'],
  ['redis-7.0.15', 20, 'a0'],
  ['redis-7.0.15', 60, '3c3c01'],
  ['redis-7.0.15', 79, '4f5c01'],
  ['redis-7.0.15', 300, '2c013a0102'],
  ['redis-7.0.15', 70000, '70110100f63f010003'],
];

describe('generated strings', () => {
  for (const [server, length, bytes] of MEASURED) {
    it(`${server}: a string of ${length} bytes begins as a real server's does`, () => {
      const booted = boot(profile(server), 1, new MemoryTruth());
      const sds = newSds(booted.server, 'k'.repeat(length));
      const header = bytes.length / 2;
      assert.equal(booted.image.space.readBytes(sds - header, header).toString('hex'), bytes);
      assert.equal(booted.image.space.read8(sds + length), 0);
    });
  }

  it('an empty string is of type 8, and a type never holds more than it can', () => {
    const { server, image } = boot(profile('redis-7.0.15'), 1, new MemoryTruth());
    const typeOf = (length: number) => image.space.read8(newSds(server, 'x'.repeat(length)) - 1) & 7;
    assert.deepEqual([0, 1, 31, 32, 255, 256, 65535, 65536].map(typeOf), [1, 0, 0, 1, 1, 2, 2, 3]);
    const longest = newSds(server, 'x'.repeat(255));
    assert.equal(image.space.read8(longest - 2), 255, 'alloc is capped at what one byte holds');
  });
});
