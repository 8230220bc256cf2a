import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeAtomically } from '../annotations/atomic-file.ts';
import { UsageError } from './usage-error.ts';

/**
 * Refuses, before any work is done, output files that cannot or must not be written: one that is part of the dump (by whatever
 * name or link), a folder, two outputs in one file, a folder that is missing or not writable. Throws UsageError.
 */
export function checkOutputs(outputs: readonly string[], inputs: readonly string[]): void {
  for (const [place, output] of outputs.entries()) {
    const status = statOf(output);
    if (inputs.some(input => sameFile(output, input))) {
      throw new UsageError(`${output} is the dump itself, which is never written to. Name another file.`);
    }
    if (outputs.some((other, index) => index < place && (other === output || sameFile(other, output)))) {
      throw new UsageError(`${output} is named for two outputs.`);
    }
    if (status?.isDirectory()) throw new UsageError(`${output} is a directory: name a file in it.`);
    if (status !== undefined && !status.isFile()) throw new UsageError(`${output} is not a regular file.`);
    checkFolder(output);
  }
}

/** Writes an output with the permissions of the dump `like`, whole or not at all. Throws UsageError where the system refuses. */
export async function writeOutput(output: string, text: string | Iterable<string>, like: string): Promise<void> {
  try {
    await writeAtomically(output, text, like);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    throw new UsageError(`${output} could not be written (${code}). Is there room, and may files be made there?`);
  }
}

function checkFolder(output: string): void {
  const folder = dirname(output);
  const status = statOf(folder);
  if (status === undefined) throw new UsageError(`${output} cannot be written: there is no directory ${folder}.`);
  if (!status.isDirectory()) throw new UsageError(`${output} cannot be written: ${folder} is not a directory.`);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UsageError(`${output} cannot be written: the directory ${folder} is not writable.`);
  }
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}

/** By device and inode, so also through links. */
function sameFile(one: string, other: string): boolean {
  try {
    if (realpathSync(one) === realpathSync(other)) return true;
    const [a, b] = [one, other].map(path => statSync(path, { bigint: true }));
    return a.ino !== 0n && a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
