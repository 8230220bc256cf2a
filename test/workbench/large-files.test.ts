import assert from 'node:assert/strict';
import { bytesOf } from './core-file.ts';
import { DumpEditor } from './dump-editor.ts';
import { sparseFile } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

const GiB = 2 ** 30;
const mark = (text: string) => Buffer.from(text.padEnd(32, '-'));

describeInWorkbench('files larger than memory', workbench => {
  before(() => setColumn('offset'));
  after(() => setColumn('address'));
  afterEach(() => workbench().closeEditors());

  const setColumn = (column: string) =>
    workbench().host.run(async (vscode, column) => {
      await vscode.workspace
        .getConfiguration('hexheap')
        .update('addressColumn', column, vscode.ConfigurationTarget.Global);
    }, column);

  /** Goes to each place by Ctrl+G and compares the rows that then show with the file. */
  const compare = async (path: string, places: readonly number[]) => {
    const editor = await DumpEditor.shown(workbench());
    for (const place of places) {
      await editor.goTo(`0x${place.toString(16)}`);
      await editor.untilShown(Math.floor(place / 16) * 16);
      const rows = await editor.rows();
      for (const row of rows) {
        const offset = Number.parseInt(row.label, 16);
        assert.deepEqual(row.bytes, bytesOf(path, offset, 16), `at ${row.label}`);
      }
    }
    return editor;
  };

  it('6 GiB: the rows at 0, at 4 GiB and at the end are right', async () => {
    const size = 6 * GiB + 5;
    const path = sparseFile('six.rdump', size, [
      [0, mark('the start')],
      [4 * GiB - 16, mark('around 4 GiB')],
      [size - 32, mark('the end')],
    ]);
    await workbench().openDump(path);
    const editor = await compare(path, [0, 4 * GiB - 1, 4 * GiB, 4 * GiB + 4096, size - 1]);
    await workbench().screenshot('6-gib-end');
    await editor.grid.focus();
    await workbench().page.keyboard.press('Control+Home');
    await editor.untilShown(0);
    await workbench().page.keyboard.press('Control+End');
    const last = await editor.untilShown(Math.floor((size - 1) / 16) * 16);
    assert.deepEqual(last.bytes, bytesOf(path, size - 5, 5));
  });

  it('100 GB: opens at once, and its last byte is there', async () => {
    const size = 100e9;
    const path = sparseFile('hundred.rdump', size, [
      [0, mark('the start')],
      [size - 32, mark('the end')],
    ]);
    await workbench().openDump(path);
    const editor = await compare(path, [0, 50e9, size - 1]);
    await workbench().screenshot('100-gb-end');
    await editor.dragScrollbar(1, 0);
    await editor.untilShown(0);
    await editor.dragScrollbar(0, 1);
    await editor.untilShown(size - 16);
  });
});
