// Plain JavaScript without dependencies, since it runs before there are any, on whatever Node (18 or later) is at hand.
// usage: node with-dependencies.mjs FILE [ARGUMENT…]
// Installs the project's packages where they are missing or older than the lock file, then runs FILE with the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const npm = windows ? 'npm.cmd' : 'npm';
const ownNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

/** The packages a lock file names, by their place: in the hidden one, those that are really installed. */
function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** True where a package that the lock file wants here is missing or of another version. Dates tell nothing: a fresh clone is always newer. */
function outdated() {
  const installed = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  const wanted = packagesIn(join(root, 'package-lock.json'));
  if (!installed || !wanted) return true;
  return Object.entries(wanted).some(
    ([place, { version, optional }]) => place !== '' && !optional && installed[place]?.version !== version,
  );
}

function run(...args) {
  console.log(`> npm ${args.join(' ')}`);
  return spawnSync(npm, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: windows }).status === 0;
}

/** True where the project's own Node starts. */
function ownNodeWorks() {
  return existsSync(ownNode) && spawnSync(ownNode, ['--version'], { stdio: 'ignore' }).status === 0;
}

function installPackages() {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (!run('ci', ...quiet) && !run('install', ...quiet)) {
    console.error('The packages could not be installed; what npm said stands above.');
    process.exit(1);
  }
}

/** The Node that runs the project: its own, or the one at hand where it is new enough to run TypeScript. */
function nodeToUse() {
  if (ownNodeWorks()) return ownNode;
  // npm may have been told to run no install scripts, and it is such a script that unpacks Node.
  if (run('rebuild', 'node', '--loglevel=error') && ownNodeWorks()) return ownNode;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  console.error(`Node 24 or later is needed; this is ${process.version}, and the package "node" could not be set up.`);
  process.exit(1);
}

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/with-dependencies.mjs FILE [ARGUMENT…]');
  process.exit(2);
}
if (outdated()) installPackages();

const binaries = [join(root, 'node_modules', '.bin'), dirname(ownNode)].join(windows ? ';' : ':');
const child = spawn(nodeToUse(), [join(root, file), ...rest], {
  cwd: process.cwd(),
  stdio: 'inherit',
  env: { ...process.env, PATH: `${binaries}${windows ? ';' : ':'}${process.env.PATH ?? ''}` },
});
// Ctrl+C reaches the child by the terminal; other signals are handed on. Either way the child decides when it is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
}
// npm does not hand on a signal that was meant for it: it ends, and this process finds itself with another parent.
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();
child.on('error', error => {
  console.error(error.message);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
