/** A server of one of Debian's suites, beside the one that this machine has installed. */
export interface CataloguedServer {
  readonly name: string;
  /** The suite it comes from, and those that hold what it depends on. */
  readonly suites: readonly [string, ...string[]];
  readonly package: string;
  /** Its program in /usr/bin. */
  readonly program: string;
  /** False where `enable-debug-command` is not known yet (before 7.0). */
  readonly debugCommand: boolean;
  /** Number of flag bits below an object's reference count, in the word at +4 (src/server.h of each). */
  readonly refcountShift: number;
}

export const CATALOGUE: readonly CataloguedServer[] = [
  {
    name: 'redis 6.0',
    suites: ['bullseye'],
    package: 'redis-server',
    program: 'redis-server',
    debugCommand: false,
    refcountShift: 0,
  },
  {
    name: 'redict 7.3',
    suites: ['bookworm-backports', 'bookworm'],
    package: 'redict',
    program: 'redict-server',
    debugCommand: true,
    refcountShift: 0,
  },
  {
    name: 'redis 8.0',
    suites: ['trixie'],
    package: 'redis-server',
    program: 'redis-server',
    debugCommand: true,
    refcountShift: 0,
  },
  {
    name: 'valkey 8.0',
    suites: ['bookworm-backports', 'bookworm'],
    package: 'valkey-server',
    program: 'valkey-server',
    debugCommand: true,
    refcountShift: 0,
  },
  {
    name: 'valkey 8.1',
    suites: ['trixie'],
    package: 'valkey-server',
    program: 'valkey-server',
    debugCommand: true,
    refcountShift: 2,
  },
  {
    name: 'valkey 9',
    suites: ['forky'],
    package: 'valkey-server',
    program: 'valkey-server',
    debugCommand: true,
    refcountShift: 3,
  },
];
