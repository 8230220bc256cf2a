import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ConsoleMessage, Frame, Locator, Page } from 'playwright-core';
import { testOutput } from '../../scripts/paths.ts';
import { ExtensionHost } from './extension-host.ts';
import { openWindow, type Window } from './launch.ts';

/** A real VS Code with our extension, seen as a person sees it (page) and as an extension sees it (host). */
export class Workbench {
  readonly host: ExtensionHost;
  /** Violations of a webview's content security policy, since the window opened. */
  readonly violations: string[] = [];
  /** Errors that our webview or our extension wrote to a console. */
  readonly errors: string[] = [];
  readonly #window: Window;
  #shots = 0;

  private constructor(window: Window, host: ExtensionHost) {
    this.#window = window;
    this.host = host;
    this.page.on('console', message => this.#listen(message));
    this.page.on('pageerror', error => this.errors.push(error.message));
  }

  static async open(folder?: string): Promise<Workbench> {
    const host = await ExtensionHost.listen();
    const window = await openWindow(host.invitation, folder);
    const workbench = new Workbench(window, host);
    try {
      await host.ready(60_000);
      return workbench;
    } catch (error) {
      await workbench.screenshot('no-extension-host');
      await workbench.close();
      throw error;
    }
  }

  get page(): Page {
    return this.#window.page;
  }

  async close(): Promise<void> {
    await this.host.close();
    await this.#window.close();
  }

  /** Writes what is on screen to test/out/NN-NAME.png, numbered in the order of the steps. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(testOutput, { recursive: true });
    const number = String(++this.#shots).padStart(2, '0');
    await this.page.screenshot({ path: join(testOutput, `${number}-${name}.png`) });
  }

  /** Opens a file in our editor, as "Reopen Editor With…" does. */
  async openDump(path: string, viewType = 'hexheap.dump'): Promise<void> {
    await this.host.run(
      async (vscode, { path, viewType }) => {
        await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), viewType);
      },
      { path, viewType },
    );
  }

  async closeEditors(): Promise<void> {
    await this.host.run(async vscode => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    });
  }

  /** Runs a command in the extension host and resolves with what it returns. */
  command<R>(name: string, argument?: unknown): Promise<R> {
    return this.host.run(
      async (vscode, { name, argument }) =>
        (await (argument === undefined
          ? vscode.commands.executeCommand(name)
          : vscode.commands.executeCommand(name, argument))) as R,
      { name, argument },
    );
  }

  /** The webview in which an element matches, once there is one; throws with what the webviews show instead. */
  async webview(selector: string, timeout = 15_000): Promise<Frame> {
    const until = Date.now() + timeout;
    for (;;) {
      for (const frame of this.page.frames()) {
        if (frame === this.page.mainFrame()) continue;
        const shown = await frame
          .locator(selector)
          .first()
          .isVisible()
          .catch(() => false);
        if (shown) return frame;
      }
      if (Date.now() > until) throw new Error(`no webview shows ${selector}; ${await this.#whatIsShown()}`);
      await this.page.waitForTimeout(25);
    }
  }

  /** VS Code's own menu, wherever it was opened. */
  menuItem(name: string | RegExp): Locator {
    return this.page.getByRole('menuitem', { name });
  }

  /** Clicks an item of an open menu. A menu takes no clicks for a moment after it shows, and nothing shows when it does. */
  async choose(name: string | RegExp): Promise<void> {
    const item = this.menuItem(name);
    await item.waitFor();
    await this.#untilHidden(item, () => item.click({ timeout: 1_000 }));
  }

  /** Goes to an item of an open menu by the arrow keys, and presses Enter. */
  async chooseByKeys(name: string | RegExp): Promise<void> {
    const item = this.menuItem(name);
    await item.waitFor();
    await this.#untilHidden(item, async () => {
      for (let step = 0; step < 20; step++) {
        const focused = await item.evaluate(
          each => each.contains(each.ownerDocument.activeElement) || each.closest('.focused') !== null,
        );
        if (focused) break;
        await this.page.keyboard.press('ArrowDown');
        await this.page.waitForTimeout(50);
      }
      await this.page.keyboard.press('Enter', { delay: 50 });
    });
  }

  /** Acts until the item is gone: its menu closes when it takes the action. */
  async #untilHidden(item: Locator, act: () => Promise<void>): Promise<void> {
    const until = Date.now() + 10_000;
    for (;;) {
      await act().catch(() => {});
      const gone = await item.waitFor({ state: 'hidden', timeout: 500 }).then(
        () => true,
        () => false,
      );
      if (gone) return;
      if (Date.now() > until) throw new Error('the menu does not take its item');
    }
  }

  /** Types into VS Code's quick input (command palette, input box) and accepts it. */
  async quickInput(text: string): Promise<void> {
    const box = this.page.locator('.quick-input-widget:visible input').first();
    await box.waitFor();
    await box.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Runs a command by its title from the command palette, as a person does. */
  async palette(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const box = this.page.locator('.quick-input-widget:visible input').first();
    await box.waitFor();
    await box.fill(`>${title}`);
    await this.page.locator('.quick-input-widget:visible').getByRole('option', { name: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  async theme(name: string): Promise<void> {
    await this.host.run(async (vscode, theme) => {
      await vscode.workspace
        .getConfiguration()
        .update('workbench.colorTheme', theme, vscode.ConfigurationTarget.Global);
    }, name);
    const kind = /High Contrast Light/.test(name)
      ? 'hc-light'
      : /High Contrast/.test(name)
        ? 'hc-black'
        : /Light/.test(name)
          ? 'vs'
          : 'vs-dark';
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  #listen(message: ConsoleMessage): void {
    const text = message.text();
    const { url } = message.location();
    if (/violates the following Content Security Policy/i.test(text)) {
      // The workbench's own pages have violations of their own in some versions; a webview's name no script of the workbench.
      if (!/\/workbench\//.test(url)) this.violations.push(text);
    } else if (message.type() === 'error' && /hexheap/i.test(text + url)) {
      this.errors.push(text);
    }
  }

  async #whatIsShown(): Promise<string> {
    const texts: string[] = [];
    for (const frame of this.page.frames().slice(1)) {
      const text = await frame
        .locator('body')
        .ariaSnapshot({ timeout: 1_000 })
        .catch(() => '');
      if (text.trim()) texts.push(JSON.stringify(text.trim().slice(0, 600)));
    }
    return texts.length > 0 ? `they show ${texts.join(', ')}` : 'they show nothing';
  }
}

let shared: Promise<Workbench> | undefined;

/** One workbench serves all tests of a run; it is opened by the first that asks. */
export function sharedWorkbench(): Promise<Workbench> {
  shared ??= Workbench.open();
  return shared;
}

/** Closes it, if any test opened it. */
export async function closeSharedWorkbench(): Promise<void> {
  const opened = await shared?.catch(() => undefined);
  shared = undefined;
  await opened?.close();
}
