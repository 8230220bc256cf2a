import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/paths.ts';
import { provision } from '../../scripts/provision.ts';
import { run } from '../../scripts/run.ts';
import { workbenchTools } from '../../scripts/tools.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { type BenchDump, type BenchDumps, makeDumps } from './dumps.ts';
import { OpeningBench } from './first-bytes.ts';
import { machine, milliseconds, rate, table, takeTurns, time } from './measure.ts';

const usage = `usage: npm run bench [-- OPTION…]
Prints how long a dump takes to show its first bytes in a real VS Code, and how fast a dump is read and analysed beside cat.
Every figure is the median of several rounds in which all contenders take turns. Nothing is asserted.

  --rounds N     rounds that count, after one that does not (default 5)
  --no-window    leave out what needs VS Code
  --help         this text`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    'no-window': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const rounds = Math.max(1, Number.parseInt(options.rounds, 10) || 5);

if (options.help) console.log(usage);
else await bench();

async function bench(): Promise<void> {
  console.log(machine());
  console.log(`medians of ${rounds} rounds; files warm in the page cache\n`);
  await run(process.execPath, ['esbuild.mjs'], { cwd: root });
  const dumps = makeDumps();
  try {
    if (!options['no-window']) await opening(dumps);
    await reading(dumps.read);
    await analysing(dumps.heap);
  } finally {
    dumps.remove();
  }
}

/** From VS Code's open command to the first bytes on screen. */
async function opening({ opened }: BenchDumps): Promise<void> {
  if ((await provision(workbenchTools, console.log)).length > 0) {
    console.log('Opening in VS Code: not measured, see above.\n');
    return;
  }
  const window = await OpeningBench.start();
  try {
    const medians = await takeTurns(
      rounds,
      Object.fromEntries(opened.map(dump => [dump.name, () => window.open(dump)])),
    );
    const rows = opened.map(({ name }) => [name, milliseconds(medians[name])]);
    console.log(`${table([['open command to first bytes shown', 'median'], ...rows])}\n`);
    console.log(
      "Microsoft's Hex Editor was not run beside it: it comes from an extension gallery only, no package registry has it.\n",
    );
  } finally {
    await window.close();
  }
}

/** Reading the whole file: cat, and the source that everything in the engine reads through. */
async function reading({ path, name, size }: BenchDump): Promise<void> {
  const buffer = new Uint8Array(1 << 20);
  const medians = await takeTurns(rounds, {
    cat: () => time(() => runQuietly('cat', [path])),
    'our reader, 1 MiB at a time': () =>
      time(() => {
        const source = FileSource.open(path);
        for (let at = 0; at < size; at += buffer.length) source.read(at, buffer);
        source.close();
      }),
  });
  print(`reading ${name}`, medians, size);
}

/** The whole analysis by the command line, start of Node included, beside cat. */
async function analysing({ path, name, size }: BenchDump): Promise<void> {
  const medians = await takeTurns(rounds, {
    cat: () => time(() => runQuietly('cat', [path])),
    'hexheap analyze': () => time(() => runQuietly(process.execPath, ['dist/cli.js', 'analyze', path])),
  });
  print(`analysing ${name} (${(size / 1e6).toFixed(0)} MB)`, medians, size);
}

function print(title: string, medians: Readonly<Record<string, number>>, size: number): void {
  const rows = Object.entries(medians).map(([name, taken]) => [
    name,
    milliseconds(taken),
    rate(size, taken),
    `${(taken / medians.cat).toFixed(2)}x`,
  ]);
  console.log(`${table([[title, 'median', 'speed', 'of cat'], ...rows])}\n`);
}

/** Runs a program whose output nobody reads. */
function runQuietly(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', code => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))));
  });
}
