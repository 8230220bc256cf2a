import assert from 'node:assert/strict';
import { serverTools } from '../../scripts/tools.ts';
import type { ReferenceList, WhyAlive } from '../../src/analysis/api.ts';
import { hex, type KnownString } from './core-file.ts';
import { DumpEditor } from './dump-editor.ts';
import { type RealCore, realCore } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

describeInWorkbench(
  'explain',
  workbench => {
    let dump: RealCore;
    let editor: DumpEditor;
    let key: KnownString;
    let leaked: readonly string[];

    before(async () => {
      dump = await realCore();
      leaked = [...dump.known.leaked];
      key = onlyCopy([...dump.known.keys]);
      await workbench().openDump(dump.core.path);
      editor = await DumpEditor.shown(workbench());
    });

    /** The first key that the dump holds once as a string of its own. */
    function onlyCopy(keys: readonly string[]): KnownString {
      for (const text of keys) {
        if (text.length < 40) continue;
        try {
          return dump.core.sdshdr8(text);
        } catch {
          // Copies of some keys are left in buffers.
        }
      }
      throw new Error('every key is there twice');
    }

    const explanation = () => editor.frame.getByRole('region', { name: 'Explanation' });
    const click = async (known: KnownString, button: 'left' | 'right' = 'left') => {
      await workbench().command('hexheap.goTo', { to: hex(known.address) });
      const at = known.offset + 4;
      const line = Math.floor(at / 16) * 16;
      await editor.click(known.address + (line - known.offset), at - line, button);
    };
    const menu = async (known: KnownString, item: RegExp) => {
      await click(known, 'right');
      const found = workbench().menuItem(item);
      await found.waitFor();
      // The menu fades in, and for a moment takes no clicks.
      await workbench().page.waitForTimeout(300);
      return found;
    };
    /** Addresses of all aligned words that equal `value`, by a plain search of the file. */
    const wordsThatEqual = (value: number): number[] => {
      const wanted = Buffer.alloc(8);
      wanted.writeBigUInt64LE(BigInt(value));
      const found: number[] = [];
      for (let at = dump.core.bytes.indexOf(wanted); at >= 0; at = dump.core.bytes.indexOf(wanted, at + 1)) {
        const load = dump.core.loads.find(each => at >= each.offset && at + 8 <= each.offset + each.size);
        const address = load === undefined ? 1 : load.address + at - load.offset;
        if (address % 8 === 0) found.push(address);
      }
      return found;
    };

    it('shows the way from a root to a live key, from the menu of a right click', async () => {
      await editor.clusters();
      const item = await menu(key, /^Why Is This Alive\?/);
      await workbench().screenshot('explain-menu');
      await item.click();
      const way = explanation().getByRole('list', { name: /^The way/ });
      await way.waitFor();
      const steps = await way.getByRole('listitem').allInnerTexts();
      await workbench().screenshot('explain-why');
      assert.match(steps[0], /root/);
      assert.ok(
        steps.some(step => /^dict\b/.test(step.trim())),
        steps.join('\n'),
      );
      assert.match(steps.at(-2)!, /; key points at the text of the next/);
      assert.match(steps.at(-1)!, /^string/);
    });

    it('returns the way, whose every word leads on in the bytes of the file', async () => {
      const why = await workbench().command<WhyAlive>('hexheap.whyAlive', { address: key.address });
      assert.equal(why.subject.verdict, 'live');
      assert.equal(why.steps[0].what, 'root');
      assert.ok(why.steps.slice(1).every(({ what, verdict }) => what === 'region' && verdict === 'live'));
      const words = why.steps.slice(0, -1).map(({ range }) => Number(dump.core.bytes.readBigUInt64LE(range!.start)));
      words.forEach((word, index) => {
        // The next step's word lies in the region that this one points into, so not far behind.
        const { address } = why.steps[index + 1];
        if (index < words.length - 1)
          assert.ok(address! >= word - 16, `${hex(word)} does not lead to ${hex(address!)}`);
      });
      assert.equal(words.at(-1), key.address, 'the last word is the exact address of the key');
    });

    it('jumps to the word of a step', async () => {
      const step = explanation().getByRole('button', { name: /^dictEntry/ });
      await step.last().click();
      await editor.page.waitForTimeout(300);
      assert.match(
        await editor.caret(),
        /dictEntry: key -> 0x[0-9a-f]+: text of an sdshdr8 of \d+ bytes, live; in a live 32-byte region/,
      );
      await workbench().screenshot('explain-step');
    });

    it('lists who points at a live key, by key', async () => {
      await click(key);
      await workbench().page.keyboard.press('Control+Alt+r');
      const list = explanation().getByRole('listbox', { name: /^References/ });
      // The list is there before its rows are.
      const row = list.getByRole('option').filter({ hasText: '0x' }).first();
      await row.waitFor();
      const first = await row.innerText();
      assert.match(first, /dictEntry\.key/);
      assert.match(first, /exact/);
      await workbench().screenshot('explain-references');
      const answer = await workbench().command<ReferenceList>('hexheap.showReferences', { address: key.address });
      const exact = answer.references.filter(one => one.exact && one.address !== undefined);
      assert.deepEqual(exact.map(one => one.address).sort(), wordsThatEqual(key.address).sort());
    });

    it('says of a leaked string that no word points at it, and what was searched', async () => {
      for (const text of leaked.slice(20, 26)) {
        const known = dump.core.sdshdr8(text);
        const answer = await workbench().command<ReferenceList>('hexheap.showReferences', { address: known.address });
        if (answer.subject.verdict !== 'leaked') continue;
        assert.match(answer.sentence, /^No word points at it/);
        assert.deepEqual(
          answer.references.filter(one => one.counts),
          [],
        );
        const exact = answer.references.filter(one => one.exact && one.address !== undefined);
        assert.deepEqual(exact.map(one => one.address).sort(), wordsThatEqual(known.address).sort());
      }
      const known = dump.core.sdshdr8(leaked[20]);
      await (await menu(known, /^Show References/)).click();
      await explanation()
        .getByText(/^No word points at it/)
        .waitFor();
      await explanation()
        .getByText(/^Looked through the registers/)
        .waitFor();
      // A list of stale words, if there are any, is drawn a frame later.
      await editor.page.waitForTimeout(200);
      await workbench().screenshot('explain-leaked');
    });

    it('says of a leaked string why it is not alive, from the palette', async () => {
      await click(dump.core.sdshdr8(leaked[21]));
      await workbench().palette('Hexheap: Why Is This Alive?');
      await explanation()
        .getByText(/leaked\. No root leads to it|It counts as leaked/)
        .waitFor();
      assert.equal(
        await explanation()
          .getByRole('list', { name: /^The way/ })
          .count(),
        0,
      );
    });

    it('says of a byte outside memory that it is none', async () => {
      await assert.rejects(workbench().command('hexheap.whyAlive', { offset: 20 }), /no memory of the process/);
      await explanation()
        .getByText(/no memory of the process/)
        .waitFor();
    });

    it('leads from the sentence over the clusters to the first that leaked', async () => {
      await editor.frame.getByRole('tab', { name: 'Clusters' }).click();
      await workbench().screenshot('explain-clusters');
      await editor.frame.getByRole('button', { name: 'Show First Leaked Cluster' }).click();
      await editor.frame.getByRole('listbox', { name: /^Members of/ }).waitFor();
      await editor.frame.getByRole('button', { name: 'Back to the Clusters' }).click();
    });
  },
  serverTools,
);
