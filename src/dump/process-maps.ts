import { DumpError, type Problem } from './dump.ts';
import { countText } from './size-text.ts';

/** One mapping of a process: [start, end) and what /proc/PID/maps says of it. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Path of the file, "[heap]", "[stack]", "[vdso]", …, or '' for anonymous memory. */
  readonly name: string;
}

export interface ProcessMaps {
  /** Sorted by start, not overlapping. */
  readonly mappings: readonly Mapping[];
  readonly problems: readonly Problem[];
}

/** Linux, Documentation/filesystems/proc.rst: address, permissions, offset, device, inode, path (padded with spaces). */
const LINE = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-])([w-])([x-])[ps] [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+(?: +(.*))?$/;
/** /proc/PID/smaps has lines like "Rss:   4 kB" between those of maps. */
const DETAIL = /^[A-Z]\w+:\s/;

/**
 * Reads the text of /proc/PID/maps (or smaps). Mappings from 2^53 on (the kernel's [vsyscall] page) are left out.
 * Throws DumpError where it holds no mapping at all; single lines that are none become a problem.
 */
export function parseMaps(text: string, path: string): ProcessMaps {
  const mappings: Mapping[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '' || DETAIL.test(line)) continue;
    const match = LINE.exec(line.trimEnd());
    const mapping = match === null ? undefined : mappingOf(match);
    if (mapping === undefined) unreadable++;
    else if (mapping.end <= Number.MAX_SAFE_INTEGER) mappings.push(mapping);
  }
  if (mappings.length === 0) {
    throw new DumpError(`${path} lists no mapping: it should be a copy of /proc/PID/maps of the same process.`);
  }
  mappings.sort((a, b) => a.start - b.start);
  const disjoint = mappings.filter((one, place) => place === 0 || one.start >= mappings[place - 1].end);
  unreadable += mappings.length - disjoint.length;
  return { mappings: disjoint, problems: unreadable === 0 ? [] : [damaged(path, unreadable)] };
}

function mappingOf(match: RegExpExecArray): Mapping | undefined {
  const [, from, to, readable, writable, executable, name = ''] = match;
  const start = Number.parseInt(from, 16);
  const end = Number.parseInt(to, 16);
  if (start >= end) return undefined;
  return {
    start,
    end,
    readable: readable === 'r',
    writable: writable === 'w',
    executable: executable === 'x',
    name: name.replace(/ \(deleted\)$/, ''),
  };
}

function damaged(path: string, lines: number): Problem {
  const what = lines === 1 ? '1 line' : `${countText(lines)} lines`;
  return {
    what: 'damaged',
    message: `${what} of ${path} cannot be read or overlap others: what else the process had mapped is not known, so no leak verdict is given.`,
  };
}
