import { constants, copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '../test/generate/scenarios.ts';
import { NoTruth } from '../test/generate/truth.ts';
import { fill } from '../test/real/fill.ts';
import { startServer } from '../test/real/server.ts';

export interface Sample {
  readonly path: string;
  /** One sentence: what made it and what is in it. */
  readonly description: string;
}

/** Fills a real Redis, leaks strings in it with DEBUG LEAK, and takes a core with gcore. Needs redis-server and gdb. */
export async function realSample(folder: string, keys = 20_000, leaks = 20_000): Promise<Sample> {
  const server = await startServer();
  try {
    const client = await server.connect();
    let version: string;
    try {
      await fill(client, { keys, leaks, deletes: 0.2 });
      version = /redis_version:(\S+)/.exec(String(await client.call('INFO', 'server')))?.[1] ?? '';
    } finally {
      client.close();
    }
    const path = join(folder, 'redis.core');
    move(await server.takeCore('redis'), path);
    const description = `a core of a real Redis ${version}, with ${keys.toLocaleString('en')} keys and ${leaks.toLocaleString('en')} strings leaked by DEBUG LEAK`;
    return { path, description };
  } finally {
    await server.stop();
  }
}

/** Writes the core of a Redis that never ran, by the project's own generator. Needs nothing. */
export function syntheticSample(folder: string, strings = 60_000): Sample {
  const path = join(folder, 'didi.core');
  generate({ scenario: 'didi', path, strings, truth: new NoTruth() });
  const description = `a synthetic core of a Redis 3.2.8 on jemalloc 4.0.3, with ${strings.toLocaleString('en')} leaked copies of key names`;
  return { path, description };
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // Another file system: the copy keeps its original, which goes with the server's folder.
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}
