import { strict as assert } from 'node:assert';
import { hashSlot } from '../../src/layout/hash-slot.ts';

const slot = (key: string) => hashSlot(new TextEncoder().encode(key));

describe('hash slots', () => {
  it('are the ones that CLUSTER KEYSLOT gives', () => {
    assert.equal(slot('123456789'), 12739);
    assert.equal(slot('foo'), 12182);
    assert.equal(slot('user:1'), 10778);
    assert.equal(slot('{user1000}.following'), 3443);
    assert.equal(slot('foo{}{bar}'), 8363);
    assert.equal(slot('foo{{bar}}zap'), 4015);
    assert.equal(slot('a{b'), 13340);
  });

  it('of keys with the same tag are the same', () => {
    assert.equal(slot('{user1000}.following'), slot('{user1000}.followers'));
    assert.equal(slot('foo{{bar}}zap'), slot('{bar'));
    assert.notEqual(slot('foo{}{bar}'), slot('bar'));
  });
});
