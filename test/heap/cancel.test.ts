import { strict as assert } from 'node:assert';
import { recoverAllocator } from '../../src/allocator/recover.ts';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { VERDICTS } from '../../src/heap/findings.ts';
import { withDump, withGenerated } from '../allocator/recovered.ts';

/** Milliseconds of processor time that a cancel may take to be noticed. */
const LIMIT = 100;
const STRINGS = 25_000;

/** Processor time of this process so far, in milliseconds: unlike the clock's, it does not depend on what else runs. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Looks at the hooks during an analysis; stops it at look number `stopAt`. */
function analyseAndCount(path: string, stopAt = Number.POSITIVE_INFINITY) {
  let looks = 0;
  let longest = 0;
  let behind = 0;
  let last = spent();
  const look = () => {
    const now = spent();
    longest = Math.max(longest, now - last);
    last = now;
    looks++;
    if (looks > stopAt) behind++;
    return looks >= stopAt;
  };
  const hooks = { progress: () => {}, cancelled: look };
  return withDump(path, dump => {
    const regions = recoverAllocator(dump, hooks);
    const findings = regions && analyseHeap(dump, regions, hooks);
    longest = Math.max(longest, spent() - last);
    return { looks, longest, behind, findings, regions: regions?.count ?? 0 };
  });
}

describe('cancelling the analysis of a large heap', function () {
  this.timeout(60_000);
  for (const server of ['redis-4.0.14', 'valkey-8.1.0']) {
    it(`${server}: is noticed within ${LIMIT} ms wherever it comes`, () => {
      withGenerated({ scenario: 'healthy', server, strings: STRINGS }, (_, path) => {
        // Twice: the first run also pays for compiling the code.
        analyseAndCount(path);
        const whole = analyseAndCount(path);
        assert.ok(whole.regions > 60_000, `${whole.regions} regions`);
        assert.ok(whole.longest < LIMIT, `${whole.longest} ms between two looks`);
        assert.equal(whole.findings?.complete, true);
        for (const share of [0.6, 0.8, 0.95]) {
          const { findings, behind, longest } = analyseAndCount(path, Math.floor(whole.looks * share));
          assert.equal(behind, 0, 'went on after it was stopped');
          assert.ok(longest < LIMIT, `${longest} ms between two looks`);
          assert.notEqual(findings?.complete, true);
          const unknown = VERDICTS.indexOf('unknown');
          assert.ok(findings === undefined || findings.regionVerdict.every(verdict => verdict === unknown));
        }
      });
    });
  }
});
