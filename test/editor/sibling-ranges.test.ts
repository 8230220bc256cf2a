import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { siblingRanges } from '../../src/editor/sibling-ranges.ts';
import { temporaryFolder } from '../dump/temporary-files.ts';

describe('what lies beside a raw range', () => {
  const place = temporaryFolder();

  function folder(name: string, files: Readonly<Record<string, number>>): string {
    const path = place(name);
    mkdirSync(path);
    for (const [file, size] of Object.entries(files)) writeFileSync(join(path, file), new Uint8Array(size));
    return path;
  }

  it('are ranges whose names tell addresses, and maps', async () => {
    const path = folder('full', {
      '7f0000000000-7f0000001000.bin': 4096,
      '7f0000002000-7f0000004000.bin': 8192,
      '0x5500000000.bin': 100,
      '7f0000002000-7f0000004000.bin.hexheap.json': 100,
      '7f0000008000-7f0000009000.bin': 9000,
      '0x66000000.bin': 0,
      'notes.bin': 4096,
      maps: 10,
    });
    mkdirSync(join(path, '0x77000000.d'));
    assert.deepEqual(await siblingRanges(join(path, '7f0000000000-7f0000001000.bin')), {
      ranges: ['0x5500000000.bin', '7f0000002000-7f0000004000.bin'].map(name => ({ path: join(path, name) })),
      maps: join(path, 'maps'),
    });
  });

  it('are maps of its own name before others', async () => {
    const path = folder('named', { 'heap.bin': 4096, 'heap.bin.maps': 10, maps: 10 });
    assert.deepEqual(await siblingRanges(join(path, 'heap.bin')), { ranges: [], maps: join(path, 'heap.bin.maps') });
  });

  it('are nothing where there are none, or no folder', async () => {
    const path = folder('alone', { 'heap.bin': 4096, 'other.bin': 4096 });
    assert.equal(await siblingRanges(join(path, 'heap.bin')), undefined);
    assert.equal(await siblingRanges(place('nowhere/heap.bin')), undefined);
  });
});
