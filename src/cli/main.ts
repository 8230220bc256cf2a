import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { DumpError } from '../dump/dump.ts';
import { analyze } from './commands/analyze.ts';
import { decode } from './commands/decode.ts';
import { diff } from './commands/diff.ts';
import { info } from './commands/info.ts';
import { why } from './commands/why.ts';
import { checkSlots, parseAddress, parseRange, parseServer } from './options.ts';
import { UsageError } from './usage-error.ts';

/** What the command line ends with. */
const EXIT = { done: 0, leak: 1, unusable: 2 } as const;

function program(finish: (leak: boolean) => void): Command {
  const hexheap = new Command('hexheap')
    .description('Reads the memory dump of a Redis process and says which memory leaked. The dump is never written to.')
    .configureOutput({
      outputError: (text, write) =>
        write(
          `hexheap: ${text
            .trim()
            .replace(/^error: /, '')
            .replaceAll('\n', ' ')} (see hexheap --help)\n`,
        ),
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 leaks found with --fail-on-leak, 2 bad usage or unreadable input.')
    .exitOverride();

  const withDump = (name: string, description: string, example: string) =>
    hexheap
      .command(name)
      .description(description)
      .argument('<dump>', 'a core (gcore, kernel) or a raw range (gdb dump memory)')
      .option('--base <address>', 'address of the first byte of a raw range', checked(parseAddress))
      .option(
        '--range <file@address>',
        'one more raw range of the same process (repeatable); the address may be left out where name or maps tell it',
        checked(parseRange),
      )
      .option('--maps <file>', "a copy of the process's /proc/PID/maps: names, bases, and what the ranges lack")
      .option('--server <name version>', 'take this server\'s layouts, e.g. "redis 3.2.8"', checked(parseServer))
      .addHelpText('after', `\nExample:\n  ${example}`);

  withDump(
    'info',
    'What the file is: format, process, segments, threads, problems. Reads headers only.',
    'hexheap info redis.1234',
  )
    .option('--json', 'print JSON')
    .option('--mask', "leave the process's arguments out")
    .action(info);
  withDump(
    'analyze',
    'Recovers the allocator, judges every string, and says what leaked.',
    'hexheap analyze redis.1234 --markdown report.md --fail-on-leak',
  )
    .option('--json', 'print one JSON object instead of a summary')
    .option('--markdown <file>', 'write a report; its text is masked unless --include-text is given')
    .option('--strings <file>', 'write every string as one JSON object a line ("-" is standard output)')
    .option('--mask', "leave the dump's text out of what is printed, of --json and of --strings")
    .option('--include-text', "include the dump's text in --markdown")
    .option(
      '--slots <ranges>',
      'hash slots this server owns, such as 0-5460,7000, where the dump does not say',
      checked(checkSlots),
    )
    .option('--no-index', 'neither read nor write an index of the dump')
    .option('--fail-on-leak', 'exit with 1 where anything leaked')
    .action(async (...given: Parameters<typeof analyze>) => finish(await analyze(...given)));
  withDump(
    'decode',
    'Decodes the string that the byte at an address belongs to, with the evidence.',
    'hexheap decode redis.1234 0x7f3a1c0420b3',
  )
    .argument('<address>', 'an address, or offset:N for a place in the file')
    .option('--json', 'print JSON')
    .option('--mask', "leave the dump's text out")
    .action(decode);
  withDump(
    'why',
    'Why the memory at an address is alive: the way from a root to it, and every word that points there.',
    'hexheap why redis.1234 0x7f3a1c0420b3',
  )
    .argument('<address>', 'an address, or offset:N for a place in the file')
    .option('--json', 'print JSON')
    .action(why);
  hexheap
    .command('diff')
    .description(
      'What grew between two dumps, family by family: of one server at two times, or of a master and its replica.',
    )
    .argument('<before>', 'a dump')
    .argument('<after>', 'another one')
    .option('--server <name version>', 'take the layouts of this server in both', checked(parseServer))
    .option('--json', 'print JSON')
    .option('--mask', "leave the dumps' text out")
    .addHelpText('after', '\nExample:\n  hexheap diff monday.core friday.core')
    .action(diff);
  return hexheap;
}

function checked<T>(parse: (text: string, before?: T) => T): (text: string, before: T | undefined) => T {
  return (text, before) => {
    try {
      return parse(text, before);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

/** Runs one command line (without node and script); resolves to the exit code. Errors end in one line on standard error. */
export async function run(words: readonly string[]): Promise<number> {
  let code: number = EXIT.done;
  try {
    await program(leak => {
      if (leak) code = EXIT.leak;
    }).parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.unusable;
    if (!(error instanceof DumpError || error instanceof UsageError || isSystemError(error))) throw error;
    process.stderr.write(`hexheap: ${error.message}\n`);
    return EXIT.unusable;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

// Whoever reads the output may stop early (`| head`): that is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});
process.exitCode = await run(process.argv.slice(2));
