import assert from 'node:assert/strict';
import { serverTools } from '../../scripts/tools.ts';
import type { DecodedSds, SdsRefusal } from '../../src/analysis/api.ts';
import { hex, type KnownString } from './core-file.ts';
import { DumpEditor } from './dump-editor.ts';
import { type RealCore, realCore } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

describeInWorkbench(
  'Decode SDS Here',
  workbench => {
    let dump: RealCore;
    let editor: DumpEditor;
    let leaked: string[];

    before(async () => {
      dump = await realCore();
      leaked = [...dump.known.leaked];
      await workbench().openDump(dump.core.path);
      editor = await DumpEditor.shown(workbench());
    });

    const show = async (text: string): Promise<KnownString> => {
      const known = dump.core.sdshdr8(text);
      await workbench().command('hexheap.goTo', { to: hex(known.address) });
      return known;
    };
    /** The row of an address, and its column there. */
    const placeOf = ({ address, offset }: KnownString, shift: number) => {
      const at = offset + shift;
      const line = Math.floor(at / 16) * 16;
      return [address + (line - offset), at - line] as const;
    };
    const decodedText = (text: string) => editor.decoded.getByText(text);

    it('is in the menu of a right click on the text', async () => {
      const known = await show(leaked[7]);
      await editor.click(...placeOf(known, 4), 'right');
      await workbench()
        .menuItem(/^Decode SDS Here/)
        .waitFor();
      await workbench().screenshot('context-menu');
      await workbench().choose(/^Decode SDS Here/);
      await decodedText(leaked[7]).first().waitFor();
      await workbench().screenshot('decoded');
    });

    it('finds the string from its flags and from its header too', async () => {
      const known = await show(leaked[8]);
      for (const shift of [-1, -3]) {
        const result = await workbench().command<DecodedSds>('hexheap.decodeSdsHere', {
          address: known.address + shift,
        });
        assert.equal(result.address, hex(known.address));
      }
    });

    it('has a key', async () => {
      const known = await show(leaked[9]);
      await editor.click(...placeOf(known, 6));
      await workbench().page.keyboard.press('Control+Alt+d');
      await decodedText(leaked[9]).first().waitFor();
    });

    it('opens the same menu from the keyboard', async () => {
      const known = await show(leaked[10]);
      await editor.click(...placeOf(known, 6));
      await workbench().page.keyboard.press('Shift+F10');
      await workbench().chooseByKeys(/^Decode SDS Here/);
      await decodedText(leaked[10]).first().waitFor();
    });

    it('is in the command palette', async () => {
      const known = await show(leaked[11]);
      await editor.click(...placeOf(known, 0));
      await workbench().palette('Hexheap: Decode SDS Here');
      await decodedText(leaked[11]).first().waitFor();
    });

    it('returns the string with its evidence to whoever calls the command', async () => {
      const known = dump.core.sdshdr8(leaked[12]);
      const result = await workbench().command<DecodedSds>('hexheap.decodeSdsHere', { address: known.address });
      const { header, address, len, alloc, text, evidence } = result;
      assert.deepEqual(
        { header, address, len, alloc, text },
        {
          header: 'sdshdr8',
          address: hex(known.address),
          len: leaked[12].length,
          alloc: dump.core.bytes[known.offset - 2],
          text: leaked[12],
        },
      );
      assert.ok(evidence.length >= 4);
      assert.deepEqual(
        evidence.filter(({ holds, check }) => holds === false && !/point/.test(check)),
        [],
      );
    });

    it('says for each header type why a byte is in no string', async () => {
      const result = await workbench().command<SdsRefusal>('hexheap.decodeSdsHere', { offset: 20 });
      const named = result.refusals.map(({ header }) => header);
      for (const header of ['sdshdr5', 'sdshdr8', 'sdshdr16', 'sdshdr32', 'sdshdr64']) {
        assert.ok(named.includes(header), `${header} is not among ${named}`);
      }
      assert.ok(result.refusals.every(({ check, detail }) => check !== '' && detail !== ''));
      await editor.decoded.getByRole('heading', { name: 'No string at offset 0x14' }).waitFor();
      assert.equal(await editor.decoded.getByText('no memory of the process').count(), 1);
      await workbench().screenshot('refused');
    });
  },
  serverTools,
);
