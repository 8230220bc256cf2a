import { strict as assert } from 'node:assert';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { findReferencesTo } from '../../src/heap/references-to.ts';
import { graphForPaths, whyAlive } from '../../src/heap/why.ts';
import { HandMade, quiet } from './hand-made.ts';

const HEAP = 0x7f00_0010_0000;
const DATA = 0x5555_0000_0000;
const STACK = 0x7fff_0000_0000;
const region = (n: number) => HEAP + n * 80;
const text = (name: string) => name.padEnd(76, '.');

/** data -> region 1 -> region 2 -> string in region 3; region 5 free, region 6 cached, both with stale words. */
function process(): { one: HandMade; held: number; lost: number } {
  const one = new HandMade()
    .segment(HEAP, 0x10000)
    .segment(DATA, 0x1000, 'file', '/usr/bin/redis-server')
    .segment(STACK, 0x2000, 'stack', '[stack]')
    .slab(HEAP, 80, 64)
    .thread(STACK + 0x1000);
  const held = one.sds(region(3), text('held'), 76);
  const lost = one.sds(region(9), text('lost'), 76);
  one
    .word(DATA + 0x40, region(1))
    .word(region(1) + 16, region(2) + 8)
    .word(region(2) + 24, held);
  one
    .freed(region(5))
    .word(region(5), held)
    .parked(region(6))
    .word(region(6) + 8, held);
  one
    .word(STACK + 0x100, held)
    .own(DATA + 0x800, DATA + 0x900)
    .word(DATA + 0x808, region(3));
  return { one, held, lost };
}

function opened() {
  const { one, held, lost } = process();
  const dump = one.dump();
  const findings = analyseHeap(dump, one.regions(), quiet, 'redis 7.0.15');
  return { dump, findings, regions: findings.regions!, held, lost };
}

describe('why a region is alive', () => {
  it('gives the way from a root, each word and where it points', () => {
    const { dump, findings, regions, held } = opened();
    const graph = graphForPaths(dump, regions, findings.server!, quiet);
    const path = whyAlive(dump, regions, graph, held + 10, quiet)!;
    assert.equal(path.exact, true);
    assert.deepEqual(
      path.steps.map(step => [step.memory, step.word, step.region, step.offset]),
      [
        ['the data of /usr/bin/redis-server', DATA + 0x40, undefined, 0],
        ['a region in use', region(1) + 16, region(1), 8],
        ['a region in use', region(2) + 24, region(2), 3],
        ['a region in use', undefined, region(3), 0],
      ],
    );
  });

  it('gives none for what is leaked, free, or no region', () => {
    const { dump, findings, regions, lost } = opened();
    const graph = graphForPaths(dump, regions, findings.server!, quiet);
    assert.equal(whyAlive(dump, regions, graph, lost, quiet), undefined);
    assert.equal(whyAlive(dump, regions, graph, region(5), quiet), undefined);
    assert.equal(whyAlive(dump, regions, graph, DATA, quiet), undefined);
  });
});

describe('who points at an address', () => {
  it('lists every word, those that count and those that do not', () => {
    const { dump, findings, regions, held } = opened();
    const found = findReferencesTo(dump, regions, findings, held, 100, quiet);
    assert.deepEqual(
      found.map(one => [one.memory, one.word, one.offset, one.exact]),
      [
        ['metadata', DATA + 0x808, 0, false],
        ['region', region(2) + 24, 3, true],
        ['free-region', region(5), 3, true],
        ['cached-region', region(6) + 8, 3, true],
        ['below-stack', STACK + 0x100, 3, true],
      ],
    );
    assert.equal(found[1].holder?.verdict, 'live');
    assert.equal(findReferencesTo(dump, regions, findings, held, 2, quiet).length, 2);
  });

  it('outside regions means the address itself', () => {
    const { one } = process();
    one.word(DATA + 0x200, DATA + 0x40).word(DATA + 0x208, DATA + 0x41);
    const dump = one.dump();
    const findings = analyseHeap(dump, one.regions(), quiet, 'redis 7.0.15');
    const found = findReferencesTo(dump, findings.regions!, findings, DATA + 0x40, 100, quiet);
    assert.deepEqual(
      found.map(entry => entry.word),
      [DATA + 0x200],
    );
  });
});
