import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../paths.ts';
import { find } from '../run.ts';
import { archiveAddress, openSuites } from './archive.ts';
import { CATALOGUE, type CataloguedServer } from './catalog.ts';

/** A server of the catalogue: how it is started, or why it cannot be. */
export type AvailableServer = CataloguedServer &
  ({ readonly command: readonly string[] } | { readonly command: undefined; readonly reason: string });

const home = join(cache, 'servers');

/** Where Debian keeps the loader and the libraries of a machine's kind. */
const MACHINES: Readonly<Record<string, { readonly libraries: string; readonly loader: string }>> = {
  x64: { libraries: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { libraries: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

const folderOf = ({ name }: CataloguedServer) => join(home, name.replace(' ', '-'));

/** The program through its own suite's loader and libraries, so that nothing of this machine's is mixed in; undefined where it is not there. */
function commandOf(server: CataloguedServer): string[] | undefined {
  const machine = MACHINES[process.arch];
  if (machine === undefined) return undefined;
  const root = folderOf(server);
  const libraries = [`usr/lib/${machine.libraries}`, `lib/${machine.libraries}`].map(path => join(root, path));
  const loader = libraries.map(path => join(path, machine.loader)).find(path => existsSync(path));
  const program = join(root, 'usr/bin', server.program);
  if (loader === undefined || !existsSync(program)) return undefined;
  return [loader, '--library-path', libraries.join(':'), program];
}

/**
 * Fetches and unpacks the servers of Debian's other suites into the checkout's cache, once: about a minute and 400 MB. A server
 * appears at its place only when it is complete. Never rejects: where a suite cannot be reached, its servers come back with the reason.
 */
export async function installServers(say: (line: string) => void): Promise<AvailableServer[]> {
  const reasons = new Map<string, string>();
  const absent = CATALOGUE.filter(server => commandOf(server) === undefined);
  for (const suites of new Set(absent.map(server => server.suites.join(' ')))) {
    const wanted = absent.filter(server => server.suites.join(' ') === suites);
    try {
      say(`Fetching ${wanted.map(({ name }) => name).join(' and ')} from Debian's suite ${suites.split(' ')[0]}.`);
      await fetchServers(suites.split(' '), wanted);
    } catch (error) {
      const reason = `${suites.split(' ')[0]}: ${(error as Error).message.split('\n').slice(0, 3).join(' ')}`;
      say(`Not fetched: ${reason}`);
      for (const server of wanted) reasons.set(server.name, reason);
    }
  }
  return CATALOGUE.map(server => {
    const command = commandOf(server);
    if (command !== undefined) return { ...server, command };
    return { ...server, command, reason: reasons.get(server.name) ?? 'its package holds no such program' };
  });
}

async function fetchServers(suites: readonly string[], wanted: readonly CataloguedServer[]): Promise<void> {
  if (find('apt-get') === undefined || find('dpkg-deb') === undefined) throw new Error('needs apt-get and dpkg-deb');
  if (MACHINES[process.arch] === undefined) throw new Error(`no server for machines of kind ${process.arch}`);
  const address = archiveAddress();
  if (address === undefined) throw new Error("no Debian archive in this machine's apt sources");
  mkdirSync(home, { recursive: true });
  const open = await openSuites(address, suites);
  try {
    for (const server of wanted) {
      const making = mkdtempSync(join(home, 'unpacking-'));
      try {
        await open.unpack(server.package, making);
        moveInto(making, server);
      } finally {
        rmSync(making, { recursive: true, force: true });
      }
    }
  } finally {
    open.close();
  }
}

/** Puts a complete server at its place, unless another process was faster. */
function moveInto(making: string, server: CataloguedServer): void {
  try {
    renameSync(making, folderOf(server));
  } catch (error) {
    if (commandOf(server) === undefined) throw error;
  }
}

if (import.meta.main) {
  for (const server of await installServers(console.log)) {
    const start = server.command === undefined ? `not available (${server.reason})` : server.command.join(' ');
    console.log(`${server.name}: ${start}`);
  }
}
