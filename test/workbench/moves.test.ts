import assert from 'node:assert/strict';
import { serverTools } from '../../scripts/tools.ts';
import { hex, type KnownString } from './core-file.ts';
import { DumpEditor, type ShownRow } from './dump-editor.ts';
import { type RealCore, realCore } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

describeInWorkbench(
  'moving about',
  workbench => {
    let dump: RealCore;
    let editor: DumpEditor;
    let known: KnownString;
    const press = (key: string) => workbench().page.keyboard.press(key);
    /** In file order row n starts at offset 16 n. */
    const rowsAreRight = (rows: readonly ShownRow[]) => {
      for (const { index, bytes } of rows) {
        assert.deepEqual(bytes, dump.core.bytes.subarray(index! * 16, index! * 16 + 16), `row ${index}`);
      }
    };

    before(async () => {
      dump = await realCore();
      known = dump.core.sdshdr8([...dump.known.leaked][100]);
      await workbench().openDump(dump.core.path);
      editor = await DumpEditor.shown(workbench());
    });

    beforeEach(async () => {
      await editor.grid.focus();
      await press('Control+Home');
      await editor.until(rows => rows[0]?.index === 0, 'Ctrl+Home does not lead to the start');
    });

    it('by the wheel', async () => {
      await editor.wheel(600);
      const rows = await editor.until(([first]) => (first?.index ?? 0) > 5, 'the wheel does not scroll');
      rowsAreRight(rows);
    });

    it('by the keyboard', async () => {
      await press('PageDown');
      const rows = await editor.until(([first]) => (first?.index ?? 0) > 5, 'Page Down does not scroll');
      rowsAreRight(rows);
      await press('PageUp');
      await editor.until(([first]) => first?.index === 0, 'Page Up does not scroll back');
      await editor.untilCaret(/^offset 0x0,/);
      await press('ArrowRight');
      await press('ArrowDown');
      await editor.untilCaret(/^offset 0x11,/);
    });

    it('to the very last byte, by Ctrl+End', async () => {
      await press('Control+End');
      const last = Math.ceil(dump.core.bytes.length / 16) - 1;
      const rows = await editor.until(all => all.at(-1)?.index === last, 'the last row does not show');
      rowsAreRight(rows);
    });

    it('to the very last row, by the scrollbar', async () => {
      await editor.dragScrollbar(0, 1);
      const last = Math.ceil(dump.core.bytes.length / 16) - 1;
      rowsAreRight(await editor.until(all => all.at(-1)?.index === last, 'the last row does not show'));
      await editor.dragScrollbar(1, 0.5);
      const rows = await editor.until(
        ([first]) => Math.abs((first?.index ?? 0) / last - 0.5) < 0.1,
        'half way down is not half way',
      );
      rowsAreRight(rows);
    });

    it('to an address, by Ctrl+G', async () => {
      await editor.goTo(hex(known.address));
      const row = Math.floor(known.offset / 16);
      const rows = await editor.until(all => all.some(each => each.index === row), 'the address does not show');
      rowsAreRight(rows);
      await workbench().screenshot('go-to-address');
    });

    it('to an offset, by the command', async () => {
      await workbench().command('hexheap.goTo', { to: `offset:${hex(known.offset)}` });
      const row = Math.floor(known.offset / 16);
      await editor.until(all => all.some(each => each.index === row), 'the offset does not show');
      await editor.untilCaret(new RegExp(`^${hex(known.address)},`));
    });

    it('says where it cannot go', async () => {
      await assert.rejects(workbench().command('hexheap.goTo', { to: 'nowhere' }), /nowhere/);
      await editor.grid.focus();
      await press('Control+g');
      await workbench().quickInput('0x123456789abcdef0123');
      const box = workbench().page.locator('.quick-input-widget');
      await box.getByText('is not in the dump').waitFor();
      await press('Escape');
      await box.waitFor({ state: 'hidden' });
      await editor.until(rows => rows[0]?.index === 0, 'it moved all the same');
    });

    it('in the order of addresses too', async () => {
      await workbench().command('hexheap.switchOrder');
      await workbench().command('hexheap.goTo', { to: hex(known.address) });
      const line = Math.floor(known.address / 16) * 16;
      const row = await editor.untilShown(line);
      const offset = known.offset - (known.address - line);
      assert.deepEqual(row.bytes, dump.core.bytes.subarray(offset, offset + 16));
      await workbench().screenshot('address-order');
      await workbench().command('hexheap.switchOrder');
      await editor.untilShown(known.address - (known.offset % 16));
    });
  },
  serverTools,
);
