import assert from 'node:assert/strict';
import { join } from 'node:path';
import { generate } from '../generate/scenarios.ts';
import { NoTruth } from '../generate/truth.ts';
import { DumpEditor, type ShownRow } from './dump-editor.ts';
import { temporary } from './fixtures.ts';
import { describeInWorkbench } from './suite.ts';

/** Rows that show a letter twice and a dot: an sdshdr8's len and alloc, equal and printable, before its flags 1. */
function doubledLetters(rows: readonly ShownRow[]): string[] {
  return rows.flatMap(({ text }) => text.match(/([=-W])\1\./g) ?? []);
}

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
      await editor.member();
      await editor.wheel(700);
      await editor.until(rows => doubledLetters(rows).length >= 5, 'fewer than five doubled letters');
      await workbench().screenshot(`doubled-letters-${size}`);
    });
  }

  for (const [name, theme, kind] of [
    ['dark', 'Default Dark Modern', 'vscode-dark'],
    ['light', 'Default Light Modern', 'vscode-light'],
    ['high contrast', 'Default High Contrast', 'vscode-high-contrast'],
    ['high contrast light', 'Default High Contrast Light', 'vscode-high-contrast-light'],
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
