import { spawnSync } from 'node:child_process';

/** Whether a program can be started here. */
export function hasTool(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0;
}

/** What gdb prints for these commands on a core. */
export function gdb(core: string, commands: readonly string[]): string {
  const arguments_ = ['-q', '-nx', '-batch', '-c', core, ...commands.flatMap(command => ['-ex', command])];
  return spawnSync('gdb', arguments_, { encoding: 'utf8' }).stdout;
}
