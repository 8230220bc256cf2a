import assert from 'node:assert/strict';
import { describeWith } from '../house/needs.ts';
import { Harness } from './harness/browser.ts';
import { DumpModel, HEADER_BYTES } from './harness/model.ts';

const GiB = 2 ** 30;

describeWith(['chromium'], 'the hexdump in a browser', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  function bytesOf(model: DumpModel, row: number): number[] {
    const start = row * 16;
    return Array.from({ length: Math.min(16, model.size - start) }, (_, at) => model.byte(start + at));
  }

  function digits(hex: string): number[] {
    return hex.split(/ +/).map(pair => Number.parseInt(pair, 16));
  }

  for (const size of [1, 15, 16, 17, 4096, 6 * GiB, 100 * GiB]) {
    it(`shows the first and the last row of ${size} bytes right`, async () => {
      const model = new DumpModel({ size });
      const shown = await harness.open({ size });
      const [first] = await shown.rows();
      assert.equal(first.row, 0);
      assert.deepEqual(digits(first.hex), bytesOf(model, 0));
      await shown.grid.focus();
      await shown.press('Control+End');
      const { offset } = await shown.cursor();
      assert.equal(offset, size - 1);
      const last = (await shown.rows()).at(-1)!;
      assert.deepEqual(digits(last.hex), bytesOf(model, Math.floor((size - 1) / 16)));
      await shown.assertNoTrouble();
    });
  }

  it('shows the bytes around 4 GiB, and addresses as wide as the largest', async () => {
    const size = 6 * GiB;
    const model = new DumpModel({ size });
    const shown = await harness.open({ size, settings: { addressColumn: 'offset' } });
    await shown.send({ type: 'reveal', start: 4 * GiB, end: 4 * GiB + 1 });
    await shown.until(
      `document.querySelector('.live').textContent.includes('100000000') || document.querySelector('.live').textContent.length > 20`,
    );
    const rows = await shown.rows();
    assert.deepEqual([...new Set(rows.map(({ address }) => address.length))], [9]);
    const at = rows.findIndex(({ address }) => address === '100000000');
    assert(at > 0);
    assert.equal(rows[at - 1].address, '0fffffff0');
    for (const { row, hex } of rows) assert.deepEqual(digits(hex), bytesOf(model, row));
  });

  it('shows the last row when the thumb is dragged to the very end, and the first when it is dragged back', async () => {
    const size = 100 * GiB + 5;
    const shown = await harness.open({ size });
    const bar = (await shown.page.locator('.grid-frame .scrollbar').boundingBox())!;
    const x = bar.x + bar.width / 2;
    await shown.page.mouse.move(x, bar.y + 5);
    await shown.page.mouse.down();
    await shown.page.mouse.move(x, bar.y + bar.height / 2, { steps: 5 });
    await shown.page.mouse.move(x, bar.y + bar.height + 40, { steps: 5 });
    await shown.settle();
    const lastRow = Math.ceil(size / 16) - 1;
    await shown.until(`document.querySelector('.grid').getAttribute('aria-busy') === 'false'`);
    const bottom = await shown.evaluate<number>(`(() => {
      const rows = [...document.querySelectorAll('.row:not(.empty)')];
      return rows.at(-1).getBoundingClientRect().bottom - document.querySelector('.viewport').getBoundingClientRect().bottom;
    })()`);
    assert(Math.abs(bottom) < 1, `the last row ends ${bottom} px from the bottom`);
    const last = (await shown.rows()).at(-1)!;
    assert.deepEqual(digits(last.hex), bytesOf(new DumpModel({ size }), lastRow));
    await shown.page.mouse.move(x, bar.y - 50, { steps: 5 });
    await shown.page.mouse.up();
    await shown.until(`document.querySelector('.row').getAttribute('aria-rowindex') === '1'`);
  });

  it('moves by one wheel notch as many rows at 1 MiB as at 100 GiB', async () => {
    const moved: number[] = [];
    for (const size of [2 ** 20, 100 * GiB]) {
      const shown = await harness.open({ size, settings: { addressColumn: 'offset' } });
      const { x, y } = await shown.byteAt(3, 3);
      await shown.page.mouse.move(x, y);
      await shown.page.mouse.wheel(0, 210);
      await shown.settle();
      moved.push(Number.parseInt((await shown.rows())[0].address, 16) / 16);
    }
    assert.equal(moved[0], moved[1]);
    assert.equal(moved[0], 10);
  });

  it('asks few questions during a long drag, and ends where the drag ended', async () => {
    const size = 100 * GiB;
    const model = new DumpModel({ size });
    const shown = await harness.open({ size, delay: 40, settings: { addressColumn: 'offset' } });
    const bar = (await shown.page.locator('.grid-frame .scrollbar').boundingBox())!;
    const x = bar.x + bar.width / 2;
    const before = (await shown.received('window')).length;
    await shown.page.mouse.move(x, bar.y + 5);
    await shown.page.mouse.down();
    const began = Date.now();
    await shown.page.mouse.move(x, bar.y + bar.height * 0.7, { steps: 120 });
    await shown.page.mouse.up();
    await shown.page.waitForTimeout(300);
    const most = (Date.now() - began) / 40 + 1;
    const asked = (await shown.received('window')).length - before;
    assert(asked <= most, `${asked} questions where ${most} can be answered`);
    const rows = await shown.rows();
    const offset = Number.parseInt(rows[0].address, 16);
    assert(offset > 60 * GiB && offset < 80 * GiB, `at ${offset / GiB} GiB`);
    for (const { address, hex } of rows) {
      assert.deepEqual(digits(hex), bytesOf(model, Number.parseInt(address, 16) / 16));
    }
  });

  it('keeps the old rows while new ones are awaited, and says so after a while', async () => {
    const shown = await harness.open({ size: 6 * GiB });
    const before = await shown.rows();
    await shown.evaluate('spy.setDelay(500)');
    await shown.send({ type: 'reveal', start: 3 * GiB, end: 3 * GiB + 1 });
    await shown.page.waitForTimeout(50);
    assert.deepEqual(await shown.rows(), before);
    await shown.evaluate('spy.setDelay(0)');
    await shown.until(`!document.querySelector('.live').textContent.startsWith('offset 0x0,')`);
    assert.notDeepEqual(await shown.rows(), before);

    await shown.evaluate('spy.setDelay(600)');
    await shown.grid.focus();
    const bar = (await shown.page.locator('.grid-frame .scrollbar').boundingBox())!;
    await shown.page.mouse.click(bar.x + 5, bar.y + bar.height * 0.8);
    await shown.until(`document.querySelector('.row.placeholder') !== null`);
    await shown.until(`document.querySelector('.row.placeholder') === null`);
  });

  it('marks the fields of a string over exactly their bytes', async () => {
    for (const noHighlights of [false, true]) {
      const shown = await harness.open({ size: 2 ** 20, noHighlights });
      await shown.send({ type: 'reveal', start: HEADER_BYTES, end: HEADER_BYTES + 1 });
      await shown.settle();
      const { row } = (await shown.rows())[0];
      const slot = HEADER_BYTES / 16 - row;
      const marked = await shown.evaluate<Record<string, string>>(
        noHighlights
          ? `(() => {
              const row = document.querySelectorAll('.row')[${slot}];
              const origin = row.querySelector('.hex').getBoundingClientRect().left;
              const width = row.querySelector('.hex').getBoundingClientRect().width / 48;
              return Object.fromEntries([...row.querySelectorAll('.mark:not([hidden])')]
                .map(mark => [mark.className.split('mark-')[1], mark.getBoundingClientRect()])
                .filter(([, box]) => box.left < origin + 48 * width)
                .map(([name, box]) => [name, row.querySelector('.hex').textContent
                  .slice(Math.round((box.left - origin) / width), Math.round((box.right - origin) / width))]));
            })()`
          : `(() => {
              const node = document.querySelectorAll('.row')[${slot}].querySelector('.hex').firstChild;
              const found = {};
              for (const [name, highlight] of CSS.highlights) for (const range of highlight) {
                if (range.startContainer === node) found[name.replace('hexheap-', '')] = node.data.slice(range.startOffset, range.endOffset);
              }
              return found;
            })()`,
      );
      assert.deepEqual(marked, {
        sdsLen: '47',
        sdsAlloc: '4c',
        sdsFlags: '01',
        leaked: '75 73 65 72 3a  30 30 30 30 30 30 30 30',
      });
    }
  });

  it('comes back at the same place with the same selection', async () => {
    const size = 6 * GiB;
    const first = await harness.open({ size });
    await first.send({ type: 'reveal', start: 5 * GiB + 7, end: 5 * GiB + 19 });
    await first.settle();
    await first.page.mouse.wheel(0, 0);
    await first.page.waitForTimeout(300);
    const state = await first.evaluate<unknown>('spy.state');
    const before = await first.rows();
    const second = await harness.open({ size, state });
    await second.until(`document.querySelector('#hexheap-caret') !== null`);
    assert.deepEqual(await second.rows(), before);
    const { offset, start, end } = await second.cursor();
    assert.deepEqual([offset, start, end], [5 * GiB + 7, 5 * GiB + 7, 5 * GiB + 19]);
  });

  it('is a grid to a screen reader, with one tab stop and the byte spoken', async () => {
    const shown = await harness.open({ size: 2 ** 20 });
    const grid = await shown.evaluate<Record<string, string>>(`Object.fromEntries(
      [...document.querySelector('.grid').attributes].map(({ name, value }) => [name, value]))`);
    assert.equal(grid['aria-rowcount'], '65536');
    assert.equal(grid['aria-colcount'], '33');
    assert.equal(grid.tabindex, '0');
    assert.equal(await shown.evaluate(`document.querySelectorAll('.grid [tabindex]').length`), 0);
    await shown.send({ type: 'reveal', start: HEADER_BYTES + 2, end: HEADER_BYTES + 3 });
    await shown.settle();
    const cell = shown.page.locator('#hexheap-caret');
    assert.equal(await cell.getAttribute('role'), 'gridcell');
    assert.equal(await cell.getAttribute('aria-colindex'), '4');
    const spoken = '0x7f2a40000002, 0x01, flags 0x01: type 1 = sdshdr8, upper bits 0; in a leaked 80-byte region';
    assert((await cell.getAttribute('aria-label'))?.startsWith(spoken));
    assert((await shown.page.locator('[aria-live=polite]').first().textContent())?.startsWith(spoken));
    assert.equal(
      await shown.evaluate(`document.querySelector('.grid').getAttribute('aria-activedescendant')`),
      'hexheap-caret',
    );
  });
});
