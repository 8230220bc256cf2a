import { root } from './paths.ts';
import { runVisibly } from './run.ts';

/** Types of what knows Node, what knows the browser, and the tests that know both; then lint and format. */
export const checks: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'types of src, test and scripts', command: ['tsc', '-p', 'tsconfig.json'] },
  {
    name: 'types of the pure folders, which know neither Node nor the browser',
    command: ['tsc', '-p', 'test/house/tsconfig.json'],
  },
  { name: 'types of webview', command: ['tsc', '-p', 'webview/tsconfig.json'] },
  { name: 'types of test/workbench and test/bench', command: ['tsc', '-p', 'test/workbench/tsconfig.json'] },
  { name: 'lint and format', command: ['biome', 'check', '--error-on-warnings', '.'] },
];

if (import.meta.main) {
  for (const { name, command } of checks) {
    console.log(name);
    const [program, ...args] = command;
    if ((await runVisibly(program, args, { cwd: root })) !== 0) process.exitCode = 1;
  }
}
