import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { temporaryFolder } from '../dump/temporary-files.ts';
import { hexheap } from './hexheap.ts';
import { asRanges, countOf, type Known, known } from './samples.ts';

describe('hexheap with raw ranges', function () {
  this.timeout(30_000);
  const place = temporaryFolder();
  let didi: Known;
  let maps = '';
  let ranges: { path: string; start: number }[] = [];

  before(() => {
    didi = known({ scenario: 'didi', path: place('didi.core'), strings: 1500 });
    maps = place('maps');
    ranges = asRanges(didi.path, (_start, _end, number) => place(`range${number}.bin`), maps);
  });

  /** Words that name all ranges but those left out. */
  function words(withMaps: boolean, left: readonly number[] = []): string[] {
    const [first, ...others] = ranges.filter((_, number) => !left.includes(number));
    const rest = others.flatMap(({ path, start }) => ['--range', `${path}@0x${start.toString(16)}`]);
    return [first.path, '--base', `0x${first.start.toString(16)}`, ...rest, ...(withMaps ? ['--maps', maps] : [])];
  }

  it('finds the leaks of all ranges and their maps, as in a core', async () => {
    const { code, output } = await hexheap(['analyze', ...words(true), '--fail-on-leak', '--json']);
    const json = JSON.parse(output);
    assert.equal(code, 1, json.notes.join(' '));
    const { byVerdict } = json.strings;
    const sum = byVerdict.leaked.count + byVerdict['leaked-indirect'].count + byVerdict['leaked-weak'].count;
    assert.equal(sum, countOf(didi.strings, 'leaked'));
    assert.ok(byVerdict.live.count >= countOf(didi.strings, 'live'));
    assert.match(json.notes.join('\n'), /hold no registers/);
  });

  it('never says leaked without maps, or without one of the ranges', async () => {
    const whole = await hexheap(['analyze', ...words(false), '--json', '--fail-on-leak']);
    const parts = await Promise.all(
      ranges.map((_, left) => hexheap(['analyze', ...words(true, [left]), '--json', '--fail-on-leak'])),
    );
    for (const { code, output } of [whole, ...parts]) {
      assert.equal(code, 0);
      const { byVerdict } = JSON.parse(output).strings;
      assert.equal(byVerdict.leaked.count + byVerdict['leaked-indirect'].count + byVerdict['leaked-weak'].count, 0);
    }
  });

  it('tells in info where each range lies and who said so', async () => {
    const { output } = await hexheap(['info', ...words(true)]);
    for (const { path, start } of ranges) {
      assert.match(
        output.replaceAll(/\n {2,}/g, ' '),
        new RegExp(`${basename(path)}, .*base 0x${start.toString(16)}, as given`),
      );
    }
    const { output: lone } = await hexheap(['info', ranges[0].path]);
    assert.match(lone, /^Base +not known; "analyze" looks for it in the memory itself$/m);
  });

  it('finds the base of a lone range of the heap in its own memory, and says so', async () => {
    const raw = known({ scenario: 'didi', path: place('heap.bin'), strings: 1500, raw: true });
    const { code, output } = await hexheap(['analyze', raw.path, '--fail-on-leak']);
    assert.equal(code, 0);
    assert.match(
      output.replaceAll(/\n +/g, ' '),
      new RegExp(`The base ${raw.truth.raw?.base} of heap.bin was found in its own memory`),
    );
    assert.doesNotMatch(output, /^leaked/m);
    const leak = raw.strings.find(
      ({ verdict, address }) => verdict === 'leaked' && Number(address) > Number(raw.truth.raw?.base),
    )!;
    const why = await hexheap(['why', raw.path, leak.address]);
    assert.match(why.output, /^Verdict +unknown$/m);
  });
});
