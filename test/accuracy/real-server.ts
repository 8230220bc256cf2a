import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { glibcOracle, jemallocOracle, type Oracle, parseJemalloc } from '../real/allocator-oracle.ts';
import { fill } from '../real/fill.ts';
import type { RespClient } from '../real/resp.ts';
import { type RealServer, startServer } from '../real/server.ts';
import { type Analysed, analyse } from './analysed.ts';
import { type BinAgreement, compareBins } from './bins.ts';
import { type Agreement, agreement } from './known-texts.ts';
import { leakObjects } from './object-leaks.ts';

/** A server that can be run here, and the allocator it is to run on. */
export interface ServerCase {
  readonly name: string;
  readonly command: readonly string[];
  readonly debugCommand: boolean;
  readonly refcountShift: number;
  readonly malloc: 'jemalloc' | 'glibc';
}

export interface LoadPlan {
  readonly keys: number;
  readonly leaks: number;
  /** String objects leaked whole; a hash, a set and a sorted set come with them. */
  readonly objects: number;
  /** Share of the string keys that are deleted again. */
  readonly deletes: number;
  readonly seed?: number;
}

export interface Measured {
  readonly analysed: Analysed;
  readonly agreement: Agreement;
  readonly bins: BinAgreement;
  /** As the server itself says it: "7.0.15". */
  readonly version: string;
}

/**
 * Leaks objects, fills a server with keys of all types, deletes some, leaks strings, and takes a core and the allocator's own
 * statistics of the same moment; then analyses the core and holds it against what is known.
 */
export async function measureServer(server: ServerCase, plan: LoadPlan): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-accuracy-'));
  let running: RealServer | undefined;
  try {
    const oracle = server.malloc === 'glibc' ? glibcOracle(folder) : jemallocOracle(folder);
    const { command, debugCommand } = server;
    // The slow log would keep copies of arguments whose keys are deleted.
    const settings = ['--slowlog-log-slower-than', '-1'];
    running = await startServer({ command, debugCommand, settings, environment: oracle.environment });
    return await loadAndCompare(running, oracle, server, plan);
  } finally {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function loadAndCompare(
  running: RealServer,
  oracle: Oracle,
  server: ServerCase,
  plan: LoadPlan,
): Promise<Measured> {
  const client = await running.connect();
  const known = await fill(client, plan);
  const objects = await leakObjects(running, client, server.refcountShift, plan.objects);
  await later(client);
  const info = String(await client.call('INFO', 'server'));
  const { statistics, core } = await oracle.freeze(running);
  client.close();
  const analysed = analyse(core);
  const bins = server.malloc === 'glibc' ? glibcBins(analysed, statistics) : jemallocBins(analysed, statistics);
  return { analysed, agreement: agreement(analysed, known, objects), bins, version: versionOf(info) };
}

/** Life goes on after a leak: stacks, buffers and freed regions no longer name the last thing that happened. */
async function later(client: RespClient): Promise<void> {
  const keys = Array.from({ length: 3000 }, (_, i) => `later:${i}`);
  await client.callAll(keys.map(key => ['SET', key, `${key}:`.padEnd(20 + ((key.length * 37) % 300), 'l')]));
  await client.callAll(keys.filter((_, i) => i % 3 > 0).map(key => ['DEL', key]));
}

/** redis_version is what a fork says for the sake of old clients: its own version comes first. */
function versionOf(info: string): string {
  const own = /^(?:valkey|redict)_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info);
  return own?.[1] ?? '';
}

function jemallocBins({ findings }: Analysed, statistics: string): BinAgreement {
  return compareBins(findings.regions?.bins ?? [], parseJemalloc(statistics).live);
}

/** libc counts bytes in use and free chunks, not classes. */
function glibcBins({ findings }: Analysed, statistics: string): BinAgreement {
  const truth = JSON.parse(statistics) as Record<string, number>;
  const bins = findings.regions?.bins ?? [];
  const used = bins.reduce((sum, bin) => sum + bin.live * (bin.size + 8), 0);
  // A mapped chunk's header is 16 bytes, not 8: what is used ends where the mapping does.
  const expected = truth.usedBytes + truth.fastBytes + truth.mappedBytes - 8 * truth.mapped;
  const different = used === expected ? [] : [`${used} bytes in use, libc says ${expected}`];
  return { total: 1, exact: 1 - different.length, different };
}
