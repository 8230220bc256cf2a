import assert from 'node:assert/strict';

/** Runs `work`, which must take less than `limit` milliseconds of processor time (unlike the clock's, it does not depend on what else runs). */
export function within<Result>(limit: number, work: () => Result): Result {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  const spent = (user + system) / 1000;
  assert.ok(spent < limit, `${spent} ms of at most ${limit}`);
  return result;
}
