import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Raw ranges of a process, its maps and a core, all of one moment. */
export interface TakenRanges {
  readonly files: readonly { readonly path: string; readonly address: string }[];
  readonly maps: string;
  readonly core: string;
}

/**
 * Attaches gdb once to a process and dumps each writable mapping and a core while it stands still. `named`: the files carry
 * their addresses in their names.
 */
export function takeRanges(pid: number, folder: string, named: boolean): TakenRanges {
  const maps = join(folder, 'maps');
  // gdb reads /proc itself, but no mapping of the server comes or goes while nobody talks to it.
  writeFileSync(maps, readFileSync(`/proc/${pid}/maps`));
  const mappings = [...readFileSync(maps, 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw.. /gm)];
  const files = mappings.map(([, start, end], place) => ({
    path: join(folder, named ? `${start}-${end}.bin` : `range${place}.bin`),
    address: `0x${start}`,
    end: `0x${end}`,
  }));
  const core = join(folder, 'ranges.core');
  const commands = [
    ...files.map(({ path, address, end }) => `dump binary memory ${path} ${address} ${end}`),
    `gcore ${core}`,
  ];
  execFileSync('gdb', ['-nx', '-batch', '-p', String(pid), ...commands.flatMap(command => ['-ex', command])], {
    stdio: 'ignore',
  });
  return { files, maps, core };
}
