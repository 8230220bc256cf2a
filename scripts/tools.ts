import { readFileSync } from 'node:fs';
import { find } from './run.ts';

/** A program that the tests or `npm start` need and npm cannot bring. */
export interface Tool {
  readonly name: string;
  /** Programs any of which will do. */
  readonly programs: readonly string[];
  /** Debian package that has it. */
  readonly package: string;
  readonly homebrew: string;
}

export const tools = {
  redis: { name: 'redis-server', programs: ['redis-server'], package: 'redis-server', homebrew: 'redis' },
  gdb: { name: 'gdb (with gcore)', programs: ['gcore'], package: 'gdb', homebrew: 'gdb' },
  chromium: {
    name: 'chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    package: 'chromium',
    homebrew: 'chromium',
  },
  python: { name: 'python3', programs: ['python3'], package: 'python3', homebrew: 'python' },
  make: { name: 'make', programs: ['make'], package: 'make', homebrew: 'make' },
  compiler: { name: 'a C++ compiler', programs: ['g++', 'clang++', 'c++'], package: 'g++', homebrew: 'gcc' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

/** What the real workbench needs: a browser, and what compiles its two native modules. */
export const workbenchTools: readonly ToolName[] = ['chromium', 'python', 'make', 'compiler'];

/** What a core of a real server needs. */
export const serverTools: readonly ToolName[] = ['redis', 'gdb'];

/** Path of the tool's program, or undefined where it is not installed. */
export function pathOf(tool: ToolName): string | undefined {
  return find(...tools[tool].programs);
}

export function missing(wanted: readonly ToolName[]): ToolName[] {
  return wanted.filter(tool => pathOf(tool) === undefined);
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** True where packages can be installed without asking anybody. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && isDebian() && find('apt-get') !== undefined;
}

/** The command a person types to install these tools on this system. */
export function installCommand(wanted: readonly ToolName[]): string {
  if (process.platform === 'darwin') return `brew install ${wanted.map(tool => tools[tool].homebrew).join(' ')}`;
  const packages = wanted.map(tool => tools[tool].package).join(' ');
  return find('dnf') ? `sudo dnf install ${packages}` : `sudo apt-get install ${packages}`;
}
