import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreFile } from './core-file.ts';
import { type GenerateOptions, generate } from './scenarios.ts';
import { type DumpTruth, MemoryTruth, type StringTruth } from './truth.ts';

/** A generated core, read back, and its truth. */
export interface Sample {
  readonly path: string;
  readonly core: CoreFile;
  readonly truth: DumpTruth;
  readonly strings: readonly StringTruth[];
}

/** Generates a core in a temporary folder, hands it to `use`, and removes it. */
export function withSample(options: Omit<GenerateOptions, 'path' | 'truth'>, use: (sample: Sample) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'generated-'));
  try {
    const path = join(folder, 'dump.core');
    const truth = new MemoryTruth();
    const generated = generate({ ...options, path, truth });
    const core = new CoreFile(path);
    try {
      use({ path, core, truth: generated.truth, strings: truth.strings });
    } finally {
      core.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
