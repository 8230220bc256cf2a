import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { serverTools } from '../../scripts/tools.ts';
import { hex, type KnownString } from './core-file.ts';
import { DumpEditor } from './dump-editor.ts';
import { type RealCore, realCore, temporary } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

/** The bytes in a report's hexdump lines: an address or offset, then pairs of digits, then the text column. */
function hexdumpBytes(markdown: string): string {
  return markdown
    .split('\n')
    .map(line => /^[ +]*(?:0x)?[0-9a-f]{6,}[: ]\s*((?:[0-9a-f]{2} {1,2})+)/i.exec(line)?.[1] ?? '')
    .join('')
    .replace(/\s/g, '')
    .toLowerCase();
}

describeInWorkbench(
  'the Markdown report',
  workbench => {
    let dump: RealCore;
    let known: KnownString;
    let noted: KnownString;
    const note = 'copied by | a function, <b>never</b> `freed`';

    before(async () => {
      dump = await realCore();
      const leaked = [...dump.known.leaked];
      known = dump.core.sdshdr8(leaked[200]);
      noted = dump.core.sdshdr8(leaked[201]);
      rmSync(`${dump.core.path}.hexheap.json`, { force: true });
      await workbench().openDump(dump.core.path);
      const editor = await DumpEditor.shown(workbench());
      await editor.clusters();
      await workbench().command('hexheap.decodeSdsHere', { address: known.address });
      // A selection as a person makes it: with the mouse, then the command, which asks for a label and a note.
      await workbench().command('hexheap.goTo', { to: hex(noted.address) });
      const line = Math.floor(noted.offset / 16) * 16;
      const from = { value: noted.address + (line - noted.offset), column: noted.offset - line };
      await editor.drag(from, { value: from.value + 32, column: 3 });
      await workbench().page.keyboard.press('Control+Alt+n');
      await workbench().quickInput('suspect');
      await workbench().quickInput(note);
      await editor.frame.getByRole('tab', { name: 'Annotations' }).click();
      await editor.frame.getByText('suspect').first().waitFor();
      await workbench().screenshot('annotated');
    });

    const write = async (mask: boolean) => {
      const file = join(temporary(), `report-${mask}.md`);
      await workbench().command('hexheap.exportMarkdown', { file, mask });
      return readFileSync(file, 'utf8');
    };

    it('names the dump, each region with its bytes and fields, and the clusters', async () => {
      const markdown = await write(false);
      for (const fact of ['redis.core', dump.core.bytes.length.toLocaleString('en'), 'redis-server', '7.0.']) {
        assert.ok(markdown.includes(fact), `${fact} is not in the report`);
      }
      for (const { address, offset } of [known, noted]) {
        assert.ok(markdown.includes(hex(address)) || markdown.includes(hex(address - 3)), hex(address));
        assert.ok(markdown.includes(hex(offset)) || markdown.includes(hex(offset - 3)), hex(offset));
      }
      assert.ok(markdown.includes(known.text));
      assert.match(markdown, /sdshdr8/);
      assert.match(markdown, /suspect/);
      const bytes = dump.core.bytes.subarray(known.offset, known.offset + known.text.length);
      assert.ok(
        hexdumpBytes(markdown).includes(bytes.toString('hex')),
        'the hexdump lines are not the bytes of the file',
      );
      const clusters = markdown.split('\n').filter(line => /^\|.*sdshdr8.*\b(80|96)\b/.test(line));
      assert.ok(clusters.length >= 2, 'the clusters of the leaked strings are not in the table');
    });

    it('quotes hostile text so that the document stays whole', async () => {
      const markdown = await write(false);
      const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
      assert.deepEqual(
        tree.children.filter(({ type }) => type === 'html'),
        [],
      );
      assert.ok(JSON.stringify(tree).includes(JSON.stringify(note).slice(1, -1)), 'the note is not what a reader sees');
    });

    it('holds nothing of the text when it is masked', async () => {
      const markdown = await write(true);
      assert.match(markdown, /sdshdr8/);
      assert.match(markdown, /\{word4\}:\{word5\}:\{n\}/);
      for (const { text, offset } of [known, noted]) {
        assert.ok(!markdown.includes(text.slice(-20)), 'text of the dump is in the masked report');
        assert.ok(!markdown.includes(Buffer.from(text).toString('base64').slice(0, 20)));
        const end = dump.core.bytes.subarray(offset + 30, offset + 40).toString('hex');
        assert.ok(!hexdumpBytes(markdown).includes(end), 'text of the dump is in the masked hexdump');
      }
    });

    it('asks first whether the text is masked, which it is unless one chooses otherwise', async () => {
      await workbench().palette('Hexheap: Export Annotated Regions to Markdown');
      const choices = workbench().page.locator('.quick-input-widget:visible').getByRole('option');
      await choices.filter({ hasText: 'Include text' }).waitFor();
      assert.match((await choices.first().textContent()) ?? '', /^Mask text/);
      await workbench().screenshot('export-asks');
      await workbench().page.keyboard.press('Escape');
    });
  },
  serverTools,
);
