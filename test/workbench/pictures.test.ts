import assert from 'node:assert/strict';
import { join } from 'node:path';
import { generate } from '../generate/scenarios.ts';
import { NoTruth } from '../generate/truth.ts';
import { DumpEditor } from './dump-editor.ts';
import { temporary } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

/** Letters that an sdshdr8's len and alloc, being equal, show twice before its flags, by the size of its region. */
const doubled: Readonly<Record<number, readonly string[]>> = {
  80: ['==.', 'HH.', 'LL.', 'JJ.', 'KK.'],
  96: ['OO.', 'TT.', 'SS.', 'QQ.', 'WW.'],
};

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

  for (const size of [96, 80]) {
    it(`shows as doubled letters in the text column, in regions of ${size} bytes`, async () => {
      const list = await editor.clusters();
      await list
        .getByRole('option')
        .filter({ hasText: `sdshdr8 in ${size}-byte regions` })
        .click();
      await editor.frame.getByRole('listbox', { name: /^Members of/ }).waitFor();
      await editor.until(([first]) => (first?.index ?? 0) > 100, 'the first member does not show');
      await editor.wheel(700);
      const wanted = doubled[size];
      await editor.until(
        rows => rows.filter(({ text }) => wanted.some(pair => text.includes(pair))).length >= 4,
        `fewer than four of ${wanted}`,
      );
      await workbench().screenshot(`doubled-letters-${size}`);
    });
  }

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
