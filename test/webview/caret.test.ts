import assert from 'node:assert/strict';
import { describeWith } from '../house/needs.ts';
import { Harness } from './harness/browser.ts';
import { DumpModel, HEADER_BYTES } from './harness/model.ts';

const GiB = 2 ** 30;

describeWith(['chromium'], 'caret, selection, menu and tooltip in a browser', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  it('walks with the arrow keys in hex and text, mirrored, with Tab between them', async () => {
    const shown = await harness.open({ size: 2 ** 20 });
    await shown.grid.focus();
    await shown.press('ArrowDown', 'ArrowRight', 'ArrowRight');
    assert.equal((await shown.cursor()).offset, 18);
    const boxes = () =>
      shown.evaluate<
        { mirror: boolean; x: number; y: number }[]
      >(`[...document.querySelectorAll('.caret')].map(caret => {
        const { left, top, width, height } = caret.getBoundingClientRect();
        return { mirror: caret.classList.contains('mirror'), x: left + width / 2, y: top + height / 2 };
      }).sort((a, b) => a.x - b.x)`);
    for (const pane of ['hex', 'text']) {
      const [hex, text] = await boxes();
      const digitsAt = await shown.byteAt(1, 2, 'hex');
      const characterAt = await shown.byteAt(1, 2, 'text');
      assert(Math.abs(hex.x - digitsAt.x) < 1 && Math.abs(hex.y - digitsAt.y) < 2, 'the box is around the digits');
      assert(Math.abs(text.x - characterAt.x) < 1, 'the box is around the character');
      assert.equal(hex.mirror, pane === 'text');
      assert.equal(text.mirror, pane === 'hex');
      await shown.press('Tab');
    }
    assert.equal(await shown.evaluate(`document.activeElement.id === 'hexheap-grid'`), false, 'Tab leaves at the end');
    await shown.press('Shift+Tab');
    assert.equal(await shown.evaluate(`document.activeElement.id === 'hexheap-grid'`), true);
  });

  it('moves by pages, rows and the whole dump', async () => {
    const shown = await harness.open({ size: 2 ** 20 });
    await shown.grid.focus();
    await shown.press('PageDown');
    const page = (await shown.cursor()).offset / 16;
    assert(page > 15 && page < 60, `a page of ${page} rows`);
    await shown.press('PageDown', 'End');
    assert.equal((await shown.cursor()).offset, page * 2 * 16 + 15);
    await shown.press('PageUp', 'PageUp');
    assert.equal((await shown.cursor()).offset, 15);
    await shown.press('Home');
    assert.equal((await shown.cursor()).offset, 0);
    await shown.press('Control+End', 'Control+Home');
    assert.equal((await shown.cursor()).offset, 0);
  });

  it('selects with Shift by keys and by mouse, also over a GiB at once', async () => {
    const shown = await harness.open({ size: 6 * GiB });
    const from = await shown.byteAt(2, 5);
    const to = await shown.byteAt(6, 9);
    await shown.page.mouse.move(from.x, from.y);
    await shown.page.mouse.down();
    await shown.page.mouse.move(to.x, to.y, { steps: 4 });
    await shown.page.mouse.up();
    let cursor = await shown.cursor();
    assert.deepEqual([cursor.start, cursor.end], [37, 106]);
    await shown.press('Shift+ArrowRight', 'Shift+ArrowDown');
    cursor = await shown.cursor();
    assert.deepEqual([cursor.start, cursor.end], [37, 123]);
    await shown.press('Escape');
    cursor = await shown.cursor();
    assert.deepEqual([cursor.start, cursor.end], [122, 123]);

    await shown.press('Control+Home');
    await shown.press('Shift+Control+End');
    cursor = await shown.cursor();
    assert.deepEqual([cursor.start, cursor.end], [0, 6 * GiB]);
    await shown.assertNoTrouble();
  });

  it('goes on scrolling while a selection is dragged past the edge', async () => {
    const shown = await harness.open({ size: 2 ** 20 });
    const from = await shown.byteAt(2, 0);
    const box = (await shown.grid.boundingBox())!;
    await shown.page.mouse.move(from.x, from.y);
    await shown.page.mouse.down();
    await shown.page.mouse.move(from.x, box.y + box.height + 30, { steps: 3 });
    await shown.page.waitForTimeout(400);
    await shown.page.mouse.up();
    const { start, end } = await shown.cursor();
    assert.equal(start, 32);
    assert(end - start > box.height, `${end - start} bytes`);
  });

  it('gives the menu the byte under the mouse, and from the keyboard the byte of the caret, at the caret', async () => {
    const size = 6 * GiB;
    const shown = await harness.open({ size });
    await shown.send({ type: 'reveal', start: 5 * GiB, end: 5 * GiB + 1 });
    await shown.settle();
    const top = (await shown.rows())[0];
    const { x, y } = await shown.byteAt(4, 3);
    await shown.page.mouse.click(x, y, { button: 'right' });
    const offset = (top.row + 4) * 16 + 3;
    const menus = () => shown.evaluate<{ x: number; y: number; context: string }[]>('spy.menus');
    assert.deepEqual(JSON.parse((await menus())[0].context), {
      webviewSection: 'hexheapGrid',
      hexheapByte: true,
      hexheapOffset: offset,
      preventDefaultContextMenuItems: true,
    });
    assert.equal((await shown.cursor()).offset, offset);
    for (const key of ['Shift+F10', 'ContextMenu']) {
      await shown.press('ArrowRight', key);
      const { offset: caret } = await shown.cursor();
      const menu = (await menus()).at(-1)!;
      assert.equal(JSON.parse(menu.context).hexheapOffset, caret);
      const box = (await shown.page.locator('#hexheap-caret').boundingBox())!;
      assert(menu.x >= box.x - 1 && menu.x <= box.x + box.width + 1);
      assert(menu.y >= box.y && menu.y <= box.y + box.height + 1);
    }
    assert.equal((await menus()).length, 3, 'each key opens one menu');
  });

  it('keeps the selection when the right click is inside it', async () => {
    const shown = await harness.open({ size: 4096 });
    await shown.send({ type: 'reveal', start: 32, end: 64 });
    await shown.settle();
    const { x, y } = await shown.byteAt(2, 4);
    await shown.page.mouse.click(x, y, { button: 'right' });
    const { start, end } = await shown.cursor();
    assert.deepEqual([start, end], [32, 64]);
  });

  it('continues past a gap in address order, and says what the gap is', async () => {
    const size = 2 ** 20;
    const model = new DumpModel({ size });
    const shown = await harness.open({ size, settings: { order: 'address' } });
    const [, second] = model.parts;
    await shown.send({ type: 'reveal', start: second.offset - 1, end: second.offset });
    await shown.settle();
    await shown.grid.focus();
    const gap = shown.page.locator('.row.gap').first();
    assert.match((await gap.textContent()) ?? '', /bytes not mapped/);
    await shown.press('ArrowDown');
    const { offset, order } = await shown.cursor();
    assert.equal(order, 'address');
    assert(offset >= second.offset && offset < second.offset + 16, `${offset}`);
    await shown.press('ArrowUp');
    assert.equal((await shown.cursor()).offset, second.offset - 1);
  });

  it('goes where a key says that comes while another order is on its way', async () => {
    const size = 2 ** 24;
    const shown = await harness.open({ size, delay: 60 });
    const places = { 'Control+Home': HEADER_BYTES, 'Control+End': size - 1 };
    for (const [key, offset] of Object.entries(places)) {
      await shown.send({ type: 'order', order: 'file' });
      await shown.send({ type: 'reveal', start: size / 2, end: size / 2 + 1 });
      await shown.page.waitForTimeout(300);
      await shown.send({ type: 'order', order: 'address' });
      await shown.page.keyboard.press(key);
      await shown.until(`spy.received.filter(({ type }) => type === 'cursor').at(-1).offset === ${offset}`);
      // The place of before the switch would come now.
      await shown.page.waitForTimeout(400);
      assert.equal((await shown.cursor()).offset, offset);
      const caret = `document.getElementById('hexheap-caret')`;
      assert(await shown.evaluate(`${caret} !== null`), `${key}: the caret's row is not on the screen`);
    }
  });

  it('keeps the caret on its byte when the order changes, and starts a row in its middle where a segment does', async () => {
    const size = 2 ** 20;
    const model = new DumpModel({ size });
    const third = model.parts[2];
    const shown = await harness.open({ size });
    await shown.send({ type: 'reveal', start: third.offset, end: third.offset + 4 });
    await shown.settle();
    await shown.send({ type: 'order', order: 'address' });
    await shown.until(
      `document.querySelector('.row.gap') !== null && document.querySelector('#hexheap-caret') !== null`,
    );
    const { offset, start, end, order } = await shown.cursor();
    assert.deepEqual([offset, start, end, order], [third.offset, third.offset, third.offset + 4, 'address']);
    const row = (await shown.rows()).find(({ hex }) => hex.startsWith(' '))!;
    assert.equal(row.hex.search(/\S/), 5 * 3, 'five cells of the row are before the segment');
    assert.equal(row.address, (third.start - 5).toString(16));
  });

  it('names what is under the mouse, innermost field first', async () => {
    const shown = await harness.open({ size: 2 ** 20 });
    await shown.send({ type: 'reveal', start: HEADER_BYTES + 2, end: HEADER_BYTES + 3 });
    await shown.settle();
    const caret = (await shown.page.locator('#hexheap-caret').boundingBox())!;
    await shown.page.mouse.move(caret.x + caret.width / 2, caret.y + caret.height / 2);
    const tip = shown.page.getByRole('tooltip');
    await tip.waitFor();
    const lines = await tip.locator('div').allTextContents();
    assert.deepEqual(lines, [
      `Address 0x7f2a40000002, offset 0x1002: 0x01 = 1`,
      'sds.flags: flags 0x01: type 1 = sdshdr8, upper bits 0',
      'region of 80 bytes (leaked)',
    ]);
    await shown.grid.focus();
    await shown.press('Escape');
    assert.equal(await tip.isVisible(), false);
  });

  it('selects the innermost field by a double click', async () => {
    const shown = await harness.open({ size: 2 ** 20 });
    await shown.send({ type: 'reveal', start: HEADER_BYTES, end: HEADER_BYTES + 1 });
    await shown.settle();
    const caret = (await shown.page.locator('#hexheap-caret').boundingBox())!;
    await shown.page.mouse.dblclick(caret.x + caret.width / 2 + 10 * caret.width, caret.y + 30);
    const { start, end } = await shown.cursor();
    assert.deepEqual([start, end], [HEADER_BYTES + 3, HEADER_BYTES + 74]);
  });

  it('copies the selected bytes as the pane shows them', async () => {
    const shown = await harness.open({ size: 4096 });
    await shown.send({ type: 'reveal', start: 1, end: 20 });
    await shown.settle();
    await shown.grid.focus();
    const copied = (pane: string) =>
      shown.evaluate<string>(`(() => {
        const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
        document.querySelector('.grid').dispatchEvent(event);
        return event.clipboardData.getData('text/plain') + '${pane}';
      })()`);
    assert.equal(await copied(''), '45 4c 46 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13');
    await shown.press('Tab');
    assert.equal(await copied(''), 'ELF................');
  });
});
