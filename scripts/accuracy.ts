import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { otherServers, ownServers } from '../test/accuracy/cases.ts';
import { GENERATED_CASES, measureGenerated } from '../test/accuracy/generated.ts';
import { measureServer } from '../test/accuracy/real-server.ts';
import { generatedRow, type Row, realRow, report } from '../test/accuracy/table.ts';
import { root } from './paths.ts';
import { provision } from './provision.ts';
import { serverTools } from './tools.ts';

const usage = `usage: npm run accuracy [-- OPTION…]
Fills every server that can be run here, leaks strings and objects in it, takes a core, and holds the analysis against what is
known; then the same with generated dumps of servers that cannot be run. Prints the table and writes it into docs/accuracy.md.

  --keys N     string keys of a real server (default 100000)
  --leaks N    strings leaked in it (default 20000)
  --only TEXT  servers whose name holds this; writes no file
  --help       this text`;

const { values: options } = parseArgs({
  options: {
    keys: { type: 'string', default: '100000' },
    leaks: { type: 'string', default: '20000' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (options.help) console.log(usage);
else await measure();

async function measure(): Promise<void> {
  await provision([...serverTools, 'compiler'], console.log);
  const wanted = (name: string) => options.only === undefined || name.includes(options.only);
  const plan = { keys: Number(options.keys), leaks: Number(options.leaks), objects: 500, deletes: 0.3 };
  const rows: Row[] = [];
  const absent: string[] = [];
  for (const server of [...ownServers(), ...(await otherServers(console.log))]) {
    if (!wanted(server.name)) continue;
    if ('reason' in server) absent.push(`${server.name}: ${server.reason}`);
    else rows.push(show(realRow(await measureServer(server, plan))));
  }
  for (const { server, scenario } of GENERATED_CASES) {
    if (wanted(server)) rows.push(show(generatedRow(server, scenario, measureGenerated(server, scenario, 20_000))));
  }
  const text = report(rows, absent);
  console.log(`\n${text}`);
  if (options.only !== undefined) return;
  const file = join(root, 'docs/accuracy.md');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Tells of a row as soon as it is there: the whole takes minutes. */
function show(row: Row): Row {
  console.log(row.join('  '));
  return row;
}
