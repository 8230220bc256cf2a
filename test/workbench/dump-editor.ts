import type { Frame, Locator, Page } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** A row of the hexdump as a person reads it. */
export interface ShownRow {
  /** Counted from 0; undefined past 2^31, where accessibility attributes end. */
  readonly index: number | undefined;
  /** The address column's text. */
  readonly label: string;
  /** Bytes by their two digits; empty for a gap. */
  readonly bytes: Buffer;
  readonly text: string;
}

/** The hexdump and what stands around it, found by role and name, so that the tests hold what assistive technology sees. */
export class DumpEditor {
  readonly workbench: Workbench;
  readonly frame: Frame;
  readonly grid: Locator;

  private constructor(workbench: Workbench, frame: Frame) {
    this.workbench = workbench;
    this.frame = frame;
    this.grid = frame.getByRole('grid', { name: 'Hexdump' });
  }

  /** The dump editor that is on screen, once its first row has bytes. */
  static async shown(workbench: Workbench): Promise<DumpEditor> {
    const editor = new DumpEditor(workbench, await workbench.webview('[role=grid][aria-label=Hexdump]'));
    await editor.until(rows => rows.length > 0 && rows[0].bytes.length > 0, 'no row shows bytes');
    return editor;
  }

  /** What the last "Decode SDS Here" found, in the panel beside the hexdump. */
  get decoded(): Locator {
    return this.frame.getByRole('region', { name: 'Decoded string' });
  }

  /** The members of the cluster that is open. */
  get members(): Locator {
    return this.frame.getByRole('listbox', { name: /^Members of/ });
  }

  /** Address and text of the member that is selected in that list, once the hexdump shows it. */
  async member(): Promise<{ address: number; text: string }> {
    const selected = this.members.locator('[role=option][aria-selected=true]').filter({ hasText: '0x' });
    await selected.waitFor();
    const [text] = await selected.allInnerTexts();
    const address = Number.parseInt(/0x([0-9a-f]+)/.exec(text)![1], 16);
    // The caret goes to the member's first byte, and says its address.
    const caret = this.grid.locator(`[role=gridcell][aria-selected=true][aria-label^="0x${address.toString(16)}"]`);
    await caret.waitFor();
    return { address, text };
  }

  /** The list of clusters, once the analysis is done. */
  async clusters(): Promise<Locator> {
    await this.workbench.command('hexheap.startAnalysis');
    await this.frame.getByRole('tab', { name: 'Clusters' }).click();
    const back = this.frame.getByRole('button', { name: 'Back to the Clusters' });
    if (await back.isVisible()) await back.click();
    const list = this.frame.getByRole('listbox', { name: /^Clusters/ });
    // The list is there before its rows are.
    await list.getByRole('option').filter({ hasText: '×' }).first().waitFor();
    return list;
  }

  get page(): Page {
    return this.workbench.page;
  }

  /** The rows on screen from the top, those whose bytes are still on their way left out. */
  async rows(): Promise<ShownRow[]> {
    const shown = await this.grid.getByRole('row').evaluateAll(rows =>
      rows.map(row => {
        const index = row.getAttribute('aria-rowindex');
        const own = (node: Element | undefined) =>
          [...(node?.childNodes ?? [])].map(child => (child.nodeType === 3 ? child.textContent : '')).join('');
        const cells = [...row.querySelectorAll('[role=gridcell]')].filter(cell => cell.hasAttribute('aria-colspan'));
        const header = row.querySelector('[role=rowheader]') ?? undefined;
        return {
          index: index === null ? undefined : Number(index) - 1,
          label: own(header),
          hex: own(cells[0]),
          text: own(cells[1]),
          top: row.getBoundingClientRect().top,
        };
      }),
    );
    return shown
      .filter(row => row.label.trim() !== '')
      .sort((a, b) => a.top - b.top)
      .map(({ index, label, hex, text }) => ({ index, label: label.trim(), bytes: digits(hex), text }));
  }

  /** Waits until the rows on screen are as wanted, and returns them; throws with those that are shown instead. */
  async until(
    wanted: (rows: readonly ShownRow[]) => boolean,
    complaint: string,
    timeout = 10_000,
  ): Promise<ShownRow[]> {
    const end = Date.now() + timeout;
    for (;;) {
      const rows = await this.rows();
      if (wanted(rows)) return rows;
      if (Date.now() > end) {
        const seen = rows.slice(0, 4).map(row => `${row.label} ${row.bytes.toString('hex')}`);
        throw new Error(`${complaint}; shown are ${rows.length} rows: ${seen.join(' | ')}`);
      }
      await this.page.waitForTimeout(30);
    }
  }

