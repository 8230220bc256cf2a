import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecoverHooks } from '../../src/allocator/hooks.ts';
import type { Dump } from '../../src/dump/dump.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { type Generated, type GenerateOptions, generate } from '../generate/scenarios.ts';
import { NoTruth } from '../generate/truth.ts';

export const quiet: RecoverHooks = { progress: () => {}, cancelled: () => false };

/** Calls `use` with a generated dump and its truth, then removes the file. */
export function withGenerated<T>(
  options: Omit<GenerateOptions, 'path' | 'truth'>,
  use: (generated: Generated, path: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-generated-'));
  const path = join(folder, 'dump.core');
  try {
    return use(generate({ ...options, path, truth: new NoTruth() }), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls `use` with the file opened as a dump. */
export function withDump<T>(path: string, use: (dump: Dump) => T, base?: number): T {
  const source = FileSource.open(path);
  try {
    return use(openDump(source, base === undefined ? {} : { base }));
  } finally {
    source.close();
  }
}
