import { type AvailableServer, installServers } from '../../scripts/servers/install.ts';
import { pathOf } from '../../scripts/tools.ts';
import type { ServerCase } from './real-server.ts';

/** Debian's server on this machine, on jemalloc and on libc's malloc. */
export function ownServers(): ServerCase[] {
  const program = pathOf('redis');
  if (program === undefined) return [];
  const own = { command: [program], debugCommand: true, refcountShift: 0 };
  return [
    { ...own, name: 'this redis', malloc: 'jemalloc' },
    { ...own, name: 'this redis on libc', malloc: 'glibc' },
  ];
}

/** The servers of Debian's other suites; those that could not be had come with the reason. */
export async function otherServers(
  say: (line: string) => void,
): Promise<(ServerCase | { readonly name: string; readonly reason: string })[]> {
  return (await installServers(say)).map((server: AvailableServer) =>
    server.command === undefined ? server : { ...server, malloc: 'jemalloc' },
  );
}
