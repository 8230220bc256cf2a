import assert from 'node:assert/strict';
import { describeWith } from '../house/needs.ts';
import { Harness } from './harness/browser.ts';
import { DumpModel, HEADER_BYTES, SLOT, TEXT, textOf } from './harness/model.ts';
import { read, type Shown } from './harness/shown.ts';

const size = 2 ** 32;

describeWith(['chromium'], 'the panel in a browser', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  const tab = (shown: Shown, name: string) => shown.page.getByRole('tab', { name }).click();
  const memberRange = (index: number) => {
    const start = HEADER_BYTES + index * SLOT + 3;
    return [start, start + TEXT];
  };

  describe('clusters', () => {
    it('stand in order with count, bytes, place, fill, lengths, verdicts and a sample', async () => {
      const shown = await harness.open({ size, analysis: 'done' });
      const list = shown.page.getByRole('listbox', { name: 'Clusters of strings, largest first' });
      const first = list.getByRole('option').first();
      await first.waitFor();
      const text = (await read(first)).replaceAll(/\s+/g, ' ');
      assert.match(text, /^50,000 × sdshdr8 in 80-byte regions 3\.81 MiB/);
      assert.match(text, /leaked 10,000 live 40,000 100 % filled 61–87 chars/);
      assert(text.includes(textOf(0)));
      assert.equal(await first.getAttribute('aria-setsize'), '3000');
      assert.match(await read(list.getByRole('option').nth(3)), /3,000\s*× embstr/);
      await shown.assertNoTrouble();
    });

    it('scroll to the last of 100,000 with a few rows and pages', async () => {
      const shown = await harness.open({ size, analysis: 'done', clusters: 100_000 });
      const list = shown.page.getByRole('listbox', { name: /Clusters/ });
      await list.getByRole('option').first().waitFor();
      await list.focus();
      await shown.press('End');
      const last = shown.page.locator('#hexheap-clusters .item.active');
      await shown.until(`document.querySelector('#hexheap-clusters .item.active').innerText.includes('sdshdr8')
        || document.querySelector('#hexheap-clusters .item.active').innerText.includes('embstr')`);
      assert.equal(await last.getAttribute('aria-posinset'), '100000');
      assert((await list.locator('.item').count()) < 30);
      assert((await shown.received('clusters')).length < 6);
    });

    it('open with a click and walk their members in the hexdump, by button and by key', async () => {
      const shown = await harness.open({ size, analysis: 'done' });
      await shown.page.getByRole('option').first().click();
      const members = shown.page.getByRole('listbox', { name: /^Members of 50,000 × sdshdr8/ });
      await members.getByRole('option').first().waitFor();
      const at = async () => {
        const { start, end } = await shown.cursor();
        return [start, end];
      };
      assert.deepEqual(await at(), memberRange(0));
      const next = shown.page.getByRole('button', { name: 'Next Member' });
      const previous = shown.page.getByRole('button', { name: 'Previous Member' });
      await next.click();
      await next.click();
      assert.deepEqual(await at(), memberRange(2));
      await previous.click();
      assert.deepEqual(await at(), memberRange(1));
      assert.equal(await read(shown.page.locator('.position')), '2 of 50,000');
      await members.focus();
      await shown.press('ArrowDown');
      assert.deepEqual(await at(), memberRange(2));
      await shown.press('End');
      await shown.until(`document.querySelector('.position').textContent === '50,000 of 50,000'`);
      await shown.settle();
      assert.deepEqual(await at(), memberRange(49_999));
      const model = new DumpModel({ size });
      const { row } = (await shown.rows())[0];
      assert(row * 16 <= memberRange(49_999)[0]);
      assert.equal(model.slotOf(memberRange(49_999)[0])?.slot, 49_999);
      await shown.press('Escape');
      await shown.page.getByRole('listbox', { name: /^Clusters/ }).waitFor();
      assert.equal(await shown.evaluate(`document.activeElement.id`), 'hexheap-clusters');
      await shown.press('ArrowDown', 'Enter');
      await shown.page.getByRole('listbox', { name: /^Members of 9,000/ }).waitFor();
    });

    it('say why there are none yet, and start the analysis', async () => {
      const shown = await harness.open({ size, analysis: 'idle' });
      await shown.page.getByText('have not been looked for yet').waitFor();
      await shown.page
        .getByRole('tabpanel', { name: 'Clusters' })
        .getByRole('button', { name: 'Find Strings' })
        .click();
      assert.equal((await shown.received('startAnalysis')).length, 1);
    });

    it('say so when there are none at all', async () => {
      const shown = await harness.open({ size, analysis: 'done', clusters: 0 });
      await shown.page.getByText('No strings were found').waitFor();
    });
  });

  describe('analysis line', () => {
    it('shows how far it is, and cancels', async () => {
      const shown = await harness.open({ size, analysis: 'running' });
      const bar = shown.page.getByRole('progressbar', { name: 'Analysis' });
      assert.equal(await bar.getAttribute('aria-valuenow'), '42');
      await shown.page.getByText('42 % Looking for strings: 12.4 of 29.5 GiB').waitFor();
      await shown.page.getByRole('button', { name: 'Cancel' }).click();
      assert.equal((await shown.received('cancelAnalysis')).length, 1);
      await shown.send({ type: 'analysis', analysis: { state: 'cancelled', summary: undefined } });
      await shown.page.getByText('Analysis cancelled').waitFor();
      assert.equal(await bar.isVisible(), false);
    });

    it('tells the result in the words of the engine, or what failed', async () => {
      const done = await harness.open({ size, analysis: 'done' });
      const sentence = '10,000 strings of 800 KiB leaked, all of one family.';
      await done.page.locator('.status').getByText(sentence).waitFor();
      await done.page.getByRole('tabpanel', { name: 'Clusters' }).getByText(sentence).waitFor();
      const failed = await harness.open({ size, analysis: 'failed' });
      await failed.page.locator('.status').getByText('Analysis failed: out of memory').waitFor();
    });

    it('reads the rows anew when the analysis is done, without losing them meanwhile', async () => {
      const shown = await harness.open({ size, analysis: 'running' });
      const before = (await shown.received('window')).length;
      const rows = await shown.rows();
      await shown.send({ type: 'analysis', analysis: { state: 'cancelled', summary: undefined } });
      await shown.settle();
      assert((await shown.received('window')).length > before);
      assert.deepEqual(await shown.rows(), rows);
    });
  });

  describe('inspector', () => {
    it('tells where the byte is, what it is part of and how it reads, once it is looked at', async () => {
      const shown = await harness.open({ size, analysis: 'done' });
      await shown.send({ type: 'reveal', start: HEADER_BYTES + 2, end: HEADER_BYTES + 3 });
      await shown.settle();
      assert.equal((await shown.received('inspect')).length, 0, 'nothing is asked while nobody looks');
      await tab(shown, 'Inspector');
      const inspector = shown.page.getByRole('region', { name: 'Inspector' });
      await inspector.getByText('0x7f2a40000002').waitFor();
      const text = (await read(inspector)).replaceAll(/\s+/g, ' ');
      assert.match(text, /Offset 0x1002/);
      assert.match(text, /sds\.flags flags 0x01: type 1 = sdshdr8, upper bits 0 region region of 80 bytes/);
      assert.match(text, /uint16 29953 LE 373 BE/);
      assert.match(text, /uint8 1 uint16/);
      await shown.grid.focus();
      await shown.press('ArrowRight', 'ArrowRight');
      await inspector.getByText('0x7f2a40000004').waitFor();
    });

    it('says what the marks mean, and takes them off the rows for who wants bare bytes', async () => {
      const shown = await harness.open({ size, analysis: 'done' });
      await shown.send({ type: 'reveal', start: HEADER_BYTES, end: HEADER_BYTES + 1 });
      await tab(shown, 'Inspector');
      const marks = () => shown.evaluate<number>(`CSS.highlights.get('hexheap-sdsLen').size`);
      await shown.settle();
      const drawn = await marks();
      assert(drawn > 5);
      await shown.page.getByText('What the marks mean').click();
      const drawing = shown.page.getByRole('checkbox', { name: 'Draw these marks in the hexdump' });
      await drawing.click();
      await shown.settle();
      assert.equal(await marks(), 1, 'only the sample in the legend');
      await drawing.click();
      await shown.settle();
      assert.equal(await marks(), drawn);
    });

    it('shows a decode with its evidence: what holds, what does not, what could not be looked at', async () => {
      const shown = await harness.open({ size, analysis: 'done' });
      await shown.send({ type: 'reveal', start: HEADER_BYTES + 9, end: HEADER_BYTES + 10 });
      await shown.settle();
      await shown.page.getByRole('toolbar').getByRole('button', { name: 'Decode SDS' }).click();
      const decoded = shown.page.getByRole('region', { name: 'Decoded string' });
      await decoded.getByRole('heading', { name: /sdshdr8 at 0x7f2a40000003 leaked/ }).waitFor();
      assert.equal(await read(decoded.locator('pre')), textOf(0));
      assert.deepEqual(await decoded.getByRole('listitem').allInnerTexts(), [
        'len <= alloc: holds. 71 <= 76',
        'NUL after the text: holds. the byte at +74 is 0x00',
        'a word points at it: does not hold. searched 1.2 GiB',
        'starts a region: not looked at. no allocator was recovered',
      ]);
    });

    it('shows which check failed for each header type where there is no string', async () => {
      const shown = await harness.open({ size, analysis: 'done' });
      await tab(shown, 'Inspector');
      await shown.page.getByRole('button', { name: 'Decode SDS Here' }).click();
      const decoded = shown.page.getByRole('region', { name: 'Decoded string' });
      await decoded.getByRole('heading', { name: 'No string at 0x0' }).waitFor();
      const headers = await decoded.getByRole('listitem').locator('strong').allInnerTexts();
      assert.deepEqual(headers, ['sdshdr5', 'sdshdr8', 'sdshdr16', 'sdshdr32', 'sdshdr64']);
    });

    it('shows a decode that a command asked for, and the sentence of one that failed', async () => {
      const shown = await harness.open({ size, analysis: 'done' });
      const refusal = {
        address: '0x10',
        offset: 16,
        refusals: [{ header: 'sdshdr5', check: 'flags', detail: 'type 7' }],
      };
      await shown.send({ type: 'decoded', offset: 16, result: { found: false, refusal } });
      await shown.page.getByRole('heading', { name: 'No string at 0x10' }).waitFor();
      await shown.evaluate(`spy.refuse.add('decodeSds')`);
      await shown.page.getByRole('button', { name: 'Decode SDS Here' }).click();
      await shown.page.getByText('The file went away while decodeSds was read.').waitFor();
    });
  });

  describe('annotations', () => {
    it('are listed in the order of the file, jumped to, removed by key and by mouse', async () => {
      const shown = await harness.open({ size, annotations: 10_000 });
      await tab(shown, 'Annotations');
      await shown.page.getByText('10,000 annotations').waitFor();
      assert.match(await read(shown.page.getByRole('tab', { name: 'Annotations' })), /10,000$/);
      const list = shown.page.getByRole('listbox', { name: /^Annotations/ });
      await list.getByRole('option').nth(2).click();
      const { start, end } = await shown.cursor();
      assert.deepEqual([start, end], [HEADER_BYTES + 160, HEADER_BYTES + 176]);
      await list.focus();
      await shown.press('End', 'Delete');
      await shown.press('Home');
      await list.getByRole('option').first().locator('.remove').click();
      const removed = (await shown.received('removeAnnotation')).map(({ annotation }) => annotation);
      assert.deepEqual(removed, ['a9999', 'a0']);
      await shown.send({ type: 'annotations', annotations: [] });
      await shown.page.getByText('Nothing is annotated yet').waitFor();
    });

    it('are seen on the rows and read in the tooltip', async () => {
      const shown = await harness.open({ size, annotations: 1 });
      await shown.send({ type: 'reveal', start: HEADER_BYTES, end: HEADER_BYTES + 1 });
      await shown.settle();
      assert.equal(await shown.page.locator('.row[data-annotated]').count(), 5);
      assert.match(
        (await shown.page.locator('#hexheap-caret').getAttribute('aria-label')) ?? '',
        /len 71; in a leaked 80-byte region; Annotation: /,
      );
    });
  });

  it('keeps its size and tab when the page comes back, and gives way when it is narrow', async () => {
    const first = await harness.open({ size }, { width: 1200 });
    await tab(first, 'Annotations');
    const sash = first.page.getByRole('separator', { name: 'Size of the panel' });
    await sash.focus();
    const panel = first.page.getByRole('complementary', { name: 'Panel' });
    const before = (await panel.boundingBox())!.width;
    await first.press('ArrowLeft', 'ArrowLeft');
    const wider = (await panel.boundingBox())!.width;
    assert.equal(Math.round(wider - before), 48);
    await first.page.waitForTimeout(300);
    const state = await first.evaluate<unknown>('spy.state');
    const second = await harness.open({ size, state }, { width: 1200 });
    assert.equal(await read(second.page.getByRole('tab', { selected: true })), 'Annotations');
    assert.equal((await panel.boundingBox())!.width, wider);
    await second.page.setViewportSize({ width: 500, height: 700 });
    await second.settle();
    const grid = (await second.grid.boundingBox())!;
    assert((await panel.boundingBox())!.y > grid.y + grid.height, 'the panel is below the grid');
  });

  it('is reached and left by keyboard alone', async () => {
    const shown = await harness.open({ size, analysis: 'done' });
    await shown.grid.focus();
    const stops: string[] = [];
    for (let stop = 0; stop < 8; stop++) {
      await shown.press('Tab');
      stops.push(
        await shown.evaluate(
          `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()`,
        ),
      );
    }
    assert.deepEqual(stops.slice(0, 5), [
      'Hexdump',
      'Size of the panel',
      'Clusters',
      'Show First Leaked Cluster',
      'Clusters of strings, largest first',
    ]);
  });
});
