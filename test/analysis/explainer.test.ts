import assert from 'node:assert/strict';
import { Explainer } from '../../src/analysis/explainer.ts';
import type { AnalysisHooks } from '../../src/heap/hooks.ts';
import { type GeneratedDump, generatedDump } from './generated-dump.ts';

const quiet: AnalysisHooks = { progress: () => {}, cancelled: () => false };

function opened(dump: GeneratedDump): Explainer {
  const explainer = new Explainer();
  explainer.open(dump.path, {}, dump.findings);
  return explainer;
}

describe('explaining a live string', () => {
  let dump: GeneratedDump;
  let explainer: Explainer;
  before(() => {
    dump = generatedDump('healthy', 'redis-7.0.15', 300);
    explainer = opened(dump);
  });
  after(() => {
    explainer.close();
    dump.remove();
  });
  const at = (address: string) => dump.offsetOf(Number(address));

  it('gives a way whose words lead on in the bytes of the file, to the text, for every string', () => {
    const live = dump.strings.filter(({ verdict, owner }) => verdict === 'live' && owner?.kind !== 'embedded');
    assert.ok(live.length > 300);
    for (const { address, region, sizeClass } of live) {
      const { steps, sentence, subject } = explainer.why(at(address), quiet)!;
      assert.equal(subject.verdict, 'live');
      assert.match(sentence, /^It is alive/);
      assert.equal(steps[0].what, 'root');
      assert.ok(steps.slice(1).every(({ what, verdict }) => what === 'region' && verdict === 'live'));
      const last = steps.at(-1)!;
      assert.deepEqual(last.range, { start: at(region), end: at(region) + sizeClass });
      const holder = steps.at(-2)!;
      const word = holder.range === undefined ? undefined : dump.word(holder.range.start);
      if (word !== undefined) assert.equal(word, Number(address), 'the last word is the exact address of the text');
    }
  });

  it('names dict, table and entry on the way to a key, and the fields that point on', () => {
    const key = dump.strings.find(({ owner, verdict }) => owner?.kind === 'key' && verdict === 'live')!;
    const { steps } = explainer.why(at(key.address), quiet)!;
    const names = steps.map(({ name }) => name);
    const dict = names.indexOf('dict');
    assert.deepEqual(names.slice(dict, dict + 2), ['dict', 'dictTable']);
    assert.match(steps[dict].detail, /ht_table\[0\] points at the next/);
    assert.match(steps[dict + 1].detail, /bucket\[\d+\] points at the next/);
    assert.match(steps.at(-2)!.detail, /; key points at the text of the next$/);
  });

  it('lists the entry that holds a key, exactly and first', () => {
    const key = dump.strings.find(({ owner, verdict }) => owner?.kind === 'key' && verdict === 'live')!;
    const { references, sentence, searched, complete } = explainer.references(at(key.address), quiet)!;
    assert.equal(complete, true);
    assert.match(sentence, /^\d+ words? points? at it/);
    assert.match(searched, /registers of \d+ threads?.*writable segments/);
    const [first] = references;
    assert.deepEqual(
      [first.where, first.address, first.exact, first.counts, first.verdict],
      ['dictEntry.key', Number(key.owner!.address), true, true, 'live'],
    );
    for (const { exact, range } of references) {
      if (range !== undefined) assert.equal(dump.word(range.start) === Number(key.address), exact);
    }
  });

  it('reports its progress and stops when told to', () => {
    const { address } = dump.strings.find(({ verdict }) => verdict === 'live')!;
    const anew = opened(dump);
    const shares: number[] = [];
    anew.why(at(address), { progress: share => shares.push(share), cancelled: () => false });
    assert.ok(shares.length > 0 && shares.every(share => share >= 0 && share <= 1));
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    const other = opened(dump);
    assert.equal(other.why(at(address), { progress: () => {}, cancelled: () => true }), undefined);
    assert.equal(other.references(at(address), { progress: () => {}, cancelled: () => true }), undefined);
    anew.close();
    other.close();
  });

  it('refuses what is no memory', () => {
    assert.throws(() => explainer.why(0, quiet), /no memory of the process/);
    assert.throws(() => explainer.references(0, quiet), /no memory of the process/);
    assert.throws(() => new Explainer().why(0, quiet), /No dump is open/);
  });

  it('says of freed memory that it is free', () => {
    const { address } = dump.strings.find(({ verdict }) => verdict === 'freed')!;
    const { sentence, steps } = explainer.why(at(address), quiet)!;
    assert.match(sentence, /this memory is free/);
    assert.deepEqual(steps, []);
  });
});

describe('explaining a leaked string', () => {
  let dump: GeneratedDump;
  let explainer: Explainer;
  before(() => {
    dump = generatedDump('object-leak', 'redis-3.2.8', 300);
    explainer = opened(dump);
  });
  after(() => {
    explainer.close();
    dump.remove();
  });

  it('names the leaked holder, and leads from it to the string', () => {
    const held = dump.strings.filter(({ verdict }) => verdict === 'leaked-indirect');
    assert.ok(held.length > 100);
    for (const { address, owner } of held) {
      const offset = dump.offsetOf(Number(address));
      const { subject, sentence, steps } = explainer.why(offset, quiet)!;
      assert.equal(subject.verdict, 'leaked-indirect');
      assert.match(sentence, /leaked with its holder/);
      assert.deepEqual(
        steps.map(({ what, name }) => [what, name]),
        [
          ['region', 'robj'],
          ['region', 'string'],
        ],
      );
      assert.equal(steps[0].address, Number(owner!.address) + 8, 'the ptr of the robj');
      assert.match(steps[0].verdict!, /^leaked/);
      const { references } = explainer.references(offset, quiet)!;
      const counting = references.filter(({ counts, exact }) => counts && exact);
      assert.deepEqual(
        counting.map(({ where, address: word }) => [where, word]),
        [['robj.ptr', Number(owner!.address) + 8]],
      );
    }
  });

  it('says that no word points at what is leaked by itself', () => {
    const alone = dump.strings.filter(({ verdict }) => verdict === 'leaked');
    assert.ok(alone.length > 20);
    for (const { address } of alone) {
      const offset = dump.offsetOf(Number(address));
      const { sentence, steps } = explainer.why(offset, quiet)!;
      assert.match(sentence, /it leaked\. No root leads to it/);
      assert.deepEqual(steps, []);
      const found = explainer.references(offset, quiet)!;
      assert.match(found.sentence, /^No word points at it/);
      assert.deepEqual(
        found.references.filter(({ counts }) => counts),
        [],
      );
    }
  });
});
