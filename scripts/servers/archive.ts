import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../run.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Base address of the Debian archive that this machine takes its own packages from (not the one of security updates), or
 * undefined. Reads both forms of sources: `URIs:` of *.sources, and `deb [options] ADDRESS suite component` of *.list.
 */
export function archiveAddress(folder = '/etc/apt'): string | undefined {
  const parts = join(folder, 'sources.list.d');
  const files = [
    ...(existsSync(parts) ? readdirSync(parts).map(name => join(parts, name)) : []),
    join(folder, 'sources.list'),
  ].filter(file => /\.(sources|list)$/.test(file) && existsSync(file));
  const addresses = files.flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map(line => /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S+)/.exec(line)?.[1])
      .filter(address => address !== undefined),
  );
  return addresses.find(address => !/security/.test(address));
}

/** One or more suites of the archive, as an apt of their own sees them: nothing is installed, and the machine's apt is left alone. */
export interface Suites {
  /** Downloads a package with all it depends on, libc included, and unpacks everything into `into`. */
  unpack(packageName: string, into: string): Promise<void>;
  /** Removes the lists. */
  close(): void;
}

/** Reads the lists of these suites. Rejects where one cannot be reached. */
export async function openSuites(address: string, suites: readonly string[]): Promise<Suites> {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-suites-'));
  const options = Object.entries({
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(folder, 'lists'),
    // An empty one: apt thinks that nothing is installed, and so brings every library that the server was built for.
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'APT::Update::Error-Mode': 'any',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...args: string[]) => run('apt-get', ['-qq', ...options, ...args], { cwd: folder });
  const close = () => rmSync(folder, { recursive: true, force: true });
  try {
    mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
    mkdirSync(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
    writeFileSync(join(folder, 'status'), '');
    const lines = suites.map(suite => `deb [signed-by=${KEYRING}] ${address} ${suite} main\n`);
    writeFileSync(join(folder, 'sources.list'), lines.join(''));
    await apt('update');
  } catch (error) {
    close();
    throw error;
  }
  return {
    close,
    unpack: async (packageName, into) => {
      const archives = join(folder, 'cache', 'archives');
      await apt('-t', suites[0], 'install', '--download-only', '--yes', packageName);
      const files = readdirSync(archives).filter(name => name.endsWith('.deb'));
      for (const file of files) {
        await run('dpkg-deb', ['-x', join(archives, file), into]);
        rmSync(join(archives, file));
      }
    },
  };
}
