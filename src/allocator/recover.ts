import type { Dump } from '../dump/dump.ts';
import { recoverGlibc } from './glibc.ts';
import { Cancelled, type RecoverHooks } from './hooks.ts';
import { recognizeJemalloc3 } from './jemalloc3.ts';
import { recoverJemalloc4 } from './jemalloc4.ts';
import { recoverJemalloc5 } from './jemalloc5.ts';
import type { RegionTable } from './regions.ts';
import { binsOf } from './slab-collector.ts';

export type { RecoverHooks } from './hooks.ts';

/**
 * The heap of the dump by its allocator's own metadata, without symbols: which allocator, every region of it, live or free.
 * Undefined where no known allocator is found, or when `hooks.cancelled` said so.
 */
export function recoverAllocator(dump: Dump, hooks: RecoverHooks): RegionTable | undefined {
  try {
    const table = recoverJemalloc5(dump, hooks) ?? recoverJemalloc4(dump, hooks) ?? recoverRest(dump, hooks);
    if (table === undefined) return undefined;
    hooks.progress(1);
    return { ...table, bins: binsOf(table.slabs, table.allocated, table.cached) };
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

/**
 * What can be told of the allocator of a dump from which none was recovered: a sentence that names it, or undefined, also
 * when `hooks.cancelled` said so.
 */
export function recognizeAllocator(dump: Dump, hooks: RecoverHooks): string | undefined {
  try {
    return recognizeJemalloc3(dump, hooks);
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

/** glibc's heap, unless the server's own is another allocator's: Lua's and the libraries' memory alone would say nothing of it. */
function recoverRest(dump: Dump, hooks: RecoverHooks): RegionTable | undefined {
  return recognizeJemalloc3(dump, hooks) === undefined ? recoverGlibc(dump, hooks) : undefined;
}
