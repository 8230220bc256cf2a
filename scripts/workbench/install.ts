import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../paths.ts';
import { run } from '../run.ts';

/** code-server carries a complete VS Code server and web workbench, the only one that npm offers. */
const codeServer = '4.139.1';

/** Without these two native modules the extension host does not come up; nothing else of VS Code has to be compiled. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog'];

const home = join(cache, 'workbench');
const installed = join(
  home,
  `code-server-${codeServer}-node-${process.versions.node}-${process.platform}-${process.arch}`,
);

/** Folder of the VS Code server inside an installation. */
const serverFolder = (installation: string) => join(installation, 'node_modules', 'code-server', 'lib', 'vscode');

/** The npm package that holds this Node's binary, and with it the headers that native modules are compiled against. */
function nodePackage(): string {
  const family = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${family}-${process.platform}-${process.arch}`;
}

/** True when a workbench is there and nothing has to be fetched. */
export function workbenchInstalled(): boolean {
  return existsSync(serverFolder(installed));
}

/**
 * Installs a VS Code server with its web workbench into the checkout's cache, once, from npm packages alone: about a minute and
 * 700 MB. It appears at its place only when it is complete, so an interrupted installation leaves nothing half done.
 * Needs python3, make and a C++ compiler. Returns the server's folder.
 */
export async function installWorkbench(say: (line: string) => void): Promise<string> {
  if (workbenchInstalled()) return serverFolder(installed);
  mkdirSync(home, { recursive: true });
  const making = mkdtempSync(join(home, 'installing-'));
  try {
    const headers = nodePackage();
    const dependencies = { 'code-server': codeServer, [headers]: process.versions.node };
    writeFileSync(join(making, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    say(`Installing the embedded VS Code workbench (code-server ${codeServer}) into ${home}: about a minute, once.`);
    await run('npm', ['install', '--ignore-scripts', ...quiet], { cwd: making });
    const server = serverFolder(making);
    await run('npm', ['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd: server });
    // node-gyp would fetch Node's headers from a host of its own; the package of this very Node has them.
    const nodedir = join(making, 'node_modules', headers);
    const env = { npm_config_nodedir: nodedir, npm_package_config_node_gyp_nodedir: nodedir };
    await run('npm', ['rebuild', ...nativeModules, ...quiet], { cwd: server, env });
    for (const each of nativeModules)
      await run(process.execPath, ['-e', `require(${JSON.stringify(each)})`], { cwd: server });
    moveInto(making);
    return serverFolder(installed);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Puts a complete installation at its place, unless another process was faster. */
function moveInto(making: string): void {
  try {
    renameSync(making, installed);
  } catch (error) {
    if (!workbenchInstalled()) throw error;
  }
}

if (import.meta.main) console.log(await installWorkbench(console.log));
