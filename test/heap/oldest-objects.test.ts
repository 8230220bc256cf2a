import { strict as assert } from 'node:assert';
import { type Findings, REGION_KINDS } from '../../src/heap/findings.ts';
import type { LayoutVotes } from '../../src/heap/layout-votes.ts';
import { decide } from '../../src/heap/server-identity.ts';
import { unspreadObject } from '../../src/layout/robj.ts';
import { analyse } from '../accuracy/analysed.ts';
import { withGenerated } from '../allocator/recovered.ts';

function kinds({ regionKind }: Findings): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of regionKind) counts.set(REGION_KINDS[kind], (counts.get(REGION_KINDS[kind]) ?? 0) + 1);
  return counts;
}

describe('objects of Redis 2.2 to 2.6', () => {
  it('have type, two bits, encoding and clock in fields of 4, 2, 4 and 22 bits', () => {
    // struct { unsigned type:4, notused:2, encoding:4, lru:22; } with { 4, 0, 5, 0x12345 } and { 2, 3, 6, 0x3fffff }, as gcc lays them out.
    assert.equal(unspreadObject(0x048d_1544), 0x0123_4554);
    assert.equal(unspreadObject(0xffff_fdb2), 0x3fff_ff62);
  });

  it('are typed as those of 2.8 are, whose keyspace is the same', function () {
    this.timeout(20_000);
    const [older, newer] = ['redis-2.6.17', 'redis-2.8.24'].map(server =>
      withGenerated({ scenario: 'healthy', server, strings: 500 }, (_, path) => analyse(path).findings),
    );
    assert.deepEqual([older.server?.version, newer.server?.version], ['2.6.17', '2.8.24']);
    for (const kind of ['robj', 'dict', 'intset', 'ziplist', 'zskiplist']) {
      assert.ok(kinds(newer).get(kind)! > 0, kind);
      assert.equal(kinds(older).get(kind), kinds(newer).get(kind), kind);
    }
  });

  it('tell the family where no version is found', () => {
    const votes: LayoutVotes = {
      dictht: 100,
      dict7: 0,
      hashtable: 0,
      allocUsable: 0,
      allocExact: 0,
      sdsOld: 900,
      objectsPlain: 2,
      objectsSpread: 50,
    };
    const older = decide(undefined, [], votes);
    assert.deepEqual([older.version, older.layout.objectBits, older.unverified], ['2.2-2.6', 'spread', true]);
    const newer = decide(undefined, [], { ...votes, objectsPlain: 50, objectsSpread: 2 });
    assert.deepEqual([newer.version, newer.layout.objectBits], ['2.8-3.0', undefined]);
  });

  it('are counted apart from those of 2.8', function () {
    this.timeout(20_000);
    for (const server of ['redis-2.6.17', 'redis-2.8.24']) {
      withGenerated({ scenario: 'healthy', server, strings: 500 }, (_, path) => {
        const { evidence } = analyse(path).findings.server!;
        const [, plain, spread] = /objects that name their encoding as from 2.8 on: ([\d,]+), as before: ([\d,]+)/
          .exec(evidence.join(' '))!
          .map(Number);
        const [right, wrong] = server === 'redis-2.6.17' ? [spread, plain] : [plain, spread];
        assert.ok(right > 20 && wrong === 0, `${server}: ${right} right, ${wrong} wrong`);
      });
    }
  });
});
