import { strict as assert } from 'node:assert';
import { analyse } from '../accuracy/analysed.ts';
import { measureGenerated } from '../accuracy/generated.ts';
import { withGenerated } from '../allocator/recovered.ts';

describe('objects whose layout is not read', () => {
  it('of Redis 8.6 and later are named in a note, those of 8.2 are not', function () {
    this.timeout(20_000);
    withGenerated({ scenario: 'healthy', server: 'redis-8.2.0', strings: 300 }, (_, path) => {
      const notes = (server: string) => analyse(path, server).findings.notes.join(' ');
      assert.match(notes('redis 8.6.1'), /laid out in another order, which is not read/);
      assert.doesNotMatch(notes('redis 8.4.0'), /not read/);
    });
  });

  it('of Redis 8.6 make nothing that lives a leak, and hide no leak', function () {
    this.timeout(20_000);
    const { agreement, analysed } = measureGenerated('redis-8.6.0', 'object-leak', 600);
    assert.deepEqual(agreement.falseLeaks, []);
    assert.deepEqual(agreement.missedLeaks, []);
    assert.equal(agreement.planted, 600);
    assert.match(analysed.findings.notes.join(' '), /not read/);
    // What is missed are the keys, and the values beside them, inside objects: they are no strings of their own.
    assert.ok(agreement.missedLive.every(line => line.endsWith('no string')));
  });
});
