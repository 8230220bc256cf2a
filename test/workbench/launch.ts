import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type Browser, chromium, type Page } from 'playwright-core';
import { root } from '../../scripts/paths.ts';
import { pathOf } from '../../scripts/tools.ts';
import { installWorkbench } from '../../scripts/workbench/install.ts';
import { startWorkbenchServer } from '../../scripts/workbench/server.ts';

/** A VS Code window with our extension loaded, and how it is closed. */
export interface Window {
  readonly page: Page;
  /** 'embedded' or 'desktop'. */
  readonly kind: string;
  close(): Promise<void>;
}

const bridge = join(root, 'test', 'workbench', 'bridge.cjs');
const size = { width: 1500, height: 950 };

/** Dialogs and menus drawn by VS Code itself, so that the tests can see them wherever they run. */
const settings = { 'window.menuStyle': 'custom', 'window.titleBarStyle': 'custom', 'window.dialogStyle': 'custom' };

/** No sandbox for root, no GPU, and nothing that talks to the network. */
const browserArguments = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/**
 * Opens the window that HEXHEAP_WORKBENCH asks for, with a folder open in it where one is given; `invitation` is for the
 * extension host's end of the bridge.
 */
export function openWindow(invitation: string, folder?: string): Promise<Window> {
  const env = { HEXHEAP_TEST_BRIDGE: invitation };
  return process.env.HEXHEAP_WORKBENCH === 'desktop' ? openDesktop(env, folder) : openEmbedded(env, folder);
}

async function openEmbedded(env: NodeJS.ProcessEnv, folder: string | undefined): Promise<Window> {
  const server = await startWorkbenchServer(await installWorkbench(console.log), { driver: true, settings, env });
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server.stop();
  };
  try {
    browser = await chromium.launch({ executablePath: pathOf('chromium')!, args: browserArguments });
    const page = await browser.newPage({ viewport: size });
    // The workbench wants to report its log and its end to whoever drives it.
    await page.exposeFunction('codeAutomationLog', () => {});
    await page.exposeFunction('codeAutomationExit', () => {});
    const payload = [
      ['extensionDevelopmentPath', server.uri(root)],
      ['extensionTestsPath', server.uri(bridge)],
      ['skipWelcome', 'true'],
    ] as const;
    const workspace = folder === undefined ? '' : `&folder=${encodeURIComponent(folder)}`;
    await page.goto(server.url(payload) + workspace);
    return { page, kind: 'embedded', close };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).message}\n${server.log()}`);
  }
}

async function openDesktop(env: NodeJS.ProcessEnv, folder: string | undefined): Promise<Window> {
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  const executablePath =
    process.env.HEXHEAP_VSCODE ??
    (await downloadAndUnzipVSCode({ cachePath: join(root, '.cache', 'vscode') }).catch(error => {
      throw new Error(
        `VS Code could not be downloaded (${error.message}). Where its host cannot be reached, name an installed one: HEXHEAP_VSCODE=/path/to/code`,
      );
    }));
  if (!existsSync(executablePath)) throw new Error(`There is no VS Code at ${executablePath}.`);
  const data = mkdtempSync(join(tmpdir(), 'hexheap-desktop-'));
  mkdirSync(join(data, 'User'));
  writeFileSync(
    join(data, 'User', 'settings.json'),
    JSON.stringify({ ...settings, 'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'none' }),
  );
  const app = await _electron.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--extensionDevelopmentPath=${root}`,
      `--extensionTestsPath=${bridge}`,
      `--user-data-dir=${data}`,
      `--extensions-dir=${join(data, 'extensions')}`,
      '--disable-workspace-trust',
      '--skip-welcome',
      '--skip-release-notes',
      '--disable-telemetry',
      '--disable-updates',
      ...(folder === undefined ? [] : [folder]),
    ],
    env: { ...(process.env as Record<string, string>), ...(env as Record<string, string>) },
  });
  const page = await app.firstWindow();
  return {
    page,
    kind: 'desktop',
    close: async () => {
      await app.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
