import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A running VS Code server with its web workbench. */
export interface WorkbenchServer {
  /** 127.0.0.1:PORT */
  readonly authority: string;
  /** Address of a workbench window; `payload` is VS Code's own way to hand a window its start options. */
  url(payload: readonly (readonly [string, string])[]): string;
  /** The name under which the workbench knows a file of this machine. */
  uri(path: string): string;
  /** Everything the server printed, for when something goes wrong. */
  log(): string;
  /** Resolves when the server has ended, by itself or by `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface WorkbenchOptions {
  /** User settings beside those that keep dialogs and AI features away. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Extensions installed in this workbench; none by default. */
  readonly extensions?: string;
  /** Lets a page start extension tests; never for a workbench that a person uses. */
  readonly driver?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

const quietSettings = {
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
};

/**
 * Starts the VS Code server in `folder` (from installWorkbench) on a free port of the loopback interface, with a data folder of
 * its own that goes when it stops. The address carries a random token: without it, any user of this machine who finds the port
 * would get a shell. Throws with the server's log when it is not ready within a minute.
 */
export async function startWorkbenchServer(folder: string, options: WorkbenchOptions = {}): Promise<WorkbenchServer> {
  const data = mkdtempSync(join(tmpdir(), 'hexheap-workbench-'));
  mkdirSync(join(data, 'data', 'User'), { recursive: true });
  writeFileSync(join(data, 'data', 'User', 'settings.json'), JSON.stringify({ ...quietSettings, ...options.settings }));
  const token = randomBytes(16).toString('hex');
  const tokenFile = join(data, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const args = ['out/server-main.js', '--host', '127.0.0.1', '--port', '0', '--connection-token-file', tokenFile];
  args.push('--accept-server-license-terms', '--disable-telemetry', '--server-data-dir', data);
  if (options.extensions) args.push('--extensions-dir', options.extensions);
  if (options.driver) args.push('--enable-smoke-test-driver');
  // A process group of its own: the server starts others, and all of them have to go with it.
  const child = spawn(process.execPath, args, {
    cwd: folder,
    // An empty gallery: the workbench would ask a host on the internet for extensions.
    env: { ...process.env, EXTENSIONS_GALLERY: '{}', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let log = '';
  child.stderr.on('data', chunk => (log = (log + chunk).slice(-20_000)));
  child.stdout.on('data', chunk => (log = (log + chunk).slice(-20_000)));
  const killAll = () => signalGroup(child, 'SIGKILL');
  process.once('exit', killAll);
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
  const stop = async () => {
    signalGroup(child, 'SIGTERM');
    const late = setTimeout(killAll, 3_000);
    await ended;
    clearTimeout(late);
    killAll();
    process.off('exit', killAll);
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  let port: number;
  try {
    port = await listening(child, () => log);
  } catch (error) {
    await stop();
    throw error;
  }
  const authority = `127.0.0.1:${port}`;
  return {
    authority,
    url: payload => {
      const query = payload.length > 0 ? `&payload=${encodeURIComponent(JSON.stringify(payload))}` : '';
      return `http://${authority}/?tkn=${token}${query}`;
    },
    uri: path => `vscode-remote://${authority}${path.split('/').map(encodeURIComponent).join('/')}`,
    log: () => log,
    ended,
    stop,
  };
}

/** The port the server chose, once it listens. */
function listening(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The workbench did not start: ${why}\n${log()}`));
    const late = setTimeout(() => fail('not ready within a minute'), 60_000);
    child.once('error', error => fail(error.message));
    child.once('exit', code => fail(`it ended with ${code}`));
    child.stdout?.on('data', () => {
      const ready = /agent listening on (\d+)/.exec(log());
      if (!ready) return;
      clearTimeout(late);
      resolve(Number(ready[1]));
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is empty: everything in it has ended.
  }
}
