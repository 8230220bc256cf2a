import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { pathOf } from '../../../scripts/tools.ts';
import { page as html } from '../../../src/editor/html.ts';
import type { Scenario } from './scenario.ts';
import { Shown } from './shown.ts';

const root = join(import.meta.dirname, '../../..');
export const shots = join(root, 'test/out/webview');

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  ttf: 'font/ttf',
  html: 'text/html; charset=utf-8',
};

/** The webview's real page, policy and bundle in a browser, before a host of our own. */
export class Harness {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #pages = new Map<string, Page>();
  readonly #origin: string;

  private constructor(browser: Browser, server: Server) {
    this.#browser = browser;
    this.#server = server;
    this.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<Harness> {
    await mkdir(shots, { recursive: true });
    const files = await bundle();
    const server = createServer((request, response) => {
      const name = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1) || 'index.html';
      const body = name === 'index.html' ? index(`http://${request.headers.host}`) : files.get(name);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': TYPES[name.split('.').at(-1)!] ?? '' });
      response.end(body);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: pathOf('chromium')!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new Harness(browser, server);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  /** Opens the page on a scenario and waits until `ready` shows; `size` is the browser's window. */
  async open(scenario: Scenario, options: Partial<OpenOptions> = {}): Promise<Shown> {
    const { width = 1200, height = 700, ready = '.row .hex:not(:empty)', zoom = 1, forcedColors = false } = options;
    const page = await this.#pageWith(zoom, forcedColors);
    await page.setViewportSize({ width, height });
    const shown = new Shown(page);
    await page.goto(`${this.#origin}/?scenario=${encodeURIComponent(JSON.stringify(scenario))}`);
    await page.waitForSelector(ready, { timeout: 5000 });
    return shown;
  }

  /** A page is loaded anew for each scenario, which is quicker than a new one. */
  async #pageWith(zoom: number, forcedColors: boolean): Promise<Page> {
    const key = `${zoom} ${forcedColors}`;
    const known = this.#pages.get(key);
    if (known) return known;
    const context = await this.#browser.newContext({
      deviceScaleFactor: zoom,
      reducedMotion: 'reduce',
      forcedColors: forcedColors ? 'active' : 'none',
    });
    const page = await context.newPage();
    this.#pages.set(key, page);
    return page;
  }
}

interface OpenOptions {
  width: number;
  height: number;
  ready: string;
  zoom: number;
  forcedColors: boolean;
}

async function bundle(): Promise<Map<string, string | Uint8Array>> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: {
      webview: 'webview/main.ts',
      style: 'webview/style.css',
      'fake-host': 'test/webview/harness/fake-host.ts',
    },
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'iife',
    target: 'chrome132',
    charset: 'utf8',
    logLevel: 'warning',
  });
  const files = new Map<string, string | Uint8Array>();
  for (const { path, contents } of result.outputFiles) files.set(path.split('/').at(-1)!, contents);
  for (const name of ['codicon.css', 'codicon.ttf']) {
    files.set(name, await readFile(join(root, 'node_modules/@vscode/codicons/dist', name)));
  }
  return files;
}

function index(origin: string): string {
  const nonce = 'harness';
  const made = html({
    cspSource: origin,
    script: `${origin}/webview.js`,
    styles: [`${origin}/codicon.css`, `${origin}/style.css`],
    language: 'en',
    title: 'redis.core',
    nonce,
  });
  return made.replace('<body>', `<body>\n  <script src="${origin}/fake-host.js" nonce="${nonce}"></script>`);
}
