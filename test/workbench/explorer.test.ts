import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from './core-file.ts';
import { DumpEditor } from './dump-editor.ts';
import { temporary } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';
import { Workbench } from './workbench.ts';

describeInWorkbench('the explorer', () => {
  let folder: string;
  let workbench: Workbench;

  before('opens a folder with dumps', async function () {
    this.timeout(120_000);
    folder = join(temporary(), 'folder');
    mkdirSync(join(folder, 'inner'), { recursive: true });
    for (const name of ['heap.core', 'no-suffix']) {
      writeFileSync(join(folder, name), Buffer.from(`${name}: bytes of a range `.repeat(400)));
    }
    workbench = await Workbench.open(folder);
    await workbench.command('workbench.view.explorer');
  });
  after(() => workbench?.close());

  const item = (name: string) => workbench.page.getByRole('treeitem', { name });

  for (const name of ['no-suffix', 'heap.core']) {
    it(`offers to open ${name} in its context menu, and does`, async () => {
      await item(name).click({ button: 'right' });
      await workbench.menuItem(/^Open Dump/).waitFor();
      await workbench.screenshot(`explorer-menu-${name}`);
      await workbench.choose(/^Open Dump/);
      const [first] = await (await DumpEditor.shown(workbench)).rows();
      assert.deepEqual(first.bytes, bytesOf(join(folder, name), 0, 16));
      const opened = await workbench.host.run(vscode => {
        const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        return input instanceof vscode.TabInputCustom ? [input.viewType, input.uri.path] : undefined;
      });
      assert.deepEqual(opened, ['hexheap.dump', join(folder, name)]);
      await workbench.closeEditors();
    });
  }

  it('does not offer it for a folder', async () => {
    await item('inner').click({ button: 'right' });
    await workbench.menuItem(/^New File/).waitFor();
    assert.equal(await workbench.menuItem(/^Open Dump/).count(), 0);
    await workbench.page.keyboard.press('Escape');
    const { violations, errors } = workbench;
    assert.deepEqual({ violations, errors }, { violations: [], errors: [] });
  });
});
