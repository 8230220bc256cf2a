import assert from 'node:assert/strict';
import { withSample } from './dumps.ts';
import { type KeyWalk, sdsText, walkKeys } from './walk.ts';

const WALKS: Readonly<Record<string, KeyWalk>> = {
  'redis-2.6.17': 'dictht',
  'redis-2.8.24': 'dictht',
  'redis-3.2.8': 'dictht',
  'redis-3.2.8-libc': 'dictht',
  'redis-4.0.14': 'dictht',
  'redis-5.0.14': 'dictht',
  'redis-6.2.14': 'dictht',
  'redis-7.0.15': 'dict-7',
  'redis-7.0.15-debian': 'dict-7',
  'redis-7.0.15-libc': 'dict-7',
  'redis-7.4.1': 'kvstore-7.4',
  'redis-8.2.0': 'kobjects-8.2',
  'valkey-8.0.1': 'valkey-8.0',
  'valkey-8.1.0': 'valkey-8.1',
  'keydb-6.3.4': 'dictht',
};

describe('generated keyspaces', () => {
  for (const [server, walk] of Object.entries(WALKS)) {
    it(`${server}: an independent walk from redisDb finds the keys that the truth names`, () => {
      withSample({ scenario: 'healthy', server, strings: 400 }, ({ core, truth, strings }) => {
        const found = walkKeys(core, Number(truth.databases), walk, server.startsWith('redis-2.'));
        const known = strings.filter(string => string.owner?.kind === 'key').map(string => string.text);
        assert.equal(found.size, truth.keys);
        assert.deepEqual([...found.keys()].sort(), known.sort());
        for (const value of found.values()) assert.ok(core.holds(value));
      });
    });
  }

  it('a dict between two tables still holds every key once', () => {
    withSample({ scenario: 'churned', strings: 300 }, ({ core, truth, strings }) => {
      const found = walkKeys(core, Number(truth.databases), 'dict-7');
      assert.equal(found.size, truth.keys);
      const live = strings.filter(string => string.owner?.kind === 'key' && string.verdict === 'live');
      assert.deepEqual([...found.keys()].sort(), live.map(string => string.text).sort());
    });
  });

  it('every string of the truth is in the dump as its header says', () => {
    for (const server of ['redis-2.8.24', 'redis-3.2.8', 'redis-7.0.15-debian', 'valkey-8.1.0', 'keydb-6.3.4']) {
      withSample({ scenario: 'churned', server, strings: 300 }, ({ core, strings }) => {
        for (const string of strings) {
          const old = string.header === 'sdshdr';
          assert.equal(sdsText(core, Number(string.address), old), string.text, `${server} ${JSON.stringify(string)}`);
          assert.ok(string.alloc >= string.len);
          const [region, address] = [Number(string.region), Number(string.address)];
          assert.ok(address > region && address + string.len < region + string.sizeClass, `${server} ${string.text}`);
        }
      });
    }
  });
});
