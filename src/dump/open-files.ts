import { basename } from 'node:path';
import { CompositeSource, type WatchedSource } from './composite-source.ts';
import { type Dump, DumpError, type Problem } from './dump.ts';
import type { DumpFiles, RangeFile } from './dump-files.ts';
import { FileSource } from './file-source.ts';
import { openDump } from './open.ts';
import { type ProcessMaps, parseMaps } from './process-maps.ts';
import { openRanges } from './ranges.ts';

export interface OpenedDump {
  readonly source: WatchedSource;
  readonly dump: Dump;
}

/** The kernel lets a process have 65,530 mappings by default, and their lines are mostly shorter than 200 bytes. */
const LONGEST_MAPS = 64 * 1024 * 1024;
const PIECE = 1024 * 1024;

/**
 * Opens a core, or one or several raw ranges of a process as one dump, offsets counting through them. Close `source` when done.
 * Throws DumpError as openDump does, and where the files do not go together: a core among ranges, maps that list nothing.
 */
export function openDumpFiles(path: string, files: DumpFiles = {}): OpenedDump {
  const all: readonly RangeFile[] = [
    { path, ...(files.base !== undefined && { base: files.base }) },
    ...(files.ranges ?? []),
  ];
  const source = CompositeSource.open(all.map(file => file.path));
  try {
    const problems: Problem[] = [];
    for (const [place, { base }] of all.entries()) {
      const file = source.files[place];
      const dump = opened(file, base, all.length > 1);
      if (dump.format === 'elf-core') {
        if (all.length === 1 && files.maps === undefined) return { source: file, dump };
        throw new DumpError(
          `${file.path} is a core: it has all of its process, so open it alone, without ranges or maps.`,
        );
      }
      problems.push(...dump.problems.map(problem => (all.length > 1 ? named(file, problem) : problem)));
    }
    const maps = files.maps === undefined ? undefined : readMaps(files.maps);
    return { source, dump: openRanges(source, all, maps, problems) };
  } catch (error) {
    source.close();
    throw error;
  }
}

function opened(file: FileSource, base: number | undefined, several: boolean): Dump {
  try {
    return openDump(file, base === undefined ? {} : { base });
  } catch (error) {
    if (!several || !(error instanceof DumpError)) throw error;
    throw new DumpError(`${file.path}: ${error.message}`);
  }
}

function named(file: FileSource, { what, message }: Problem): Problem {
  return { what, message: `${basename(file.path)}: ${message}` };
}

function readMaps(path: string): ProcessMaps {
  const file = FileSource.open(path);
  try {
    // /proc itself says 0 bytes of its files: only reading tells how long they are.
    const pieces: Uint8Array[] = [];
    for (let offset = 0; ; offset += PIECE) {
      if (offset >= LONGEST_MAPS) throw new DumpError(`${path} is longer than any copy of /proc/PID/maps.`);
      const piece = new Uint8Array(PIECE);
      const count = file.read(offset, piece);
      pieces.push(piece.subarray(0, count));
      if (count < PIECE) break;
    }
    return parseMaps(Buffer.concat(pieces).toString('utf8'), path);
  } finally {
    file.close();
  }
}
