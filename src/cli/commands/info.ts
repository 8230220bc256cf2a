import { DumpReader } from '../../analysis/reader.ts';
import { countText, sizeText } from '../../dump/size-text.ts';
import { openOptions } from '../engine.ts';
import type { DumpChoice } from '../options.ts';

/** `hexheap info`: what the file is, from its headers alone. */
export function info(path: string, choice: DumpChoice & { json?: boolean }): void {
  const reader = new DumpReader();
  const summary = reader.open(path, openOptions(choice));
  reader.close();
  if (choice.json) {
    console.log(JSON.stringify(summary, undefined, 2));
    return;
  }
  const { process: owner, segments } = summary;
  const mapped = segments.reduce((sum, segment) => sum + segment.end - segment.start, 0);
  const present = segments.reduce((sum, segment) => sum + segment.present, 0);
  const lines: [string, string][] = [
    ['File', `${summary.path}, ${sizeText(summary.size)}`],
    ['Format', summary.format === 'elf-core' ? `ELF core of ${summary.machine}` : 'raw range of memory'],
    ...(owner === undefined
      ? []
      : ([['Process', `${owner.name} (pid ${owner.pid}), ${owner.arguments}`]] as [string, string][])),
    ['Segments', `${countText(segments.length)}: ${sizeText(mapped)} mapped, ${sizeText(present)} in the file`],
    ['Threads', countText(summary.threads)],
    ...(summary.baseKnown ? [] : ([['Base', 'not known; give it with --base ADDRESS']] as [string, string][])),
    ...summary.problems.map(({ message }): [string, string] => ['Problem', message]),
  ];
  for (const [name, value] of lines) console.log(`${name.padEnd(10)}${value}`);
}
