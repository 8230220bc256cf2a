import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ExplainedReference, ReferenceList, WhyAlive } from '../../src/analysis/api.ts';
import { describeWith } from '../house/needs.ts';
import { Harness, shots } from './harness/browser.ts';
import { HEADER_BYTES, SLOT } from './harness/model.ts';
import { read } from './harness/shown.ts';

const size = 2 ** 24;
const offset = HEADER_BYTES + SLOT + 3;
const subject = {
  address: 0x7f2a_4000_0050,
  start: HEADER_BYTES + SLOT,
  end: HEADER_BYTES + 2 * SLOT,
  label: 'string: sdshdr8 of 71 bytes, in an 80-byte region at 0x7f2a40000050',
} as const;

const why: WhyAlive = {
  question: 'why',
  offset,
  subject: { ...subject, verdict: 'live' },
  sentence: 'It is alive: this way leads to it from a root.',
  steps: [
    {
      what: 'root',
      name: 'register rbx of thread 12',
      address: undefined,
      range: undefined,
      detail: 'its value points at the next',
      verdict: undefined,
    },
    {
      what: 'region',
      name: 'dictEntry',
      address: 0x7f2a_4000_0100,
      range: { start: HEADER_BYTES + 0x100, end: HEADER_BYTES + 0x108 },
      detail: '24 bytes at 0x7f2a40000100; key points at the text of the next',
      verdict: 'live',
    },
    {
      what: 'region',
      name: 'string',
      address: subject.address,
      range: { start: subject.start, end: subject.end },
      detail: '80 bytes at 0x7f2a40000050',
      verdict: 'live',
    },
  ],
};

const reference = (index: number): ExplainedReference => ({
  address: 0x7f2a_4000_0000 + index * 16,
  range: { start: HEADER_BYTES + index * 16, end: HEADER_BYTES + index * 16 + 8 },
  where: index === 0 ? 'dictEntry.key' : 'a free region',
  detail: 'exact',
  stale: index === 0 ? undefined : 'freed memory',
  verdict: index === 0 ? 'live' : 'freed',
  exact: true,
  counts: index === 0,
});

const references = (many: number, complete = true): ReferenceList => ({
  question: 'references',
  offset,
  subject: { ...subject, verdict: many === 0 ? 'leaked' : 'live' },
  sentence: many === 0 ? 'No word points at it.' : '1 word points at it exactly.',
  searched: 'Looked through the registers of 4 threads and every aligned word of 12 writable segments, 45 MiB.',
  references: Array.from({ length: many }, (_, index) => reference(index)),
  complete,
});

describeWith(['chromium'], 'explanations in a browser', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  const explained = async (explanation: WhyAlive | ReferenceList | undefined) => {
    const shown = await harness.open({ size, analysis: 'done' });
    await shown.send({ type: 'explaining', question: 'why', offset });
    await shown.page.getByText('Looking for a way from a root…').waitFor();
    await shown.send({ type: 'explained', question: 'why', offset, explanation });
    return shown;
  };
  const region = { name: 'Explanation' };

  it('show the way as a list, with roots, fields and verdicts in words', async () => {
    const shown = await explained(why);
    assert.equal(await shown.page.getByRole('tab', { name: 'Explain' }).getAttribute('aria-selected'), 'true');
    const text = (await read(shown.page.getByRole('region', region))).replaceAll(/\s+/g, ' ');
    assert.match(text, /string: sdshdr8 of 71 bytes, in an 80-byte region at 0x7f2a40000050 live It is alive/);
    const steps = await shown.page
      .getByRole('list', { name: /^The way/ })
      .getByRole('listitem')
      .allInnerTexts();
    assert.deepEqual(
      steps.map(step => step.replaceAll(/\s+/g, ' ').trim()),
      [
        'register rbx of thread 12 root its value points at the next',
        'dictEntry live 24 bytes at 0x7f2a40000100; key points at the text of the next',
        'string live 80 bytes at 0x7f2a40000050',
      ],
    );
    await shown.assertNoTrouble();
  });

  it('jump to the word of a step, by click and by keyboard; a register has none', async () => {
    const shown = await explained(why);
    const buttons = shown.page.getByRole('list', { name: /^The way/ }).getByRole('button');
    assert.equal(await buttons.first().isDisabled(), true);
    await buttons.nth(1).click();
    const { start, end } = await shown.cursor();
    assert.deepEqual([start, end], [HEADER_BYTES + 0x100, HEADER_BYTES + 0x108]);
    await shown.press('ArrowDown', 'Enter');
    assert.equal((await shown.cursor()).start, subject.start);
    await shown.press('ArrowUp', 'Enter');
    assert.equal((await shown.cursor()).start, HEADER_BYTES + 0x100);
  });

  it('jump to what is explained', async () => {
    const shown = await explained(why);
    await shown.page.getByRole('button', { name: /^string: sdshdr8/ }).click();
    const { start, end } = await shown.cursor();
    assert.deepEqual([start, end], [subject.start, subject.end]);
  });

  it('list a thousand references with a few rows; each jumps to its word', async () => {
    const shown = await explained(references(1000, false));
    await shown.page.getByText('The first 1000 are listed.').waitFor();
    const list = shown.page.getByRole('listbox', { name: 'References: 1,000 words' });
    const first = (await read(list.getByRole('option').first())).replaceAll(/\s+/g, ' ');
    assert.match(first, /dictEntry\.key live 0x7f2a40000000 exact counts/);
    const second = (await read(list.getByRole('option').nth(1))).replaceAll(/\s+/g, ' ');
    assert.match(second, /a free region freed 0x7f2a40000010 exact does not count: freed memory/);
    assert.equal(await list.getByRole('option').first().getAttribute('aria-setsize'), '1000');
    assert((await list.locator('.item').count()) < 40);
    await list.focus();
    await shown.press('End', 'Enter');
    assert.equal((await shown.cursor()).start, HEADER_BYTES + 999 * 16);
  });

  it('say what was searched where no word points there', async () => {
    const shown = await explained(references(0));
    await shown.page.getByText('No word points at it.').waitFor();
    await shown.page.getByText(/^Looked through the registers of 4 threads/).waitFor();
    assert.equal(await shown.page.getByRole('listbox', { name: /^References/ }).count(), 0);
  });

  it('say that a search was cancelled, or why it failed', async () => {
    const shown = await explained(undefined);
    await shown.page.getByText('The search was cancelled.').waitFor();
    await shown.send({ type: 'notExplained', offset, message: 'The dump was closed.' });
    await shown.page.getByRole('alert').getByText('The dump was closed.').waitFor();
  });

  it('are asked for by their buttons', async () => {
    const shown = await harness.open({ size, analysis: 'done' });
    await shown.page.getByRole('tab', { name: 'Explain' }).click();
    await shown.page.getByRole('button', { name: 'Why Is This Alive?' }).click();
    await shown.page.getByRole('button', { name: 'Show References' }).click();
    const commands = (await shown.received('command')).map(({ command }) => command);
    assert.deepEqual(commands, ['whyAlive', 'showReferences']);
  });

  for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] as const) {
    it(`are seen in ${theme}`, async () => {
      const shown = await explained(references(5));
      await shown.setTheme(theme);
      await shown.settle();
      await shown.page.screenshot({ path: join(shots, `references-${theme}.png`) });
      await shown.send({ type: 'explained', question: 'why', offset, explanation: why });
      await shown.settle();
      await shown.page.screenshot({ path: join(shots, `why-${theme}.png`) });
      await shown.assertNoTrouble();
    });
  }
});
