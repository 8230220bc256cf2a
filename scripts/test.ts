import { rmSync } from 'node:fs';
import { root, testOutput } from './paths.ts';
import { provision } from './provision.ts';
import { run, runVisibly } from './run.ts';
import { serverTools, type ToolName, workbenchTools } from './tools.ts';
import { installWorkbench } from './workbench/install.ts';

interface Suite {
  readonly files: readonly string[];
  readonly tools: readonly ToolName[];
  /** Runs the extension, so dist/ has to be fresh. */
  readonly built?: boolean;
  readonly workbench?: 'embedded' | 'desktop';
}

const browser = ['test/workbench/**/*.test.ts'];
const real = ['test/real/**/*.test.ts'];
const everything = ['test/**/*.test.ts'];
const unit = [...everything, '--ignore', real[0], '--ignore', browser[0]];

const suites: Readonly<Record<string, Suite>> = {
  all: { files: everything, tools: [...serverTools, ...workbenchTools], built: true, workbench: 'embedded' },
  unit: { files: unit, tools: [], built: true },
  real: { files: real, tools: serverTools, built: true },
  workbench: { files: browser, tools: [...serverTools, ...workbenchTools], built: true, workbench: 'embedded' },
  desktop: { files: browser, tools: serverTools, built: true, workbench: 'desktop' },
};

const usage = `usage: npm test [-- MOCHA OPTION…]        everything
       npm run test:SUITE [-- …]       unit, real, workbench or desktop
Installs what the suite needs and may install, then runs it. What is missing skips its tests; with CI=true it fails them.`;

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && first in suites;
const suite = suites[named ? first : 'all'];
const extra = named || first === undefined ? rest : [first, ...rest];

if (extra.includes('--help')) {
  console.log(usage);
} else {
  await prepare(suite);
  const mocha = [...suite.files, ...extra];
  const env = suite.workbench ? { HEXHEAP_WORKBENCH: suite.workbench } : {};
  process.exitCode = await runVisibly('mocha', mocha, { cwd: root, env });
}

async function prepare({ tools, built, workbench }: Suite): Promise<void> {
  const absent = await provision(tools, console.log);
  if (built) await run(process.execPath, ['esbuild.mjs'], { cwd: root });
  if (workbench) rmSync(testOutput, { recursive: true, force: true });
  if (workbench === 'embedded' && !workbenchTools.some(tool => absent.includes(tool))) {
    await installWorkbench(console.log);
  }
}
