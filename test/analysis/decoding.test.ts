import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import type { Overlay, OverlayField } from '../../src/analysis/api.ts';
import { DumpReader } from '../../src/analysis/reader.ts';
import { elfStart } from '../dump/elf-builder.ts';
import { temporaryFolder } from '../dump/temporary-files.ts';

const HEAP = 0x7f00_0000_0000;
const ROOTS = 0x7f00_1000_0000;
const HEAP_OFFSET = 4096;
const ROOTS_OFFSET = HEAP_OFFSET + 8192;
const SLOT = 80;
const SLOTS = 100;

const textOf = (slot: number) =>
  `session:${`${slot}`.padStart(4, '0')}:${'abcdefghij'.repeat(6).slice(0, 50 + (slot % 9))}`;
/** File offset of the payload in slot `slot`: behind len, alloc and flags of an sdshdr8. */
const payloadOf = (slot: number) => HEAP_OFFSET + slot * SLOT + 3;

/** A core with 100 strings of one size class side by side; one word elsewhere points at the payload in slot 7. */
function coreOfStrings(): Buffer {
  const core = Buffer.alloc(ROOTS_OFFSET + 4096);
  elfStart([
    { offset: HEAP_OFFSET, address: HEAP, fileSize: 8192 },
    { offset: ROOTS_OFFSET, address: ROOTS, fileSize: 4096 },
  ]).copy(core);
  for (let slot = 0; slot < SLOTS; slot++) {
    const text = textOf(slot);
    core.set([text.length, SLOT - 4, 1], payloadOf(slot) - 3);
    core.write(text, payloadOf(slot), 'latin1');
  }
  core.writeBigUInt64LE(BigInt(HEAP + 7 * SLOT + 3), ROOTS_OFFSET + 512);
  return core;
}

describe('strings decoded on demand', () => {
  const path = temporaryFolder();
  const reader = new DumpReader();
  before(() => {
    writeFileSync(path('strings.core'), coreOfStrings());
    reader.open(path('strings.core'), {});
  });
  after(() => reader.close());

  const only = (overlays: readonly Overlay[], field: OverlayField, start: number) =>
    overlays.filter(overlay => overlay.field === field && overlay.start === start);

  it('lie as overlays over their bytes, in both orders, each once', () => {
    for (const order of ['file', 'address'] as const) {
      const firstRow = reader.rowOf(order, payloadOf(10), 16);
      const { overlays, rows } = reader.window({ order, firstRow, rowCount: 40, bytesPerRow: 16 });
      const first = rows[0].kind === 'bytes' ? rows[0].offset : Number.NaN;
      for (let slot = 11; slot < 17; slot++) {
        const payload = payloadOf(slot);
        const { length } = textOf(slot);
        const expected: [OverlayField, number, number][] = [
          ['sds.len', payload - 3, payload - 2],
          ['sds.alloc', payload - 2, payload - 1],
          ['sds.flags', payload - 1, payload],
          ['sds.payload', payload, payload + length],
          ['sds.nul', payload + length, payload + length + 1],
        ];
        for (const [field, start, end] of expected) {
          const found = only(overlays, field, start);
          assert.equal(found.length, 1, `${field} of slot ${slot} in ${order} order`);
          assert.equal(found[0].end, end);
        }
      }
      assert.ok(overlays.every(overlay => overlay.end > first && overlay.start < first + 640));
    }
  });

  it('are found over a gap of the address order, once', () => {
    // The last rows of the heap, the gap and the first rows behind it.
    const firstRow = reader.rowOf('address', ROOTS_OFFSET, 16) - 3;
    const window = reader.window({ order: 'address', firstRow, rowCount: 6, bytesPerRow: 16 });
    assert.deepEqual(
      window.rows.map(row => row.kind),
      ['bytes', 'bytes', 'gap', 'bytes', 'bytes', 'bytes'],
    );
    const keys = window.overlays.map(overlay => `${overlay.start} ${overlay.end} ${overlay.field}`);
    assert.equal(new Set(keys).size, keys.length);
    const narrow = reader.window({ order: 'address', firstRow: 8, rowCount: 1, bytesPerRow: 16 });
    assert.equal(only(narrow.overlays, 'sds.payload', payloadOf(1)).length, 1);
  });

  it('are decoded from any of their bytes, with a word that points at them', async () => {
    const payload = payloadOf(7);
    for (const offset of [payload - 3, payload - 2, payload - 1, payload, payload + 20, payload + textOf(7).length]) {
      const result = await reader.decode(offset);
      assert.ok(result.found, `at ${offset - payload}`);
      const { sds } = result;
      assert.equal(sds.header, 'sdshdr8');
      assert.equal(sds.offset, payload);
      assert.equal(sds.address, `0x${(HEAP + 7 * SLOT + 3).toString(16)}`);
      assert.deepEqual([sds.len, sds.alloc, sds.flags, sds.text], [textOf(7).length, SLOT - 4, 1, textOf(7)]);
      const pointer = sds.evidence.find(one => one.check === 'a word points at it');
      assert.equal(pointer?.holds, true);
      assert.match(pointer.detail, /0x7f0010000200/);
    }
    const unreferenced = await reader.decode(payloadOf(8));
    assert.ok(unreferenced.found);
    assert.equal(unreferenced.sds.evidence.find(one => one.check === 'a word points at it')?.holds, false);
  });

  it('do not call a search that was given up a search without result', async () => {
    const result = await reader.decode(payloadOf(8), { progress() {}, cancelled: () => true });
    assert.ok(result.found);
    assert.equal(result.sds.evidence.find(one => one.check === 'a word points at it')?.holds, undefined);
  });

  it('are refused where there is none, with a reason for every header', async () => {
    for (const offset of [10, ROOTS_OFFSET + 2000]) {
      const result = await reader.decode(offset);
      assert.ok(!result.found);
      const headers = result.refusal.refusals.map(one => one.header);
      for (const header of ['sdshdr5', 'sdshdr8', 'sdshdr16', 'sdshdr32', 'sdshdr64']) {
        assert.ok(headers.includes(header), header);
      }
      assert.ok(result.refusal.refusals.every(one => one.check !== '' && one.detail !== ''));
    }
  });

  it('are named by the byte that is inspected', () => {
    const flags = reader.inspect(payloadOf(3) - 1);
    assert.equal(flags.fields.at(-1)?.field, 'sds.flags');
    assert.match(flags.fields.at(-1)?.label ?? '', /type 1 = sdshdr8/);
    assert.equal(flags.address, HEAP + 3 * SLOT + 2);
    assert.equal(flags.segment, 'anonymous memory');
    assert.equal(reader.inspect(payloadOf(3)).fields.at(-1)?.field, 'sds.payload');
    assert.deepEqual(reader.inspect(20).fields, []);
  });

  it('are gone from what is cut off while the dump is open, and stay where they are still there', () => {
    writeFileSync(path('cut.core'), coreOfStrings());
    const own = new DumpReader();
    own.open(path('cut.core'), {});
    const ask = () => own.window({ order: 'file', firstRow: HEAP_OFFSET / 16, rowCount: 300, bytesPerRow: 16 });
    assert.equal(only(ask().overlays, 'sds.payload', payloadOf(20)).length, 1);
    truncateSync(path('cut.core'), payloadOf(15) - 3);
    const { overlays } = ask();
    assert.equal(only(overlays, 'sds.payload', payloadOf(5)).length, 1);
    assert.equal(only(overlays, 'sds.payload', payloadOf(20)).length, 0);
    own.close();
  });
});
