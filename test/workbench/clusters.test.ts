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
      const seen = new Set<number>();
      for (let i = 0; i < 3; i++) {
        const { address, text } = await editor.member();
        seen.add(address);
        const offset = dump.core.offsetOf(address);
        const inFile = dump.core.bytes.toString('latin1', offset, offset + dump.core.bytes[offset - 3]);
        assert.ok(text.includes(inFile), `${text} is not ${inFile}`);
        await editor.frame.getByRole('button', { name: 'Next Member' }).click();
        await editor.frame.getByText(new RegExp(`^${i + 2} of `)).waitFor();
      }
      assert.equal(seen.size, 3);
      await workbench().screenshot('cluster-member');
      await editor.frame.getByRole('button', { name: 'Back to the Clusters' }).click();
      await list.getByRole('option').first().waitFor();
      await workbench().screenshot('clusters-beside-member');
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
