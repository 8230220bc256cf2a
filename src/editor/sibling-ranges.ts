import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RangeFile } from '../dump/dump-files.ts';
import { placeInName } from '../dump/range-place.ts';

/** What lies beside a raw range and can be opened with it. */
export interface SiblingRanges {
  /** Other raw ranges, whose names tell their addresses. */
  readonly ranges: readonly RangeFile[];
  /** A copy of the process's /proc/PID/maps. */
  readonly maps?: string;
}

/** What people write beside dumps, also under names that carry addresses. */
const NO_RANGE = /\.(json|ndjson|md|txt|log|tmp)$/i;
/** More files than a process has mappings are no ranges of one. */
const MOST = 65_536;

/** Looks into the folder of a raw range. Undefined where there is nothing that belongs to it, or the folder cannot be read. */
export async function siblingRanges(path: string): Promise<SiblingRanges | undefined> {
  const folder = dirname(path);
  const names = await readdir(folder).catch((): string[] => []);
  const maps = [`${basename(path)}.maps`, 'maps'].find(name => names.includes(name));
  const ranges: RangeFile[] = [];
  for (const name of names.sort()) {
    const other = join(folder, name);
    if (other === path || NO_RANGE.test(name) || placeInName(name, 0) === undefined || ranges.length === MOST) continue;
    const status = await stat(other).catch(() => undefined);
    if (status?.isFile() && status.size > 0 && placeInName(name, status.size) !== undefined)
      ranges.push({ path: other });
  }
  if (ranges.length === 0 && maps === undefined) return undefined;
  return { ranges, ...(maps !== undefined && { maps: join(folder, maps) }) };
}
