import { checks } from '../../scripts/check.ts';
import { root } from '../../scripts/paths.ts';
import { run } from '../../scripts/run.ts';

describe('checks', () => {
  for (const { name, command } of checks) {
    const [program, ...args] = command;
    it(name, async () => {
      await run(program, args, { cwd: root });
    }).timeout(120_000);
  }
});
