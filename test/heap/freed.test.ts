import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recoverAllocator } from '../../src/allocator/recover.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { VERDICTS } from '../../src/heap/findings.ts';
import { generate } from '../generate/scenarios.ts';
import { FileTruth } from '../generate/truth.ts';
import { quiet } from './hand-made.ts';

interface Truth {
  readonly strings: readonly { readonly address: string; readonly verdict: string; readonly text?: string }[];
}

/** Verdicts by address, as the analysis has them and as the generator knows them, of a server that deleted most of its keys. */
function churned(server: string): { found: Map<string, string>; truth: Truth } {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-freed-'));
  try {
    const path = join(folder, 'dump.core');
    const file = join(folder, 'truth.json');
    generate({ scenario: 'churned', server, strings: 1500, path, truth: new FileTruth(file) });
    const source = FileSource.open(path);
    const dump = openDump(source);
    const { strings } = analyseHeap(dump, recoverAllocator(dump, quiet)!, quiet);
    source.close();
    const found = new Map<string, string>();
    for (let i = 0; i < strings.count; i++) {
      found.set(`0x${strings.address[i].toString(16)}`, VERDICTS[strings.verdict[i]]);
    }
    return { found, truth: JSON.parse(readFileSync(file, 'utf8')) as Truth };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('strings that were freed and whose bytes are still whole', function () {
  this.timeout(20_000);
  for (const server of [
    'redis-3.2.8',
    'redis-7.0.15-debian',
    'redis-7.0.15-libc',
    'redis-7.4.1',
    'valkey-8.1.0',
    'keydb-6.3.4',
  ]) {
    it(`${server}: are listed as freed, inside objects and entries too`, () => {
      const { found, truth } = churned(server);
      const freed = truth.strings.filter(one => one.verdict === 'freed');
      assert.ok(freed.length > 80, `${freed.length} freed`);
      assert.deepEqual(
        freed.filter(one => found.get(one.address) !== 'freed'),
        [],
      );
      const others = truth.strings.filter(one => one.verdict !== 'freed').map(one => one.address);
      assert.deepEqual(
        others.filter(address => found.get(address) === 'freed'),
        [],
      );
    });
  }
});
