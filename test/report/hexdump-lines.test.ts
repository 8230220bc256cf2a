import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { hexdumpLines } from '../../src/report/hexdump-lines.ts';

/** Bytes in which lines repeat, as memory's do. */
const memory = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 16 }), fc.integer({ min: 1, max: 5 })), { maxLength: 12 })
  .map(pieces =>
    Uint8Array.from(
      pieces.flatMap(([piece, times]) =>
        Array(times)
          .fill([...piece])
          .flat(),
      ),
    ),
  );

describe('hexdump lines', () => {
  let folder: string;
  before(function () {
    if (spawnSync('hexdump', ['--version']).error) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'hexheap-hexdump-'));
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  /** What the real program prints for the bytes from `skip` on, its own first column included. */
  function realHexdump(bytes: Uint8Array, skip = 0): string[] {
    const file = join(folder, 'bytes');
    writeFileSync(file, bytes);
    const { stdout, status } = spawnSync('hexdump', ['-C', '-s', String(skip), file], { encoding: 'latin1' });
    assert.equal(status, 0);
    return stdout.split('\n').slice(0, -1);
  }

  it('are those of the real hexdump -C, for every length up to three lines', () => {
    const bytes = Uint8Array.from({ length: 49 }, (_, at) => (at * 37 + 11) & 0xff);
    for (let length = 0; length <= bytes.length; length++) {
      const part = bytes.subarray(0, length);
      assert.deepEqual(hexdumpLines(part, { start: 0 }), realHexdump(part));
    }
  });

  it('are those of the real hexdump -C, where lines repeat', () => {
    fc.assert(
      fc.property(memory, bytes => {
        assert.deepEqual(hexdumpLines(bytes, { start: 0 }), realHexdump(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it('count from where they start, as hexdump -C -s does', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, at) => at);
    assert.deepEqual(hexdumpLines(bytes.subarray(37), { start: 37 }), realHexdump(bytes, 37));
  });

  it('have a first column as wide as the last address', () => {
    assert.deepEqual(hexdumpLines(Uint8Array.of(0x41), { start: 0x7f00_0000_1000 }), [
      '7f0000001000  41                                                |A|',
      '7f0000001001',
    ]);
  });

  it('show nothing of hidden bytes, and not where they are alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 80 }), fc.uint8Array({ minLength: 80 }), (a, b) => {
        const hide = { start: 0, shown: () => false };
        assert.deepEqual(hexdumpLines(a, hide), hexdumpLines(b.subarray(0, a.length), hide));
      }),
    );
  });

  it('show the bytes among the hidden ones that may be shown', () => {
    const [line] = hexdumpLines(Uint8Array.from([5, 9, 1, 0x53, 0x45]), { start: 0, shown: at => at < 3 });
    assert.equal(line, '00000000  05 09 01 ** **                                    |...**|');
  });
});
