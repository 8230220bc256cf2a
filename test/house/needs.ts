import { installCommand, missing, type ToolName, tools } from '../../scripts/tools.ts';

/**
 * A `describe` whose tests need tools that npm cannot bring. Where one is missing the tests count as skipped, under a title
 * that names it and the command that installs it; on a build machine (CI=true), which has to have everything, they fail.
 */
export function describeWith(needed: readonly ToolName[], title: string, body: (this: Mocha.Suite) => void): void {
  const absent = missing(needed);
  if (absent.length === 0) {
    describe(title, body);
    return;
  }
  const names = absent.map(tool => tools[tool].name).join(', ');
  const reason = `${names} is not installed; install with: ${installCommand(absent)}`;
  if (process.env.CI === 'true') {
    describe(title, () => {
      it('has what it needs', () => {
        throw new Error(reason);
      });
    });
  } else {
    describe.skip(`${title} (skipped: ${reason})`, body);
  }
}
