import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverTools } from '../../scripts/tools.ts';
import { DumpEditor } from './dump-editor.ts';
import { type RealCore, realCore, temporary } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

const asRoot = process.getuid?.() === 0;

describeInWorkbench(
  'bad input',
  workbench => {
    let dump: RealCore;
    before(async () => {
      dump = await realCore();
    });
    afterEach(() => workbench().closeEditors());

    const made = (name: string, bytes: Uint8Array) => {
      const path = join(temporary(), name);
      writeFileSync(path, bytes);
      return path;
    };
    /** Opens it and waits until the editor says something that matches. */
    const says = async (path: string, message: RegExp, picture: string) => {
      await workbench().openDump(path);
      const frame = await workbench().webview(`:text-matches(${JSON.stringify(message.source)}, "i")`);
      await workbench().screenshot(picture);
      return frame;
    };
    /** The start of the real core with some bytes of its header changed. */
    const changed = (name: string, ...changes: readonly (readonly [number, number])[]) => {
      const bytes = Buffer.from(dump.core.bytes.subarray(0, 1 << 20));
      for (const [at, value] of changes) bytes[at] = value;
      return made(name, bytes);
    };

    it('an empty file', async () => {
      await says(made('empty.core', new Uint8Array(0)), /empty/, 'bad-empty');
    });

    it('a file of one byte is shown', async () => {
      await workbench().openDump(made('one.rdump', Uint8Array.of(0x41)));
      const rows = await (await DumpEditor.shown(workbench())).rows();
      assert.deepEqual(
        rows.map(({ bytes, text }) => [bytes.toString('hex'), text.trim()]),
        [['41', 'A']],
      );
      await workbench().screenshot('bad-one-byte');
    });

    it('a truncated core says so and shows what is there', async () => {
      const path = made('half.core', dump.core.bytes.subarray(0, dump.core.bytes.length >> 1));
      await says(path, /truncated|cut off|missing/, 'bad-truncated');
      const [first] = await (await DumpEditor.shown(workbench())).rows();
      assert.deepEqual(first.bytes, dump.core.bytes.subarray(0, 16));
    });

    it('a core of another byte order', async () => {
      // As an s390x writes it: data encoding, type and machine with the high byte first.
      const path = changed('big.core', [5, 2], [16, 0], [17, 4], [18, 0], [19, 22]);
      await says(path, /big-endian/, 'bad-byte-order');
    });

    it('a core of a 32-bit process', async () => {
      await says(changed('small.core', [4, 1]), /32-bit/, 'bad-32-bit');
    });

    it('a core of another machine', async () => {
      await says(changed('riscv.core', [18, 243]), /machine|RISC-V|x86-64/, 'bad-machine');
    });

    it('a program instead of a core', async () => {
      const path = made('program.core', readFileSync(process.execPath).subarray(0, 1 << 20));
      await says(path, /not a core|program|executable|core file/, 'bad-program');
    });

    it('a file that does not exist is not created', async () => {
      const path = join(temporary(), 'nowhere.core');
      await workbench()
        .openDump(path)
        .catch(() => {});
      await workbench().page.waitForTimeout(500);
      await workbench().screenshot('bad-missing');
      assert.throws(() => readFileSync(path), /ENOENT/);
    });

    // Root may read everything, so there is nothing to refuse.
    (asRoot ? it.skip : it)('a file without permission', async () => {
      const path = made('secret.core', dump.core.bytes.subarray(0, 4096));
      chmodSync(path, 0);
      await says(path, /permission/, 'bad-permission');
    });

    it('a file that is cut short while it is open', async () => {
      const path = join(temporary(), 'shrinks.core');
      copyFileSync(dump.core.path, path);
      await workbench().openDump(path);
      const editor = await DumpEditor.shown(workbench());
      truncateSync(path, 1 << 20);
      await workbench().webview(':text-matches("changed|short", "i")');
      await editor.grid.focus();
      await workbench().page.keyboard.press('Control+End');
      await workbench().page.waitForTimeout(1_000);
      await workbench().screenshot('bad-shortened');
      for (const { index, bytes } of await editor.rows()) {
        if (bytes.length === 0) continue;
        assert.ok(index! * 16 < 1 << 20, `row ${index} shows bytes that are gone`);
      }
    });

    it('a file that is deleted while it is open', async () => {
      const path = join(temporary(), 'goes.core');
      copyFileSync(dump.core.path, path);
      await workbench().openDump(path);
      await DumpEditor.shown(workbench());
      unlinkSync(path);
      await workbench().webview(':text-matches("gone|deleted|no longer|changed", "i")');
      await workbench().screenshot('bad-deleted');
    });

    it('a raw range opens at base 0 and offers to set the base', async () => {
      const { offset, address } = dump.core.loads.find(({ size }) => size > 1 << 20)!;
      const path = made('range.rdump', dump.core.bytes.subarray(offset, offset + (1 << 20)));
      await workbench().openDump(path);
      const editor = await DumpEditor.shown(workbench());
      const [first] = await editor.rows();
      assert.equal(Number.parseInt(first.label, 16), 0);
      await workbench().screenshot('raw-range');
      const base = editor.frame.getByRole('textbox', { name: /base/i });
      await base.fill(`0x${address.toString(16)}`);
      await base.press('Enter');
      const row = await editor.untilShown(address);
      assert.deepEqual(row.bytes, dump.core.bytes.subarray(offset, offset + 16));
    });
  },
  serverTools,
);
