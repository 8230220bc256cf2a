import { strict as assert } from 'node:assert';
import { type RegionTable, regionAt, setBit } from '../../src/allocator/regions.ts';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { type Findings, VERDICTS } from '../../src/heap/findings.ts';
import { HandMade, quiet } from './hand-made.ts';

const HEAP = 0x7f00_0010_0000;
const DATA = 0x5555_0000_0000;
const STACK = 0x7fff_0000_0000;
const HOLDERS = HEAP + 0x10000;
const SMALL = HEAP + 0x18000;

/** 64 regions of 80 bytes, 16 of 640 (of which the first is reached), 256 of 16. */
function process(): HandMade {
  return new HandMade()
    .segment(HEAP, 0x20000)
    .segment(DATA, 0x1000, 'file', '/usr/bin/redis-server')
    .segment(STACK, 0x2000, 'stack', '[stack]')
    .slab(HEAP, 80, 64)
    .slab(HOLDERS, 640, 16)
    .slab(SMALL, 16, 256)
    .thread(STACK + 0x1000)
    .word(DATA, HOLDERS);
}

const region = (n: number) => HEAP + n * 80;
const small = (n: number) => SMALL + n * 16;
const text = (name: string) => name.padEnd(76, '.');

function analyse(one: HandMade, table: (regions: RegionTable) => RegionTable = regions => regions) {
  const regions = table(one.regions());
  const findings = analyseHeap(one.dump(), regions, quiet, 'redis 7.0.15');
  return { findings, regions, verdictOf: (address: number) => verdictAt(findings, address) };
}

function verdictAt({ strings }: Findings, address: number): string | undefined {
  const place = strings.address.indexOf(address);
  return place < 0 ? undefined : VERDICTS[strings.verdict[place]];
}

describe('stale words that equal the start of a string', () => {
  it('do not keep it alive where its content leaves no doubt that it is one', () => {
    const one = process();
    const withAlloc = one.sds(region(0), text('leaked'), 76);
    const without = one.sds(region(1), 'leaked:sdshdr5:of:31:bytes:....');
    // 32 bytes of an sdshdr5 in a region of 80 do not fit it.
    one.word(HOLDERS + 40, region(0)).word(HOLDERS + 48, region(1));
    const { verdictOf } = analyse(one);
    assert.equal(verdictOf(withAlloc), 'leaked-weak');
    assert.equal(verdictOf(without), undefined);
  });

  it('are believed where a root holds them: a string that is being made is pointed at so', () => {
    for (const place of [DATA + 0x80, STACK + 0x1200]) {
      const one = process();
      const made = one.sds(region(0), text('being made'), 76);
      one.word(place, region(0));
      assert.equal(analyse(one).verdictOf(made), undefined);
    }
    const one = process();
    const made = one.sds(region(0), text('being made'), 76);
    one.thread(STACK + 0x1000, [BigInt(region(0))]);
    assert.equal(analyse(one).verdictOf(made), undefined);
  });

  it('are believed where a bare C string looks like an sdshdr5', () => {
    const one = process();
    // 'p' is 14 << 3: a text of 14 bytes would follow, and does.
    one.bytes(small(3), Buffer.from('plain C string\0'));
    const letters = Buffer.from('pabcdefghijklmn\0');
    one.bytes(small(4), letters);
    one.word(HOLDERS + 40, small(3)).word(HOLDERS + 48, small(4));
    const { verdictOf } = analyse(one);
    assert.equal(verdictOf(small(3) + 1), undefined);
    assert.equal(verdictOf(small(4) + 1), undefined);
  });
});

describe('regions named in a thread cache whose fill is not known', () => {
  const NOTE = 'The heads of one cache were not found.';
  const inDoubt = (address: number) => (regions: RegionTable) => {
    const perhapsCached = new Uint32Array(regions.allocated.length);
    setBit(perhapsCached, regionAt(regions, address));
    return {
      ...regions,
      allocator: { ...regions.allocator, missing: [NOTE] },
      perhapsCached,
      perhapsCachedNote: NOTE,
    };
  };

  it('are unknown unless something points at them; all others keep their verdicts', () => {
    const one = process();
    const doubtful = one.sds(region(0), text('freed or leaked'), 76);
    const leaked = one.sds(region(1), text('leaked'), 76);
    const live = one.sds(region(2), text('live'), 76);
    one.word(HOLDERS + 8, live);
    const { findings, verdictOf } = analyse(one, inDoubt(region(0)));
    assert.deepEqual([doubtful, leaked, live].map(verdictOf), ['unknown', 'leaked', 'live']);
    assert.deepEqual(findings.notes, [NOTE]);
    assert.equal(findings.complete, false);
    one.word(HOLDERS + 16, doubtful);
    assert.equal(analyse(one, inDoubt(region(0))).verdictOf(doubtful), 'live');
  });

  it('refuse nothing more, but what else is missing refuses all', () => {
    const one = process();
    const leaked = one.sds(region(1), text('leaked'), 76);
    const { verdictOf } = analyse(one, regions => {
      const table = inDoubt(region(0))(regions);
      return { ...table, allocator: { ...table.allocator, missing: [NOTE, 'A slab was overwritten.'] } };
    });
    assert.equal(verdictOf(leaked), 'unknown');
  });
});

describe('entries of dicts whose keys are objects', () => {
  const DICT = HEAP + 0x14000;
  const PAIRS = HEAP + 0x15000;

  /** A dict with one entry; `key` is where its key begins, `value` what its second word holds. */
  function withEntry(one: HandMade, key: number, value: number): HandMade {
    const [table, entry] = [PAIRS, PAIRS + 32];
    one
      .slab(DICT, 64, 4)
      .slab(PAIRS, 32, 8)
      .word(DATA + 0x40, DICT);
    // dictType, ht_table, ht_used, rehashidx -1, and the exponents of 4 buckets and of no table.
    one
      .word(DICT, DATA + 0x800)
      .word(DICT + 8, table)
      .word(DICT + 24, 1);
    one.bytes(DICT + 40, new Uint8Array(8).fill(0xff)).bytes(DICT + 48, Uint8Array.of(0, 0, 2, 0xff));
    return one
      .word(table + 8, entry)
      .word(entry, key)
      .word(entry + 8, value);
  }

  it('hold no text as their value: what is there was there before', () => {
    const one = process();
    const leaked = one.sds(region(0), text('leaked'), 76);
    withEntry(one, small(0), leaked);
    assert.equal(analyse(one).verdictOf(leaked), 'leaked-weak');
  });

  it('but those whose keys are texts do', () => {
    const one = process();
    const value = one.sds(region(0), text('value'), 76);
    withEntry(one, one.sds(region(1), text('key'), 76), value);
    assert.equal(analyse(one).verdictOf(value), 'live');
  });
});
