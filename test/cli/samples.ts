import { writeFileSync } from 'node:fs';
import { CoreFile } from '../generate/core-file.ts';
import { type GenerateOptions, generate } from '../generate/scenarios.ts';
import { type DumpTruth, MemoryTruth, type StringTruth } from '../generate/truth.ts';

/** A generated dump and what is true of it. */
export interface Known {
  readonly path: string;
  readonly truth: DumpTruth;
  readonly strings: readonly StringTruth[];
}

export function known(options: Omit<GenerateOptions, 'truth'>): Known {
  const truth = new MemoryTruth();
  const generated = generate({ ...options, truth });
  return { path: options.path, truth: generated.truth, strings: truth.strings };
}

export function countOf(strings: readonly StringTruth[], verdict: StringTruth['verdict']): number {
  return strings.filter(string => string.verdict === verdict).length;
}

/**
 * Takes the writable segments of a core apart into raw ranges, and writes the maps a process with just these mappings would have.
 * `name` makes each file's path.
 */
export function asRanges(core: string, name: (start: number, end: number, place: number) => string, maps: string) {
  const file = new CoreFile(core);
  const lines: string[] = [];
  const ranges: { path: string; start: number }[] = [];
  for (const { start, end, flags, offset, fileSize } of file.segments) {
    const permissions = `${flags & 4 ? 'r' : '-'}${flags & 2 ? 'w' : '-'}${flags & 1 ? 'x' : '-'}p`;
    lines.push(`${start.toString(16)}-${end.toString(16)} ${permissions} 00000000 00:00 0 `);
    if (!(flags & 2)) continue;
    const path = name(start, end, ranges.length);
    writeFileSync(path, file.at(offset, fileSize));
    ranges.push({ path, start });
  }
  file.close();
  writeFileSync(maps, `${lines.join('\n')}\n`);
  return ranges;
}
