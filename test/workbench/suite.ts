import assert from 'node:assert/strict';
import { type ToolName, workbenchTools } from '../../scripts/tools.ts';
import { describeWith } from '../house/needs.ts';
import { closeSharedWorkbench, sharedWorkbench, type Workbench } from './workbench.ts';

const desktop = process.env.HEXHEAP_WORKBENCH === 'desktop';

/** A suite in a real VS Code, given to its body as a function, since the window opens when its first test starts. */
export function describeInWorkbench(
  title: string,
  body: (workbench: () => Workbench) => void,
  alsoNeeded: readonly ToolName[] = [],
): void {
  const needed = [...(desktop ? [] : workbenchTools), ...alsoNeeded];
  describeWith(needed, `workbench: ${title}`, function () {
    this.timeout(60_000);
    let workbench: Workbench | undefined;
    before('opens VS Code', async function () {
      this.timeout(180_000);
      workbench = await sharedWorkbench();
    });
    afterEach('leaves a picture of what went wrong', async function () {
      if (this.currentTest?.state !== 'failed') return;
      await workbench?.screenshot(`FAILED-${this.currentTest.title.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}`);
    });
    after('closes the editors', async () => {
      await workbench?.closeEditors();
    });
    body(() => workbench!);
    it('violates no content policy and logs no error', () => {
      assert.deepEqual(
        { violations: workbench!.violations, errors: workbench!.errors },
        { violations: [], errors: [] },
      );
    });
  });
}

// Of the whole run: this module is loaded once, by the first test file that imports it, outside every suite.
after('closes VS Code', closeSharedWorkbench);
