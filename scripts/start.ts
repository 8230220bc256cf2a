import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './paths.ts';
import { provision } from './provision.ts';
import { run } from './run.ts';
import { realSample, type Sample, syntheticSample } from './sample-dump.ts';
import { serverTools, workbenchTools } from './tools.ts';
import { installedCode, openBrowser, runCode } from './workbench/desktop.ts';
import { installWorkbench } from './workbench/install.ts';
import { startWorkbenchServer } from './workbench/server.ts';

const usage = `usage: npm start [-- [OPTION…] [DUMP]]
Builds the extension and opens DUMP with it in a real VS Code: the installed "code" where there is one and a screen to show it on,
else a VS Code server of its own in the browser, whose address is printed. Ctrl+C ends it.
Without DUMP one is made: a core of a real Redis with known leaks where redis-server and gdb can be had, else a synthetic one.

  --embedded     the VS Code server, even where "code" is installed
  --synthetic    the synthetic dump, even where a real one could be made
  --no-browser   only print the address
  --help         this text`;

const options = {
  embedded: { type: 'boolean' },
  synthetic: { type: 'boolean' },
  'no-browser': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Wishes = Partial<Record<keyof typeof options, boolean>>;

/** Removed when this ends: the dump that was made, and what the workbench keeps. */
const temporary = mkdtempSync(join(tmpdir(), 'hexheap-start-'));
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));

/** What has to be stopped before this ends, however it ends. */
const atEnd: (() => Promise<void>)[] = [];

/** Resolves at the first Ctrl+C or SIGTERM; whoever waits then puts things away. */
const interrupted = new Promise<void>(done => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
});

try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
// Installing or generating may still be under way when the person has had enough.
process.exit();

async function main(): Promise<number> {
  let wishes: Wishes;
  let dump: string | undefined;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    wishes = values;
    if (positionals.length > 1) throw new Error(`One dump at a time: ${positionals.join(', ')}`);
    dump = positionals[0] === undefined ? undefined : readable(positionals[0]);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (wishes.help) {
    console.log(usage);
    return 0;
  }
  try {
    await Promise.race([interrupted, open(dump, wishes)]);
    return 0;
  } finally {
    for (const each of atEnd) await each();
  }
}

async function open(named: string | undefined, wishes: Wishes): Promise<void> {
  console.log('Building the extension.');
  await run(process.execPath, ['esbuild.mjs'], { cwd: root });
  const dump = named ?? (await makeSample(wishes.synthetic ?? false));
  const code = wishes.embedded ? undefined : installedCode();
  if (code) {
    console.log(`Opening ${dump} in ${code}; this ends when its window is closed.`);
    await runCode(code, temporary, dump, associations(dump));
  } else {
    await openEmbedded(dump, wishes['no-browser'] ?? false);
  }
}

async function makeSample(synthetic: boolean): Promise<string> {
  let sample: Sample | undefined;
  if (!synthetic && (await provision(serverTools, console.log)).length === 0) {
    console.log('Making a dump: filling a Redis and taking its core.');
    try {
      sample = await realSample(temporary);
    } catch (error) {
      console.log(`No core of a real Redis could be made: ${(error as Error).message}`);
    }
  }
  sample ??= syntheticSample(temporary);
  console.log(`Made ${sample.description}: ${sample.path} (it goes when this ends).`);
  return sample.path;
}

async function openEmbedded(dump: string, quiet: boolean): Promise<void> {
  const compilers = workbenchTools.filter(tool => tool !== 'chromium');
  await provision(compilers, console.log);
  const folder = await installWorkbench(console.log);
  const extensions = join(temporary, 'extensions');
  mkdirSync(extensions);
  symlinkSync(root, join(extensions, 'hexheap.hexheap'), 'junction');
  const server = await startWorkbenchServer(folder, { extensions, settings: associations(dump) });
  atEnd.push(async () => {
    await server.stop();
    console.log('Stopped.');
  });
  const url = server.url([['openFile', server.uri(dump)]]);
  console.log(`
VS Code with ${basename(dump)} is at

    ${url}

Whoever has this address can use this machine as you: keep it to yourself. Ctrl+C ends it.`);
  if (!quiet) openBrowser(url);
  await server.ended;
}

/** A setting by which VS Code opens this file, whatever its name, in our editor. */
function associations(dump: string): Record<string, unknown> {
  const name = basename(dump).replace(/[[\]{}*?]/g, '[$&]');
  return { 'workbench.editorAssociations': { [name]: 'hexheap.dump' } };
}

function readable(path: string): string {
  const full = resolve(process.env.INIT_CWD ?? '.', path);
  accessSync(full, constants.R_OK);
  return full;
}
