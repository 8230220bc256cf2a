import assert from 'node:assert/strict';
import { join } from 'node:path';
import { generate } from '../generate/scenarios.ts';
import { NoTruth } from '../generate/truth.ts';
import { DumpEditor } from './dump-editor.ts';
import { temporary } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

/** Letters that an sdshdr8's len and alloc, being equal, show twice before its flags. */
const doubled = ['HH.', 'LL.', 'OO.', 'TT.', 'SS.'];

describeInWorkbench('the leak of the story', workbench => {
  const path = () => join(temporary(), 'didi.core');
  const truth = new NoTruth();
  let editor: DumpEditor;

  before(() => {
    generate({ scenario: 'didi', path: path(), strings: 30_000, truth });
  });

  it('is the first cluster', async () => {
    await workbench().openDump(path());
    editor = await DumpEditor.shown(workbench());
    const [first] = await (await editor.clusters()).getByRole('option').allInnerTexts();
    assert.match(first, /sdshdr8 in (80|96)-byte regions/);
  });

  it('shows as doubled letters in the text column', async () => {
    const list = await editor.clusters();
    await list.getByRole('option').first().click();
    await editor.frame.getByRole('listbox', { name: /^Members of/ }).waitFor();
    const rows = await editor.until(
      all => all.filter(({ text }) => doubled.some(pair => text.includes(pair))).length >= 2,
      'no doubled letters',
    );
    assert.ok(rows.length > 20);
    await workbench().screenshot('doubled-letters');
  });

  for (const [name, theme, kind] of [
    ['dark', 'Default Dark Modern', 'vscode-dark'],
    ['light', 'Default Light Modern', 'vscode-light'],
    ['high contrast', 'Default High Contrast', 'vscode-high-contrast'],
    ['high contrast light', 'Default High Contrast Light', 'vscode-high-contrast'],
  ] as const) {
    it(`in a ${name} theme`, async () => {
      await workbench().theme(theme);
      await editor.frame.locator(`body.${kind}`).waitFor();
      await workbench().screenshot(`theme-${name.replaceAll(' ', '-')}`);
      const [text, ground] = await editor.grid.evaluate(grid => {
        const style = getComputedStyle(grid);
        return [style.color, getComputedStyle(grid.ownerDocument.body).backgroundColor];
      });
      assert.notEqual(text, ground);
    });
  }

  after(() => workbench().theme('Default Dark Modern'));
});