  /** Waits until the row that the column calls `label` (hex digits, leading zeros aside) is on screen. */
  async untilShown(value: number): Promise<ShownRow> {
    const is = (row: ShownRow) => Number.parseInt(row.label, 16) === value;
    const rows = await this.until(all => all.some(is), `row ${value.toString(16)} does not show`);
    return rows.find(is)!;
  }

  /** Puts the caret on a byte by clicking it; `value` is what the address column says for its row. */
  async click(
    value: number,
    column: number,
    button: 'left' | 'right' = 'left',
    modifiers: 'Shift'[] = [],
  ): Promise<void> {
    const position = await this.#place(value, column);
    await this.grid.click({ button, position, modifiers });
  }

  /** Drags the mouse over bytes, both included, that are on screen. */
  async drag(from: { value: number; column: number }, to: { value: number; column: number }): Promise<void> {
    const box = (await this.grid.boundingBox())!;
    const start = await this.#place(from.value, from.column);
    const end = await this.#place(to.value, to.column);
    await this.page.mouse.move(box.x + start.x, box.y + start.y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + end.x, box.y + end.y, { steps: 6 });
    await this.page.mouse.up();
  }

  /** What a screen reader says of the byte that has the caret. */
  async caret(): Promise<string> {
    const cell = this.grid.locator('[role=gridcell][aria-selected=true]');
    await cell.waitFor();
    return (await cell.getAttribute('aria-label')) ?? '';
  }

  /** Waits until the caret is on the byte that a screen reader announces so. */
  async untilCaret(says: RegExp): Promise<void> {
    const end = Date.now() + 10_000;
    for (;;) {
      const said = await this.caret();
      if (says.test(said)) return;
      if (Date.now() > end) throw new Error(`the caret is on ${said}, not on ${says}`);
      await this.page.waitForTimeout(30);
    }
  }

  /** Moves by Ctrl+G, as a person does. */
  async goTo(text: string): Promise<void> {
    await this.grid.focus();
    await this.page.keyboard.press('Control+g');
    await this.workbench.quickInput(text);
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    // VS Code then gives the focus back; a box that opened before that would lose it and close.
    await this.untilFocused();
  }

  /** Waits until the hexdump has the focus, in its window and in VS Code's. */
  async untilFocused(timeout = 10_000): Promise<void> {
    const end = Date.now() + timeout;
    for (;;) {
      const focused = await this.grid.evaluate(
        grid => grid.ownerDocument.hasFocus() && grid.ownerDocument.activeElement === grid,
      );
      if (focused) return;
      if (Date.now() > end) throw new Error('the hexdump does not get the focus back');
      await this.page.waitForTimeout(30);
    }
  }

  async wheel(pixels: number): Promise<void> {
    const box = (await this.grid.boundingBox())!;
    await this.page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
    await this.page.mouse.wheel(0, pixels);
  }

  /** Drags the scrollbar's thumb from where it is to a share (0…1) of the way down. */
  async dragScrollbar(from: number, to: number): Promise<void> {
    const id = await this.grid.getAttribute('id');
    const box = (await this.frame.locator(`[role=scrollbar][aria-controls="${id}"]`).boundingBox())!;
    const x = box.x + box.width / 2;
    const y = (share: number) => box.y + 4 + share * (box.height - 8);
    await this.page.mouse.move(x, y(from));
    await this.page.mouse.down();
    await this.page.mouse.move(x, y((from + to) / 2), { steps: 4 });
    await this.page.mouse.move(x, y(to), { steps: 4 });
    await this.page.mouse.up();
  }

  /** Pixels from the grid's corner to the middle of a byte's digits. */
  async #place(value: number, column: number): Promise<{ x: number; y: number }> {
    const row = await this.untilShown(value);
    return await this.grid.evaluate(
      (grid, { label, column }) => {
        const rows = [...grid.querySelectorAll('[role=row]')];
        const found = rows.find(each => each.querySelector('[role=rowheader]')?.textContent?.trim() === label)!;
        const text = found.querySelector('[role=gridcell][aria-colspan]')!.firstChild as Text;
        const index = [...text.data.matchAll(/[0-9a-f]{2}/gi)][column].index;
        const range = grid.ownerDocument.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + 2);
        const bytes = range.getBoundingClientRect();
        const corner = grid.getBoundingClientRect();
        return { x: bytes.x + bytes.width / 2 - corner.x, y: bytes.y + bytes.height / 2 - corner.y };
      },
      { label: row.label, column },
    );
  }
}

/** The bytes of a row's hex text; none where the text is not all digits (a gap's label). */
function digits(text: string): Buffer {
  return /^[\s0-9a-f]+$/i.test(text) ? Buffer.from(text.replace(/\s/g, ''), 'hex') : Buffer.alloc(0);
}
