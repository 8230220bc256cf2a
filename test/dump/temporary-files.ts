import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone after the suite; call inside `describe`. */
export function temporaryFolder(): (name: string) => string {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hexheap-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return name => join(folder, name);
}

/** A file of `size` bytes with holes: only `pieces` are written. */
export function writeSparse(path: string, size: number, pieces: readonly { at: number; bytes: Uint8Array }[]): string {
  const file = openSync(path, 'w');
  try {
    ftruncateSync(file, size);
    for (const { at, bytes } of pieces) writeSync(file, bytes, 0, bytes.length, at);
  } finally {
    closeSync(file);
  }
  return path;
}
