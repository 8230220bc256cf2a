import assert from 'node:assert/strict';
import { serverTools } from '../../scripts/tools.ts';
import { DumpEditor } from './dump-editor.ts';
import { type RealCore, realCore } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

/** jemalloc's size class for an sdshdr8 of this many characters: header of 3, text, NUL. */
const sizeClass = (length: number) => [80, 96].find(size => length + 4 <= size);

describeInWorkbench(
  'clusters',
  workbench => {
    let dump: RealCore;
    let editor: DumpEditor;

    before(async () => {
      dump = await realCore();
      await workbench().openDump(dump.core.path);
      editor = await DumpEditor.shown(workbench());
    });

    it('of the leaked strings of about 80 bytes stand on top', async () => {
      const list = await editor.clusters();
      await workbench().screenshot('clusters');
      const [first, second] = await list.getByRole('option').allInnerTexts();
      for (const [text, size] of [
        [first, 80],
        [second, 96],
      ] as const) {
        const leaked = [...dump.known.leaked].filter(({ length }) => sizeClass(length) === size).length;
        const other = size === 80 ? second : first;
        const own = text.includes(`${size}-byte`) ? text : other;
        assert.match(own, new RegExp(`sdshdr8 in ${size}-byte regions`));
        // Live strings of the same size share the cluster, but not its leaked ones, of whatever kind.
        const counted = [...own.replaceAll(',', '').matchAll(/leaked(?:-\w+)? (\d+)/g)].map(([, number]) =>
          Number(number),
        );
        assert.equal(
          counted.reduce((sum, number) => sum + number, 0),
          leaked,
          own,
        );
      }
    });

    it('walk their members in the hexdump', async () => {
      const list = await editor.clusters();
      await list.getByRole('option').first().click();
      const members = editor.frame.getByRole('listbox', { name: /^Members of/ });
      await members.waitFor();
      const selected = async () => (await members.locator('[role=option][aria-selected=true]').allInnerTexts())[0];
      const address = async () => Number.parseInt(/0x([0-9a-f]+)/.exec(await selected())![1], 16);
      const textAt = (at: number) => {
        const load = dump.core.loads.find(each => at >= each.address && at < each.address + each.size)!;
        const offset = load.offset + at - load.address;
        return dump.core.bytes.toString('latin1', offset, offset + dump.core.bytes[offset - 3]);
      };
      const seen = new Set<number>();
      for (let i = 0; i < 3; i++) {
        const at = await address();
        seen.add(at);
        const offset = dump.core.loads
          .filter(each => at >= each.address && at < each.address + each.size)
          .map(each => each.offset + at - each.address)[0];
        await editor.until(
          rows => rows.some(row => row.index === Math.floor(offset / 16)),
          `the member at ${at.toString(16)} does not show`,
        );
        const shown = await selected();
        assert.ok(shown.includes(textAt(at)), `${shown} is not ${textAt(at)}`);
        await editor.frame.getByRole('button', { name: 'Next Member' }).click();
        await editor.page.waitForTimeout(200);
      }
      assert.equal(seen.size, 3);
      await workbench().screenshot('cluster-member');
      await editor.frame.getByRole('button', { name: 'Back to the Clusters' }).click();
      await list.waitFor();
    });

    it('can be found again after a cancel', async () => {
      await workbench().host.run(async vscode => {
        const running = vscode.commands.executeCommand('hexheap.startAnalysis');
        await vscode.commands.executeCommand('hexheap.cancelAnalysis');
        await running;
      });
      await (await editor.clusters()).getByRole('option').first().waitFor();
    });
  },
  serverTools,
);
