import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverTools } from '../../scripts/tools.ts';
import { bytesOf } from './core-file.ts';
import { DumpEditor } from './dump-editor.ts';
import { type RealCore, realCore, temporary } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

describeInWorkbench(
  'opening',
  workbench => {
    let dump: RealCore;
    before(async () => {
      dump = await realCore();
    });
    afterEach(() => workbench().closeEditors());

    it('shows the first rows of a core at once', async () => {
      await workbench().openDump(dump.core.path);
      const editor = await DumpEditor.shown(workbench());
      const rows = await editor.rows();
      assert.ok(rows.length > 20, `${rows.length} rows on screen`);
      const shown = Buffer.concat(rows.map(row => row.bytes));
      assert.deepEqual(shown, bytesOf(dump.core.path, 0, shown.length));
      assert.equal(rows[0].text.slice(1, 4), 'ELF');
      await workbench().screenshot('opened');
    });

    it('is the default editor of *.core, *.rdump and core.PID, and of nothing else', async () => {
      const opened: Record<string, string | undefined> = {};
      for (const name of ['a.core', 'b.rdump', 'core.4711', 'core.ts', 'd.bin']) {
        const path = join(temporary(), name);
        copyFileSync(name === 'core.ts' ? 'package.json' : dump.core.path, path);
        opened[name] = await workbench().host.run(async (vscode, path) => {
          await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
          const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
          return input instanceof vscode.TabInputCustom ? input.viewType : undefined;
        }, path);
        await workbench().closeEditors();
      }
      const ours = 'hexheap.dump.default';
      assert.deepEqual(opened, {
        'a.core': ours,
        'b.rdump': ours,
        'core.4711': ours,
        'core.ts': undefined,
        'd.bin': undefined,
      });
    });

    it('opens any file by the command', async () => {
      const path = join(temporary(), 'no-suffix');
      copyFileSync(dump.core.path, path);
      await workbench().host.run(async (vscode, path) => {
        await vscode.commands.executeCommand('hexheap.openDump', vscode.Uri.file(path));
      }, path);
      const [first] = await (await DumpEditor.shown(workbench())).rows();
      assert.deepEqual(first.bytes, bytesOf(path, 0, 16));
    });

    it('takes the layouts of the server that one names, and leaves it to the dump again', async () => {
      await workbench().openDump(dump.core.path);
      await DumpEditor.shown(workbench());
      const set = (server: string) =>
        workbench().host.run(
          async (vscode, server) =>
            vscode.commands.executeCommand<{ server?: { version: string; evidence: string[] } }>('hexheap.setServer', {
              server,
            }),
          server,
        );
      const named = await set('redis 6.0.16');
      assert.equal(named.server?.version, '6.0.16');
      assert.match(named.server.evidence.join(), /Named by the user/);
      await assert.rejects(set('postgres 15'), /Write a name and a version/);
      assert.equal((await set('')).server, undefined);
    });

    it('keeps its place while it is hidden', async () => {
      await workbench().openDump(dump.core.path);
      const editor = await DumpEditor.shown(workbench());
      await editor.grid.focus();
      for (let i = 0; i < 3; i++) await workbench().page.keyboard.press('PageDown');
      await editor.until(rows => (rows[0]?.index ?? 0) > 10, 'Page Down does not scroll');
      // The place is written down when it has been the same for a moment.
      await workbench().page.waitForTimeout(1_000);
      const [before] = await editor.rows();
      await workbench().host.run(async vscode => {
        await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: 'in front' }));
        await vscode.commands.executeCommand('workbench.action.previousEditor');
      });
      const again = await DumpEditor.shown(workbench());
      const [after] = await again.until(rows => rows[0]?.index === before.index, 'the place is lost');
      assert.deepEqual(after.bytes, before.bytes);
      await workbench().command('workbench.action.revertAndCloseActiveEditor');
    });
  },
  serverTools,
);
