import assert from 'node:assert/strict';
import type { Overlay } from '../../src/analysis/api.ts';
import { DumpReader } from '../../src/analysis/reader.ts';
import { type GeneratedDump, generatedDump } from './generated-dump.ts';

/** Which field of its owner holds a string in that role. */
const FIELDS: Readonly<Record<string, RegExp>> = {
  key: /^dictEntry\.key$/,
  object: /^(robj|kvobj)\.ptr$/,
  // From 7.2 on a bucket, or the end of its chain, may be the member itself.
  member: /^(dictEntry\.(key|next)|dictTable\.bucket\[\d+\])$/,
  field: /^dictEntry\.key$/,
  value: /^dictEntry\.value$/,
  'zset-member': /^(zskiplistNode\.ele|dictEntry\.(key|next)|dictTable\.bucket\[\d+\])$/,
};

describe('fields of structs in the hexdump', () => {
  for (const server of [
    'redis-3.2.8',
    'redis-6.2.14',
    'redis-7.0.15',
    'redis-7.0.15-debian',
    'redis-7.4.1',
    'valkey-8.0.1',
  ]) {
    describe(server, () => {
      let dump: GeneratedDump;
      const reader = new DumpReader();
      const at = (address: string): Overlay[] => {
        const offset = dump.offsetOf(Number(address));
        return reader.overlays(offset, offset + 8);
      };

      /** The field at the owner's place that leads to the string; where that is a bucket, of the entries chained to it. */
      const fieldTo = (start: number, target: number, chained = 16): Overlay | undefined => {
        const fields = reader.overlays(start, start + 32).filter(one => one.start >= start);
        const found = fields.find(one => one.target === target);
        const next = fields.find(({ field }) => field === 'dictEntry.next' || field.startsWith('dictTable.bucket'));
        if (found || next?.target === undefined || chained === 0) return found;
        return fieldTo(next.target, target, chained - 1);
      };

      before(() => {
        dump = generatedDump('healthy', server, 400);
        reader.open(dump.path, {});
        reader.useFindings(dump.findings);
      });
      after(() => {
        reader.close();
        dump.remove();
      });

      it('lead from each owner to its string, by name and by offset', () => {
        let seen = 0;
        for (const { owner, address, region, verdict, header, len } of dump.strings) {
          const wanted = owner && FIELDS[owner.kind];
          if (!wanted || verdict !== 'live' || owner.address === region) continue;
          const start = dump.offsetOf(Number(owner.address));
          const target = dump.offsetOf(Number(address));
          const field = fieldTo(start, target);
          if (field === undefined && owner.kind === 'zset-member') continue; // the other of its two owners is named
          assert.ok(field, `${owner.kind} ${address} of ${owner.address} has no field`);
          assert.match(field.field, wanted);
          assert.equal(dump.word(field.start), Number(address), 'the field lies where the word does');
          assert.equal(field.end - field.start, 8);
          assert.equal(field.verdict, 'live');
          const bytes = len === 1 ? '1 byte' : `${len.toLocaleString('en-US')} bytes`;
          const label = `${field.field.split('.')[1]} -> ${address}: text of an ${header} of ${bytes}, live`;
          assert.equal(field.label, label);
          seen++;
        }
        assert.ok(seen > 100, `only ${seen} owners`);
      });

      it('never quote the text', () => {
        const texts = dump.strings.flatMap(({ text }) => (text !== undefined && text.length >= 12 ? [text] : []));
        const labels = dump.strings
          .slice(0, 200)
          .flatMap(({ region }) => at(region))
          .map(({ label }) => label)
          .join('\n');
        assert.ok(labels.length > 1000);
        assert.deepEqual(
          texts.filter(text => labels.includes(text)),
          [],
        );
      });

      it('lie in their regions and slabs, each with its size and verdict', () => {
        for (const { region, sizeClass, verdict } of dump.strings) {
          const start = dump.offsetOf(Number(region));
          const overlays = at(region);
          const own = overlays.find(one => one.field === 'region' && one.start === start);
          assert.ok(own, `no region at ${region}`);
          assert.equal(own.end - own.start, sizeClass);
          if (verdict === 'live') assert.equal(own.verdict, 'live');
          const slab = overlays.find(one => one.field === 'slab');
          if (slab === undefined) continue;
          assert.equal((own.start - slab.start) % sizeClass, 0);
          assert.equal((slab.end - slab.start) % sizeClass, 0);
        }
      });
    });
  }
});
