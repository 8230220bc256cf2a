import assert from 'node:assert/strict';
import { describeWith } from '../house/needs.ts';
import { Harness } from './harness/browser.ts';
import type { Shown } from './harness/shown.ts';

const size = 2 ** 24;

describeWith(['chromium'], 'a narrow panel in a browser', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  const open = (panelWidth: number, tab: string): Promise<Shown> => {
    const place = { offset: 0, anchor: 0, order: 'file', top: 0, bytesPerRow: 16, pane: 'hex' };
    const state = { version: 1, size, ...place, panelWidth, panelHeight: 0, panelShown: true, tab };
    return harness.open({ size, analysis: 'done', state }, { width: 1100, height: 600 });
  };
  /** What of these elements lies outside of `box`, by more than the pixel that rounding takes. */
  const outside = (shown: Shown, box: string, elements: string) =>
    shown.evaluate<string[]>(`(() => {
      const room = document.querySelector('${box}').getBoundingClientRect();
      return [...document.querySelectorAll('${elements}')]
        .filter(each => {
          const { left, right, bottom, top } = each.getBoundingClientRect();
          return left < room.left - 1 || right > room.right + 1 || top < room.top - 1 || bottom > room.bottom + 1;
        })
        .map(each => each.textContent);
    })()`);

  for (const width of [280, 320, 360]) {
    it(`of ${width} pixels shows its tabs, and every count of a cluster with more verdicts than fit a line`, async () => {
      const shown = await open(width, 'clusters');
      await shown.page.getByRole('option').first().waitFor();
      assert.equal(await shown.evaluate(`document.querySelector('.panel').clientWidth`), width);
      assert.deepEqual(await outside(shown, '.panel', '.tab'), []);
      assert.deepEqual(
        await outside(shown, '#hexheap-clusters .item', '#hexheap-clusters .item:first-child .cluster-bytes'),
        [],
      );
      // The verdicts of the row are doubled: twice as many as the model has.
      await shown.evaluate(`(() => {
        const line = document.querySelector('#hexheap-clusters .item .cluster-facts');
        line.querySelector('.break').remove();
        for (const verdict of line.querySelectorAll('.verdict')) line.prepend(verdict.cloneNode(true));
      })()`);
      const verdicts = '#hexheap-clusters .item:first-child .verdict';
      assert.equal(await shown.evaluate(`document.querySelectorAll('${verdicts}').length`), 4);
      const facts = '#hexheap-clusters .item:first-child .cluster-facts';
      assert.deepEqual(await outside(shown, facts, `${facts} > *`), []);
    });

    it(`of ${width} pixels shows every value of the inspector whole`, async () => {
      const shown = await open(width, 'inspector');
      await shown.page.getByText('uint64').waitFor();
      assert.deepEqual(await outside(shown, '.inspector', '.value'), []);
      const wrapped = await shown.evaluate<string[]>(`[...document.querySelectorAll('.value-text')]
        .filter(each => /^[0-9]+$/.test(each.textContent) && each.getClientRects().length > 1)
        .map(each => each.textContent)`);
      assert.deepEqual(wrapped, []);
      const texts = await shown.evaluate<[string, string][]>(`[...document.querySelectorAll('.value')]
        .map(each => [each.title, each.querySelector('.value-text').textContent])`);
      assert(texts.length >= 8);
      for (const [title, text] of texts) assert(title.startsWith(text), `${title} is not ${text}`);
    });
  }

  it('says once what holds for every header, and names the offset of a byte that has no address', async () => {
    const shown = await open(320, 'inspector');
    const detail = 'this byte is no memory of the process';
    const refusals = ['sdshdr5', 'sdshdr8', 'sdshdr16'].map(header => ({ header, check: 'memory', detail }));
    await shown.send({
      type: 'decoded',
      offset: 20,
      result: { found: false, refusal: { address: '', offset: 20, refusals } },
    });
    await shown.page.getByRole('heading', { name: 'No string at offset 0x14' }).waitFor();
    assert.equal(await shown.page.getByText(detail).count(), 1);
  });
});
