import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RespClient } from './resp.ts';

/** A running server of ours: on loopback, in a folder of its own, stopped by its pid. */
export interface RealServer {
  readonly pid: number;
  readonly port: number;
  readonly folder: string;
  connect(): Promise<RespClient>;
  /** Takes a core with gdb's gcore; returns its path (inside `folder`). */
  takeCore(name?: string): Promise<string>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Program and leading arguments: ['redis-server'], or a loader with its library path. */
  readonly command?: readonly string[];
  readonly settings?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Left out for servers that do not know it (before 7.0). */
  readonly debugCommand?: boolean;
}

/** A cluster node listens 10,000 ports above its own, too. */
const HIGHEST_PORT = 55_535;

/** A port of this machine that nobody listens on now, low enough for a cluster node. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await anyPort();
    if (port <= HIGHEST_PORT) return port;
  }
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** Starts a real server and waits until it answers PING. Throws with its log when it does not within 20 s. */
export async function startServer(options: ServerOptions = {}): Promise<RealServer> {
  const [program, ...leading] = options.command ?? ['redis-server'];
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-real-'));
  const port = await freePort();
  const settings = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    '--daemonize',
    'no',
  ];
  if (options.debugCommand !== false) settings.push('--enable-debug-command', 'local');
  const child = spawn(program, [...leading, ...settings, ...(options.settings ?? [])], {
    cwd: folder,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const keep = (data: Buffer) => {
    log = (log + data.toString()).slice(-8_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const onExit = () => child.kill('SIGKILL'); // also when a test run dies half way
  process.once('exit', onExit);
  const stop = async () => {
    process.off('exit', onExit);
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(port, child);
  } catch (error) {
    await stop();
    throw new Error(`${program} did not start: ${(error as Error).message}\n${log}`);
  }
  const pid = child.pid!;
  return {
    pid,
    port,
    folder,
    connect: () => RespClient.connect(port),
    takeCore: async (name = 'core') => {
      const prefix = join(folder, name);
      await promisify(execFile)('gcore', ['-o', prefix, String(pid)], { maxBuffer: 1 << 24 });
      return `${prefix}.${pid}`;
    },
    stop,
  };
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`exit code ${child.exitCode}`);
    try {
      const client = await RespClient.connect(port);
      try {
        await client.call('PING');
        return;
      } finally {
        client.close();
      }
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
