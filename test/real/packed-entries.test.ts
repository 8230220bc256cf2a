import { strict as assert } from 'node:assert';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { decodeSdsAt } from '../../src/heap/decode-sds.ts';
import { REGION_KINDS } from '../../src/heap/findings.ts';
import { entryAt, type FoundEntry } from '../../src/heap/packed-entries.ts';
import { regionBounds } from '../../src/heap/string-block.ts';
import { analyse } from '../accuracy/analysed.ts';
import { otherServers, ownServers } from '../accuracy/cases.ts';
import { describeWith } from '../house/needs.ts';
import { startServer } from './server.ts';

const ITEMS = Array.from({ length: 60 }, (_, i) =>
  i % 5 === 0 ? String(i * i * 1_000 - 7) : `item:${i}:`.padEnd(9 + ((i * 7) % 90), 'x'),
);
const FIELDS = ['name', 'Ada', 'born', '1815', 'note', 'n'.repeat(60)];
const NUMBERS = ['-70000', '-3', '0', '12', '5000000000'];

for (const server of [...ownServers(), ...(await otherServers(console.log))]) {
  if ('reason' in server) {
    describe.skip(`packed collections of ${server.name} (skipped: ${server.reason})`, () => {
      it('are read element by element', () => {});
    });
    continue;
  }
  describeWith(['redis', 'gdb'], `packed collections of ${server.name}`, function () {
    this.timeout(60_000);

    it('are read element by element, and a decode inside names the element', async () => {
      const { command, debugCommand } = server;
      const running = await startServer({ command, debugCommand });
      try {
        const client = await running.connect();
        await client.call('RPUSH', 'a:list', ...ITEMS);
        await client.call('HSET', 'a:hash', ...FIELDS);
        await client.call('SADD', 'a:set', ...NUMBERS);
        client.close();
        const core = await running.takeCore();
        const { findings } = analyse(core);
        const source = FileSource.open(core);
        const dump = openDump(source);
        const blobs: FoundEntry[][] = [];
        findings.regionKind.forEach((kind, id) => {
          if (!['listpack', 'ziplist', 'intset'].includes(REGION_KINDS[kind])) return;
          const entries = new Map<number, FoundEntry>();
          const { start, end } = regionBounds(findings.regions!, id);
          for (let at = start; at < end; at++) {
            const entry = entryAt(dump, findings, at);
            if (entry !== undefined) entries.set(entry.index, entry);
          }
          blobs.push([...entries.values()]);
        });
        for (const expected of [ITEMS, FIELDS, NUMBERS]) {
          const blob = blobs.find(entries => entries[0]?.value === expected[0]);
          assert.deepEqual(
            blob?.map(({ value }) => value),
            expected,
          );
          assert.ok(blob!.every(({ count }) => count === expected.length));
        }
        const third = blobs.find(entries => entries[0]?.value === FIELDS[0])![5];
        const decoded = await decodeSdsAt(dump, dump.offsetOf(third.start + 3)!, { findings });
        source.close();
        assert.ok(!decoded.found);
        assert.match(
          decoded.refusal.refusals[0].detail,
          /^entry 5 of a (listpack|ziplist) of 6 entries: str6, 60 bytes; not an SDS$/,
        );
      } finally {
        await running.stop();
      }
    });
  });
}
