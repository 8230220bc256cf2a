import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { FromWebview, ToWebview } from '../../../src/editor/protocol.ts';
import type { ThemeName } from './scenario.ts';

/** The page of one scenario as a test drives it. Expressions run in the page, where `spy` is the fake host. */
export class Shown {
  readonly page: Page;
  readonly grid: Locator;

  constructor(page: Page) {
    this.page = page;
    this.grid = page.getByRole('grid', { name: 'Hexdump' });
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }

  async send(message: ToWebview): Promise<void> {
    await this.evaluate(`spy.send(${JSON.stringify(message)})`);
  }

  async setTheme(name: ThemeName): Promise<void> {
    await this.evaluate(`spy.setTheme('${name}')`);
  }

  /** What the page has sent so far. */
  async received<T extends FromWebview['type']>(type: T): Promise<Extract<FromWebview, { type: T }>[]> {
    return await this.evaluate(`spy.received.filter(message => message.type === '${type}')`);
  }

  /** The caret's byte and selection as the host last heard of it. */
  async cursor(): Promise<{ offset: number; start: number; end: number; order: string }> {
    await this.settle();
    const { offset, start, end, order } = (await this.received('cursor')).at(-1)!;
    return { offset, start, end, order };
  }

  /** Rows on the screen: number, address, hex, text. */
  async rows(): Promise<{ row: number; address: string; hex: string; text: string }[]> {
    return await this.evaluate(`(() => {
      const bottom = document.querySelector('.viewport').getBoundingClientRect().bottom;
      return [...document.querySelectorAll('.row:not(.empty)')]
        .filter(row => row.getBoundingClientRect().top < bottom)
        .map(row => ({
          row: Number(row.getAttribute('aria-rowindex')) - 1,
          address: row.querySelector('.address').textContent,
          hex: row.querySelector('.hex').textContent,
          text: row.querySelector('.text').textContent,
        }));
    })()`);
  }

  /** Lets two frames and the answers of a host without delay pass. */
  async settle(): Promise<void> {
    await this.page.waitForTimeout(60);
  }

  /** Waits for a condition in the page (whose policy forbids the polling that Playwright would inject). */
  async until(expression: string): Promise<void> {
    const end = Date.now() + 4000;
    while (!(await this.evaluate(expression))) {
      assert(Date.now() < end, `never came true: ${expression}`);
      await this.page.waitForTimeout(15);
    }
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
    await this.settle();
  }

  /** Pixels of the middle of a byte's digits, or of its character. */
  async byteAt(slot: number, column: number, pane: 'hex' | 'text' = 'hex'): Promise<{ x: number; y: number }> {
    const index = pane === 'hex' ? column * 3 + Math.floor(column / 8) : column;
    return await this.evaluate(`(() => {
      const node = document.querySelectorAll('.row')[${slot}].querySelector('.${pane}').firstChild;
      const range = new Range();
      range.setStart(node, ${index});
      range.setEnd(node, ${index + (pane === 'hex' ? 2 : 1)});
      const { left, width, top, height } = range.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
  }

  /** Nothing in the page failed or broke its policy. */
  async assertNoTrouble(): Promise<void> {
    assert.deepEqual(await this.received('trouble'), []);
  }
}

/** The text of one element as a person reads it. */
export async function read(element: Locator): Promise<string> {
  await element.waitFor();
  return (await element.allInnerTexts())[0];
}
