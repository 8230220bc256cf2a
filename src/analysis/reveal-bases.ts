import { basename } from 'node:path';
import { revealBase } from '../allocator/base-address.ts';
import type { RecoverHooks } from '../allocator/hooks.ts';
import type { Dump } from '../dump/dump.ts';
import { FileSource } from '../dump/file-source.ts';
import { openDump } from '../dump/open.ts';
import { hexText } from '../dump/size-text.ts';
import type { OpenOptions } from './api.ts';

export interface RevealedBases {
  /** The options that `dump` was opened with, and the bases found. */
  readonly options: OpenOptions;
  /** A sentence for each base. */
  readonly notes: readonly string[];
}

/**
 * Asks the allocator's memory in each range without a base for one. Takes a pass over those ranges. Undefined where none was
 * found or none was missing.
 */
export function revealBases(dump: Dump, options: OpenOptions, hooks: RecoverHooks): RevealedBases | undefined {
  const notes: string[] = [];
  const bases = (dump.ranges ?? []).map(({ path, base }) => {
    if (base !== undefined) return undefined;
    const source = FileSource.open(path);
    try {
      const told = revealBase(openDump(source), hooks);
      if (told === undefined) return undefined;
      notes.push(`The base ${hexText(told.base)} of ${basename(path)} was found in its own memory: ${told.evidence}.`);
      return told.base;
    } finally {
      source.close();
    }
  });
  if (notes.length === 0) return undefined;
  const [first, ...others] = bases;
  const ranges = options.ranges?.map((range, index) => {
    const base = others[index];
    return base === undefined ? range : { ...range, base };
  });
  return {
    options: { ...options, ...(first !== undefined && { base: first }), ...(ranges !== undefined && { ranges }) },
    notes,
  };
}
