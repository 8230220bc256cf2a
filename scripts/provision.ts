import { run } from './run.ts';
import { installCommand, mayInstall, missing, serverTools, type ToolName, tools, workbenchTools } from './tools.ts';

/**
 * Installs the tools that are missing where that needs nobody's leave (root on Debian), and says for the others how they are
 * installed. Never throws: returns those that are still missing, and whoever needs them decides what that means.
 */
export async function provision(wanted: readonly ToolName[], say: (line: string) => void): Promise<ToolName[]> {
  const absent = missing(wanted);
  if (absent.length === 0) return [];
  const names = absent.map(tool => tools[tool].name).join(', ');
  if (mayInstall()) {
    say(`Installing ${names}.`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    try {
      await run('apt-get', ['-qq', 'update'], { env });
      const packages = absent.map(tool => tools[tool].package);
      await run('apt-get', ['-qq', '--yes', '--no-install-recommends', 'install', ...packages], { env });
    } catch (error) {
      say((error as Error).message);
    }
  }
  const left = missing(absent);
  if (left.length > 0) {
    say(`Not installed: ${left.map(tool => tools[tool].name).join(', ')}. Install with: ${installCommand(left)}`);
  }
  return left;
}

if (import.meta.main) {
  const left = await provision([...serverTools, ...workbenchTools], console.log);
  if (left.length === 0) console.log('Everything the tests need is installed.');
  process.exitCode = left.length === 0 ? 0 : 1;
}
