import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describeWith } from '../house/needs.ts';
import { Harness, shots } from './harness/browser.ts';
import { HEADER_BYTES } from './harness/model.ts';
import type { ThemeName } from './harness/scenario.ts';

const GiB = 2 ** 30;
const THEMES: readonly ThemeName[] = ['dark', 'light', 'highContrast', 'highContrastLight'];

describeWith(['chromium'], 'the page in a browser', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  it('says what is wrong with a file that cannot be opened', async () => {
    const failed = { message: 'redis.core cannot be read: permission denied.', hint: 'Ask its owner.' };
    const shown = await harness.open({ size: 0, failed }, { ready: '.message-page' });
    await shown.page.getByRole('alert').getByRole('heading', { name: failed.message }).waitFor();
    await shown.page.getByText('Ask its owner.').waitFor();
    assert.equal(await shown.grid.count(), 0);
  });

  it('says that an empty file is empty', async () => {
    const shown = await harness.open({ size: 0 }, { ready: '.message-page' });
    await shown.page.getByRole('heading', { name: 'This file is empty' }).waitFor();
    await shown.assertNoTrouble();
  });

  it('names the problems of a dump above it, each until it is closed', async () => {
    const shown = await harness.open({ size: GiB, problems: ['The file is truncated.', 'A note is damaged.'] });
    const alerts = shown.page.getByRole('alert');
    assert.deepEqual(await alerts.allInnerTexts(), ['The file is truncated.', 'A note is damaged.']);
    await alerts.first().getByRole('button', { name: 'Close' }).click();
    assert.deepEqual(await alerts.allInnerTexts(), ['A note is damaged.']);
  });

  it('says that the file changed, and reads the rows anew', async () => {
    const shown = await harness.open({ size: GiB });
    const before = (await shown.received('window')).length;
    await shown.send({ type: 'problem', message: 'The file shrank to 3 MiB.' });
    await shown.page.getByRole('alert').getByText('The file shrank to 3 MiB.').waitFor();
    await shown.settle();
    assert((await shown.received('window')).length > before);
  });

  it('says why rows could not be read, keeps those it has, and recovers', async () => {
    const shown = await harness.open({ size: GiB });
    const rows = await shown.rows();
    await shown.evaluate(`spy.refuse.add('window')`);
    await shown.send({ type: 'reveal', start: GiB / 2, end: GiB / 2 + 1 });
    await shown.page.getByText('The file went away while window was read.').waitFor();
    await shown.until(`document.querySelector('.row.placeholder') !== null`);
    const { x, y } = await shown.byteAt(2, 2);
    await shown.page.mouse.move(x, y);
    await shown.page.mouse.wheel(0, -GiB);
    await shown.until(`document.querySelector('.row.placeholder') === null`);
    const kept = await shown.rows();
    assert.deepEqual(kept, rows.slice(0, kept.length));
    await shown.evaluate(`spy.refuse.clear()`);
    await shown.send({ type: 'reveal', start: GiB / 2, end: GiB / 2 + 1 });
    await shown.until(
      `document.querySelector('#hexheap-caret') !== null && document.querySelector('.banner') === null`,
    );
    assert.equal((await shown.cursor()).offset, GiB / 2);
    await shown.assertNoTrouble();
  });

  it('asks for the base of a raw range, shows what is wrong with an answer, and takes a right one', async () => {
    const shown = await harness.open({ size: GiB, raw: true });
    const field = shown.page.getByRole('textbox', { name: 'Base address' });
    await shown.evaluate(`spy.refuse.add('setBase')`);
    await field.fill('nonsense');
    await field.press('Enter');
    await shown.page.getByText('The file went away while setBase was read.').waitFor();
    await shown.evaluate(`spy.refuse.clear()`);
    await field.fill(' 0x7f0000000000 ');
    await shown.page.getByRole('button', { name: 'Set Base' }).click();
    await field.waitFor({ state: 'detached' });
    assert.deepEqual(
      (await shown.received('setBase')).map(({ ask }) => ask.base),
      ['nonsense', '0x7f0000000000'],
    );
  });

  it('offers to open what lies beside a raw range with it, and says what went wrong', async () => {
    const shown = await harness.open({ size: GiB, raw: true });
    const settings = `{ bytesPerRow: 16, order: 'file', addressColumn: 'address', uppercase: false }`;
    await shown.evaluate(`spy.send({ type: 'opened', dump: spy.model.summary(), settings: ${settings}, annotations: [],
      analysis: { state: 'idle' }, together: { ranges: 38, maps: true } })`);
    const offer = shown.page.getByRole('button', { name: 'Open 38 ranges of this folder together' });
    await shown.evaluate(`spy.refuse.add('openTogether')`);
    await offer.click();
    await shown.page.getByText('The file went away while openTogether was read.').waitFor();
    await shown.evaluate(`spy.refuse.clear()`);
    await offer.click();
    await offer.waitFor({ state: 'detached' });
    assert.equal((await shown.received('openTogether')).length, 2);
    await shown.assertNoTrouble();
  });

  it('takes settings live: width of the rows, first column, case of the digits', async () => {
    const shown = await harness.open({ size: GiB });
    const settings = { bytesPerRow: 24, order: 'file', addressColumn: 'offset', uppercase: true } as const;
    await shown.send({ type: 'settings', settings });
    await shown.until(`document.querySelectorAll('.row')[1].querySelector('.address').textContent === '00000018'`);
    const [, , , , , , , row] = await shown.rows();
    assert.equal(row.text.length, 24);
    assert.match(row.hex, /A8 A9 AA AB/);
    assert.equal(row.address, '000000A8');
  });

  it('has its own choice of order and first column, and tells the host the order', async () => {
    const shown = await harness.open({ size: GiB });
    await shown.page.getByRole('combobox', { name: 'Order of the rows' }).click();
    await shown.page.getByRole('option', { name: 'Address order' }).click();
    await shown.settle();
    assert.equal((await shown.cursor()).order, 'address');
    await shown.page.getByRole('combobox', { name: 'First column' }).click();
    await shown.page.getByRole('option', { name: 'Offsets' }).click();
    await shown.until(`document.querySelector('.row .address').textContent === '00001000'`);
  });

  it('sends its commands by name', async () => {
    const shown = await harness.open({ size: GiB });
    const toolbar = shown.page.getByRole('toolbar', { name: 'Hexdump' });
    for (const name of ['Go to…', 'Annotate…', 'Export…']) await toolbar.getByRole('button', { name }).click();
    assert.deepEqual(
      (await shown.received('command')).map(({ command }) => command),
      ['goTo', 'annotateSelection', 'exportMarkdown'],
    );
  });

  it('reports script errors and policy violations to the host', async () => {
    const shown = await harness.open({ size: GiB });
    await shown.evaluate(
      `setTimeout(() => { throw new Error('planted') }); setTimeout(() => Promise.reject(new Error('astray')));`,
    );
    await shown.evaluate(`document.body.insertAdjacentHTML('beforeend', '<p style="color: red"></p>')`);
    await shown.settle();
    const messages = (await shown.received('trouble')).map(({ message }) => message);
    for (const part of ['planted', 'astray', 'Policy violation: style-src-attr']) {
      assert(
        messages.some(message => message.includes(part)),
        `${part} is not among ${messages}`,
      );
    }
  });

  it('has no element without a name that needs one, and no id twice', async () => {
    const shown = await harness.open({ size: GiB, analysis: 'done', annotations: 3, problems: ['Truncated.'] });
    const wrong = await shown.evaluate<string[]>(`(() => {
      const wrong = [];
      for (const element of document.querySelectorAll('[role], button, vscode-button, vscode-text-field, vscode-dropdown')) {
        const role = element.getAttribute('role') ?? element.localName;
        const needs = /^(grid|listbox|tablist|toolbar|region|scrollbar|progressbar|separator|button|vscode-.*)$/;
        const name = element.getAttribute('aria-label') ?? element.textContent.trim();
        if (needs.test(role) && !name) wrong.push(element.outerHTML.slice(0, 80));
      }
      // The toolkit's own dropdowns keep an empty aria-controls.
      for (const attribute of ['aria-controls', 'aria-labelledby', 'aria-activedescendant']) {
        for (const element of document.querySelectorAll('#app [' + attribute + ']:not(vscode-dropdown)')) {
          if (!document.getElementById(element.getAttribute(attribute))) wrong.push(attribute + ' ' + element.getAttribute(attribute));
        }
      }
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
      wrong.push(...ids.filter((id, index) => ids.indexOf(id) !== index));
      return wrong;
    })()`);
    assert.deepEqual(wrong, []);
  });

  for (const theme of THEMES) {
    it(`reads well in ${theme}, and breaks no policy`, async () => {
      const shown = await harness.open({ size: 6 * GiB, analysis: 'done', annotations: 3, theme });
      await shown.send({ type: 'reveal', start: HEADER_BYTES + 243, end: HEADER_BYTES + 290 });
      await shown.settle();
      await shown.page.screenshot({ path: join(shots, `clusters-${theme}.png`) });
      await shown.page.getByRole('tab', { name: 'Inspector' }).click();
      await shown.page.getByRole('button', { name: 'Decode SDS Here' }).click();
      await shown.page.getByText('What the marks mean').click();
      await shown.settle();
      await shown.page.screenshot({ path: join(shots, `inspector-${theme}.png`) });
      const low = await shown.evaluate<string[]>(CONTRAST);
      assert.deepEqual(low, []);
      await shown.assertNoTrouble();
    });
  }

  for (const [name, width, height, zoom] of [
    ['narrow', 420, 640, 1],
    ['zoomed', 640, 400, 2],
  ] as const) {
    it(`fits a ${name} pane: nothing but the hexdump itself is wider than the page`, async () => {
      const shown = await harness.open({ size: 6 * GiB, analysis: 'done', annotations: 3 }, { width, height, zoom });
      await shown.settle();
      await shown.page.screenshot({ path: join(shots, `${name}.png`) });
      const wide = await shown.evaluate<string[]>(`[...document.querySelectorAll('#app *')]
        .filter(element => !element.closest('.grid') && element.getBoundingClientRect().right > innerWidth + 1)
        .map(element => element.className)`);
      assert.deepEqual(wide, []);
      await shown.grid.focus();
      await shown.press('Tab');
      await shown.press('End');
      const caret = (await shown.page.locator('#hexheap-caret').boundingBox())!;
      const pane = (await shown.page.locator('.viewport').boundingBox())!;
      assert(caret.x >= pane.x && caret.x + caret.width <= pane.x + pane.width + 1, 'the view goes along sideways');
    });
  }

  it('keeps the fields apart where the system forces its own colours', async () => {
    const shown = await harness.open({ size: GiB, analysis: 'done' }, { forcedColors: true });
    await shown.send({ type: 'reveal', start: HEADER_BYTES, end: HEADER_BYTES + 1 });
    await shown.settle();
    await shown.page.screenshot({ path: join(shots, 'forced-colours.png') });
    const decorations = await shown.evaluate<
      string[]
    >(`['sdsLen', 'sdsAlloc', 'sdsFlags', 'sdsPayload', 'sdsNul', 'sdsSlack', 'leaked']
      .map(kind => getComputedStyle(document.querySelector('.row'), '::highlight(hexheap-' + kind + ')'))
      .map(style => [style.textDecorationLine, style.textDecorationStyle, style.textDecorationThickness].join(' '))`);
    assert.equal(new Set(decorations).size, decorations.length, decorations.join(', '));
  });
});

/** Texts (but the toolkit's own) whose contrast with what is behind them is below 4.5, with their ratio. */
const CONTRAST = `(() => {
  const parse = colour => {
    const parts = colour.match(/[\\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
  };
  const luminance = rgb => {
    const [r, g, b] = rgb.map(value => value / 255).map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (top, below) => top.rgb.map((value, index) => value * top.alpha + below[index] * (1 - top.alpha));
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const low = [];
  const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('vscode-button, vscode-dropdown') || !element.offsetParent) continue;
    const background = behind(element);
    const text = over(parse(getComputedStyle(element).color), background);
    const [dark, light] = [luminance(background), luminance(text)].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) low.push(ratio.toFixed(2) + ' ' + element.className + ': ' + walker.currentNode.data.slice(0, 30));
  }
  return [...new Set(low)];
})()`;
