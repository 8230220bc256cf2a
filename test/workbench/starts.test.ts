import assert from 'node:assert/strict';
import { describeInWorkbench } from './suite.ts';

describeInWorkbench('the extension', workbench => {
  it('is known to VS Code', async () => {
    const extension = await workbench().host.run(vscode => {
      const found = vscode.extensions.getExtension('hexheap.hexheap');
      return found && { main: found.packageJSON.main, name: found.packageJSON.displayName };
    });
    assert.deepEqual(extension, { main: './dist/extension.cjs', name: 'Hexheap: Redis Heap Inspector' });
  });
});
