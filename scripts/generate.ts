import { Command, InvalidArgumentError, Option } from 'commander';
import { PROFILES } from '../test/generate/profiles.ts';
import { generate, SCENARIOS, type Scenario } from '../test/generate/scenarios.ts';
import { FileTruth, NoTruth } from '../test/generate/truth.ts';

interface Options {
  readonly out: string;
  readonly seed: number;
  readonly strings?: number;
  readonly truth?: string;
  readonly server?: string;
  readonly style: 'gcore' | 'kernel';
  readonly truncate?: number;
  readonly raw?: true;
  readonly size?: number;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('not a number of 0 or more');
  return value;
}

function bytes(text: string): number {
  const [, digits, unit] = /^(\d+)([KMG]?)$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('not a size such as 6G');
  return Number(digits) * 1024 ** ' KMG'.indexOf(unit || ' ');
}

const program = new Command('generate')
  .description('Writes a synthetic dump of a Redis server, and what is true of it.')
  .argument('<kind>', `one of: ${SCENARIOS.join(', ')}`)
  .requiredOption('--out <file>', 'the dump to write')
  .option('--seed <n>', 'the same seed gives the same dump', count, 1)
  .option('--strings <n>', 'leaked strings; keys where nothing leaks', count)
  .option('--truth <file>', 'every string and count: one JSON object, or a line a string for *.ndjson')
  .addOption(new Option('--server <id>', 'server version').choices(PROFILES.map(profile => profile.id)))
  .addOption(new Option('--style <style>', 'who wrote the core').choices(['gcore', 'kernel']).default('gcore'))
  .option('--truncate <n>', 'bytes of the core to keep, or a share of it below 1', count)
  .option('--raw', 'only the largest mapping of the heap, as a raw range')
  .option('--size <n>', 'bytes of a sparse dump, with K, M or G: 6G by default', bytes)
  .action((kind: string, options: Options) => {
    if (!SCENARIOS.includes(kind as Scenario))
      program.error(`error: unknown kind ${kind}; known are ${SCENARIOS.join(', ')}`);
    const { truth } = generate({
      scenario: kind as Scenario,
      path: options.out,
      seed: options.seed,
      truth: options.truth === undefined ? new NoTruth() : new FileTruth(options.truth),
      core: { style: options.style, ...(options.truncate === undefined ? {} : { truncate: options.truncate }) },
      ...(options.raw ? { raw: true } : {}),
      ...(options.size === undefined ? {} : { size: options.size }),
      ...(options.strings === undefined ? {} : { strings: options.strings }),
      ...(options.server === undefined ? {} : { server: options.server }),
    });
    const counts = Object.entries(truth.counts).map(([verdict, { count }]) => `${count} ${verdict}`);
    console.log(
      `${options.out}: ${truth.server ? `${truth.server.name} ${truth.server.version}` : 'no server'}, strings: ${counts.join(', ')}`,
    );
  });

program.parse();
