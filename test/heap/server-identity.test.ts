import { strict as assert } from 'node:assert';
import type { LayoutVotes } from '../../src/heap/layout-votes.ts';
import { decide, serverFromOption } from '../../src/heap/server-identity.ts';
import { findVersionStrings, type VersionString } from '../../src/heap/version-strings.ts';
import { HandMade, quiet } from './hand-made.ts';

const DATA = 0x5555_0000_0000;
const none: LayoutVotes = {
  dictht: 0,
  dict7: 0,
  hashtable: 0,
  allocUsable: 0,
  allocExact: 0,
  sdsOld: 0,
  objectsPlain: 0,
  objectsSpread: 0,
};
const lua = (version: string): VersionString => ({ name: undefined, version, address: 4096, source: 'lua' });
const named = (name: 'redis' | 'valkey' | 'redict' | 'keydb') => ({ name, sentence: `The program ${name}-server.` });

describe('which server wrote a dump', () => {
  it('finds versions in Lua strings, INFO texts and log lines', () => {
    const tstring = Buffer.alloc(48);
    tstring[8] = 4; // LUA_TSTRING
    tstring.writeBigUInt64LE(6n, 16);
    tstring.write('7.0.15', 24, 'latin1');
    const one = new HandMade().segment(DATA, 0x3000);
    one.bytes(DATA + 0x100, tstring);
    one.bytes(DATA + 0x501, Buffer.from('# Server\r\nredis_version:6.2.14\r\nredis_git_sha1:0'));
    one.bytes(DATA + 0x903, Buffer.from('1:C 12 Mar # Valkey version=8.0.1, bits=64, commit=0'));
    one.bytes(DATA + 0xd00, Buffer.from('a user wrote version 9.9.9 and conversion: 1.2.3'));
    const found = findVersionStrings(one.dump(), quiet);
    assert.deepEqual(found.map(text => [text.source, text.name, text.version]).sort(), [
      ['info', 'redis', '6.2.14'],
      ['log', 'valkey', '8.0.1'],
      ['lua', undefined, '7.0.15'],
    ]);
  });

  it('finds a text across the border of two reads', () => {
    for (let shift = 0; shift < 40; shift++) {
      const one = new HandMade().segment(DATA, (1 << 20) + 0x1000);
      one.bytes(DATA + (1 << 20) - shift, Buffer.from('redis_version:6.2.14\r\n'));
      assert.ok(
        findVersionStrings(one.dump(), quiet).some(text => text.version === '6.2.14'),
        `${shift} bytes before the border`,
      );
    }
  });

  it('a fork’s own version counts, not the one it shows to old scripts; cjson’s never', () => {
    const votes = { ...none, hashtable: 500, dict7: 20, allocUsable: 1000 };
    const identity = decide(named('valkey'), [lua('2.1.0'), lua('7.2.4'), lua('8.1.1')], votes);
    assert.deepEqual([identity.name, identity.version, identity.layout.dict], ['valkey', '8.1.1', 'hashtable']);
    assert.equal(identity.unverified, false);
  });

  it('does not believe a version that the structures contradict', () => {
    const votes = { ...none, dictht: 900, allocExact: 5000 };
    const identity = decide(named('redis'), [lua('7.0.15')], votes);
    assert.equal(identity.layout.dict, 'dictht');
    assert.equal(identity.version, '3.2-6.0');
    assert.equal(identity.unverified, true);
    assert.match(identity.evidence.join(' '), /does not count/);
  });

  it('infers a family where no version is found, and reads an unknown rax by the byte', () => {
    const family = (votes: Partial<LayoutVotes>) => decide(undefined, [], { ...none, ...votes });
    assert.equal(family({ dictht: 100, allocExact: 900 }).layout.raxPadded, false);
    assert.equal(family({ dictht: 100, allocUsable: 900 }).version, '6.2');
    assert.equal(family({ dictht: 100, sdsOld: 900 }).layout.sds, 'old');
    assert.equal(family({ dict7: 100, allocUsable: 900 }).version, '7.0-8.0');
    assert.equal(family({ hashtable: 100, allocUsable: 900 }).version, '8.1-9');
    assert.equal(family({ dict7: 100 }).name, 'unknown');
    assert.ok(family({ dict7: 100 }).unverified);
  });

  it('what the user says overrides; what he says must be a server and a version', () => {
    assert.deepEqual(serverFromOption('redis 3.2.8')?.layout.dict, 'dictht');
    assert.equal(serverFromOption('Valkey-8.1')?.name, 'valkey');
    assert.equal(serverFromOption('redis'), undefined);
    assert.equal(serverFromOption('memcached 1.6.0'), undefined);
  });
});
