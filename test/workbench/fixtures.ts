import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill, type KnownData } from '../real/fill.ts';
import { startServer } from '../real/server.ts';
import { CoreFile } from './core-file.ts';

let folder: string | undefined;

/** A folder of this run's own; it goes when the run ends. */
export function temporary(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'hexheap-workbench-test-'));
  return folder;
}

export interface RealCore {
  readonly core: CoreFile;
  readonly known: KnownData;
}

let real: Promise<RealCore> | undefined;

/** The core of a Redis that really ran, with 6,000 planted leaks of 61 to 87 characters; made once a run. */
export function realCore(): Promise<RealCore> {
  real ??= makeRealCore();
  return real;
}

async function makeRealCore(): Promise<RealCore> {
  const server = await startServer();
  try {
    const client = await server.connect();
    const known = await fill(client, { keys: 4_000, leaks: 6_000, deletes: 0.2 });
    client.close();
    const path = await server.takeCore('redis');
    const kept = join(temporary(), 'redis.core');
    const core = new CoreFile(path);
    writeFileSync(kept, core.bytes);
    return { core: new CoreFile(kept), known };
  } finally {
    await server.stop();
  }
}

/** A file of `size` bytes of which only the given places are written; the rest is a hole. */
export function sparseFile(name: string, size: number, places: readonly (readonly [number, Uint8Array])[]): string {
  const path = join(temporary(), name);
  const file = openSync(path, 'w');
  try {
    ftruncateSync(file, size);
    for (const [offset, bytes] of places) writeSync(file, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(file);
  }
  return path;
}

// Of the whole run, like the workbench itself.
after('removes the dumps', () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});
