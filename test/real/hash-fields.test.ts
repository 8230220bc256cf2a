import { strict as assert } from 'node:assert';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { decodeSdsAt } from '../../src/heap/decode-sds.ts';
import { analyse, isLeaked } from '../accuracy/analysed.ts';
import { otherServers } from '../accuracy/cases.ts';
import { describeWith } from '../house/needs.ts';
import { startServer } from './server.ts';

/** Servers whose hashes' fields may expire, and the header that their longer fields have. */
const EXPIRING: Readonly<Record<string, string>> = { 'redis 8.0': 'mstrhdr8', 'valkey 9': 'sdshdr8' };
const PAIRS = Array.from({ length: 200 }, (_, i) => [
  `field:${i}:`.padEnd(10 + i, 'f'),
  `value:${i}:`.padEnd(70 + i, 'v'),
]);

for (const server of await otherServers(console.log)) {
  if (!(server.name in EXPIRING)) continue;
  const title = `fields of hashes that expire, ${server.name}`;
  if ('reason' in server) {
    describe.skip(`${title} (skipped: ${server.reason})`, () => {
      it('are live strings with their values', () => {});
    });
    continue;
  }
  describeWith(['redis', 'gdb'], title, function () {
    this.timeout(60_000);

    it('are live strings with their values, those without an expiry beside them', async () => {
      const running = await startServer({ command: server.command, debugCommand: true });
      try {
        const client = await running.connect();
        await client.call('HSET', 'hash', ...PAIRS.flat());
        for (let i = 0; i < PAIRS.length; i += 2) {
          await client.call('HPEXPIRE', 'hash', 10_000_000, 'FIELDS', 1, PAIRS[i][0]);
        }
        client.close();
        const core = await running.takeCore();
        const analysed = analyse(core);
        const all = [...analysed.strings()];
        const named = new Map(all.filter(one => one.verdict === 'live').map(one => [`${one.owner} ${one.text}`, one]));
        for (const [field, value] of PAIRS) {
          const found = named.get(`field ${field}`);
          assert.ok(found, field);
          // Valkey needs the flags' upper bits, which an sdshdr5 has for its length, to say that a field expires.
          if (field.length < 32) assert.match(found.header, /^sdshdr[58]$/);
          else assert.equal(found.header, EXPIRING[server.name], field);
          assert.ok(named.has(`value ${value}`), value);
        }
        assert.deepEqual(
          all.filter(one => isLeaked(one.verdict)),
          [],
        );

        const source = FileSource.open(core);
        const dump = openDump(source);
        for (const [field] of PAIRS.slice(100, 102)) {
          const { address } = named.get(`field ${field}`)!;
          const decoded = await decodeSdsAt(dump, dump.offsetOf(address + 5)!, { findings: analysed.findings });
          assert.ok(decoded.found);
          assert.deepEqual([decoded.sds.text, decoded.sds.len], [field, field.length]);
          assert.equal(decoded.sds.header, EXPIRING[server.name]);
        }
        source.close();
      } finally {
        await running.stop();
      }
    });
  });
}
