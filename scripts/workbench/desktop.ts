import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.ts';
import { find, runVisibly } from '../run.ts';

/** True where a window can be shown: not over a plain remote shell, nor in a container without a display. */
function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** The installed VS Code, where it can open a window of its own with an extension under development. */
export function installedCode(): string | undefined {
  // Inside VS Code's remote terminal `code` only hands files to the window it belongs to.
  if (!hasScreen() || process.env.VSCODE_IPC_HOOK_CLI) return undefined;
  return find(...(process.platform === 'win32' ? ['code.cmd'] : ['code', 'code-insiders', 'codium', 'code-oss']));
}

/**
 * Opens `dump` in a window of the installed VS Code with the extension of this checkout loaded, in a profile of its own below
 * `folder`, so that nobody's settings are touched. Resolves when the window is closed.
 */
export async function runCode(
  code: string,
  folder: string,
  dump: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const user = join(folder, 'User');
  mkdirSync(user, { recursive: true });
  writeFileSync(
    join(user, 'settings.json'),
    JSON.stringify({ 'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'none', ...settings }),
  );
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [
    '--wait',
    '--new-window',
    `--user-data-dir=${folder}`,
    `--extensionDevelopmentPath=${root}`,
    ...asRoot,
    dump,
  ];
  const status = await runVisibly(code, args);
  if (status !== 0) throw new Error(`${code} ended with ${status}; try: npm start -- --embedded`);
}

/** Shows the address in the person's browser, where there is one; never fails. */
export function openBrowser(url: string): void {
  if (!hasScreen()) return;
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
