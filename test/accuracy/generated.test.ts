import { strict as assert } from 'node:assert';
import { GENERATED_CASES, type MeasuredDump, measureGenerated, PAGE_CASES } from './generated.ts';

const STRINGS = 600;

describe('generated dumps of servers that no package offers', function () {
  this.timeout(30_000);
  for (const { server, scenario, limits } of [...GENERATED_CASES, ...PAGE_CASES]) {
    it(`${server}, ${scenario}: every verdict as the truth has it${limits ? ` (but for ${limits.what})` : ''}`, () => {
      const { analysed, agreement, bins }: MeasuredDump = measureGenerated(server, scenario, STRINGS);
      const { falseLeaks, missedLeaks, missedLive, planted } = agreement;
      assert.deepEqual(falseLeaks, []);
      assert.deepEqual(bins.different, []);
      assert.ok(bins.exact > 15, `${bins.exact} size classes`);
      assert.deepEqual(
        missedLeaks.filter(line => !limits?.allowed.test(line)),
        [],
      );
      assert.deepEqual(
        missedLive.filter(line => !limits?.allowed.test(line)),
        [],
      );
      assert.ok(planted > 0 || scenario === 'unpadded-rax' || scenario === 'healthy');
      assert.ok(analysed.findings.regions!.allocator.missing.length === 0);
    });
  }
});
