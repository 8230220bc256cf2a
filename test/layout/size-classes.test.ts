import assert from 'node:assert/strict';
import {
  glibcChunk,
  glibcUsable,
  isJemallocClass,
  jemallocClass,
  jemallocSmallClasses,
  jemallocSmallerClass,
  regionAlignment,
  slabBytes,
} from '../../src/layout/size-classes.ts';

// The classes of jemalloc 4.0.3 and 5.2.1 as Redis bundles them (quantum 8) and of 5.3.0 as Debian builds it (quantum 16).
const QUANTUM_8 = [
  8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280,
  1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192, 10240, 12288, 14336,
];
const QUANTUM_16 = QUANTUM_8.filter(size => ![24, 40, 56].includes(size));
const LARGE = [16384, 20480, 24576, 28672, 32768, 40960, 49152, 57344, 65536, 81920, 98304];

describe('size classes of jemalloc', () => {
  for (const [quantum, small] of [
    [8, QUANTUM_8],
    [16, QUANTUM_16],
  ] as const) {
    it(`with quantum ${quantum} are those of the allocator`, () => {
      assert.deepEqual(jemallocSmallClasses(quantum), small);
      const all = [...small, ...LARGE];
      for (let request = 1; request <= 98_304; request++) {
        const expected = all.find(size => size >= request);
        assert.equal(jemallocClass(request, quantum), expected, String(request));
      }
      for (const [at, size] of all.entries()) {
        assert.equal(jemallocSmallerClass(size, quantum), at === 0 ? 0 : all[at - 1], `below ${size}`);
        assert.ok(isJemallocClass(size, quantum));
        assert.ok(!isJemallocClass(size + 1, quantum));
      }
      assert.equal(jemallocClass(0, quantum), 8);
    });
  }

  it('know the bytes of a slab and what its regions are multiples of', () => {
    const measured: [number, number, number][] = [
      [80, 20_480, 16],
      [96, 12_288, 32],
      [24, 12_288, 8],
      [40, 20_480, 8],
      [48, 12_288, 16],
      [56, 28_672, 8],
      [112, 28_672, 16],
      [160, 20_480, 32],
      [64, 4_096, 64],
    ];
    for (const [size, slab, alignment] of measured) {
      assert.equal(slabBytes(size), slab, String(size));
      assert.equal(regionAlignment(size), alignment, String(size));
    }
    assert.equal(slabBytes(80, 65_536), 327_680);
    assert.equal(regionAlignment(81_920), 64, 'large ones start at a random cache line');
  });
});

describe('chunks of glibc', () => {
  it('are 16 apart and at least 32', () => {
    const measured: [number, number][] = [
      [1, 32],
      [24, 32],
      [25, 48],
      [40, 48],
      [41, 64],
      [88, 96],
      [89, 112],
    ];
    for (const [request, chunk] of measured) assert.equal(glibcChunk(request), chunk, String(request));
    assert.equal(glibcUsable(96), 88);
  });
});
