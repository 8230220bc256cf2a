import assert from 'node:assert/strict';
import { DumpEditor } from './dump-editor.ts';
import { sparseFile } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

describeInWorkbench('the extension', workbench => {
  it('is known to VS Code', async () => {
    const extension = await workbench().host.run(vscode => {
      const found = vscode.extensions.getExtension('hexheap.hexheap');
      return found && { main: found.packageJSON.main, name: found.packageJSON.displayName };
    });
    assert.deepEqual(extension, { main: './dist/extension.cjs', name: 'Hexheap: Redis Heap Inspector' });
  });

  it('would be seen to violate its content policy', async () => {
    const one = sparseFile('policy.rdump', 64, [[0, Buffer.from('policy')]]);
    await workbench().openDump(one);
    const { frame } = await DumpEditor.shown(workbench());
    await frame.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'body { color: red }';
      document.head.append(style);
    });
    const end = Date.now() + 10_000;
    while (workbench().violations.length === 0 && Date.now() < end) await workbench().page.waitForTimeout(30);
    const seen = workbench().violations.splice(0);
    assert.match(seen.join('\n'), /style-src/);
  });
});
