import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withSample } from './dumps.ts';
import { generate } from './scenarios.ts';
import { FileTruth, MemoryTruth } from './truth.ts';

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('generated scenarios', () => {
  it('didi: leaked copies of 61 to 87 bytes fill the slabs of 80 and 96 bytes, and their headers read as doubled letters', () => {
    withSample({ scenario: 'didi', strings: 20_000 }, ({ core, strings, truth }) => {
      const leaked = strings.filter(string => string.verdict === 'leaked');
      assert.equal(leaked.length, 20_000);
      assert.equal(truth.counts.leaked.count, 20_000);
      for (const { len, alloc, header, sizeClass } of leaked) {
        assert.equal(header, 'sdshdr8');
        assert.ok(len === alloc && len >= 61 && len <= 87);
        assert.equal(sizeClass, len <= 76 ? 80 : 96);
      }
      const starts = leaked.map(string => core.bytes(Number(string.region), 3).toString('latin1'));
      for (const letters of ['HH\x01', 'LL\x01', 'OO\x01', 'TT\x01', 'SS\x01']) {
        assert.ok(starts.filter(start => start === letters).length > 500, letters);
      }
      for (const size of [80, 96]) {
        const bin = truth.allocator!.bins.find(bin => bin.size === size)!;
        assert.ok(bin.live / bin.regions > 0.98);
      }
    });
  });

  it('churned: freed strings are still there, and some sit in thread caches', () => {
    withSample({ scenario: 'churned', server: 'redis-3.2.8', strings: 2000 }, ({ truth }) => {
      assert.ok(truth.counts.freed.count > 100);
      assert.ok(truth.allocator!.bins.some(bin => bin.cached > 0));
    });
  });

  it('sparse: a raw range of 100 GB takes no room and holds its islands', () => {
    inFolder(folder => {
      const path = join(folder, 'sparse');
      const size = 100 * 2 ** 30;
      const { truth } = generate({ scenario: 'sparse', raw: true, size, path, truth: new MemoryTruth() });
      const { size: length, blocks } = statSync(path);
      assert.equal(length, size);
      assert.ok(blocks * 512 < 1_000_000);
      const file = openSync(path, 'r');
      const islands = truth.sparse!.islands;
      assert.ok(islands.includes(0) && islands.includes(size - 4096) && islands.includes(4 * 2 ** 30 - 64));
      for (const place of islands) {
        const bytes = Buffer.alloc(640);
        readSync(file, bytes, 0, 640, place);
        const text = `island:${place}`;
        assert.equal(
          bytes.toString('latin1', 0, text.length + 3),
          `${String.fromCharCode(text.length, text.length)}\x01${text}`,
        );
        assert.equal(Number(bytes.readBigUInt64LE(632)), place);
      }
      closeSync(file);
    });
  });

  it('raw: the bytes of one mapping, whose base the truth names', () => {
    inFolder(folder => {
      const path = join(folder, 'heap.raw');
      const sink = new MemoryTruth();
      const { truth } = generate({ scenario: 'didi', strings: 2000, raw: true, path, truth: sink });
      const file = readFileSync(path);
      assert.equal(file.length, truth.raw!.size);
      const base = Number(truth.raw!.base);
      const inside = sink.strings.filter(
        ({ address }) => Number(address) >= base && Number(address) < base + file.length,
      );
      assert.ok(inside.length > 2000);
      for (const { address, text } of inside) {
        const at = Number(address) - base;
        assert.equal(file.toString('utf8', at, at + Buffer.byteLength(text!)), text);
      }
    });
  });

  it('the truth as one JSON object and as lines says the same', () => {
    inFolder(folder => {
      const [json, lines] = [join(folder, 'truth.json'), join(folder, 'truth.ndjson')];
      for (const path of [json, lines]) {
        generate({ scenario: 'healthy', strings: 100, path: join(folder, 'core'), truth: new FileTruth(path) });
      }
      const { strings, ...dump } = JSON.parse(readFileSync(json, 'utf8'));
      const parsed = readFileSync(lines, 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line));
      assert.deepEqual(parsed.slice(0, -1), strings);
      assert.deepEqual(parsed.at(-1), { dump });
      assert.equal(strings.length, dump.counts.live.count + dump.counts.freed.count);
    });
  });
});
