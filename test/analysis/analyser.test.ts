import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { DumpAnalyser } from '../../src/analysis/analyser.ts';
import type { AnalysisProgress } from '../../src/analysis/api.ts';
import { DumpSession } from '../../src/analysis/session.ts';
import { type Findings, HEADERS } from '../../src/heap/findings.ts';
import { temporaryFolder } from '../dump/temporary-files.ts';
import { generate } from '../generate/scenarios.ts';
import { MemoryTruth, type StringTruth } from '../generate/truth.ts';

const THREADS = {
  reader: new URL('../../src/analysis/reader-worker.ts', import.meta.url),
  analyser: new URL('../../src/analysis/analysis-worker.ts', import.meta.url),
  explainer: new URL('../../src/analysis/explainer-worker.ts', import.meta.url),
};
const HOOKS = { progress() {}, cancelled: () => false };

/** Strings of the findings by address, as the truth names them; `base` is added to addresses that count from 0. */
function byAddress({ strings }: Findings, base: number): Map<string, { header: string; len: number; alloc: number }> {
  const found = new Map<string, { header: string; len: number; alloc: number }>();
  for (let index = 0; index < strings.count; index++) {
    found.set(`0x${(base + strings.address[index]).toString(16)}`, {
      header: HEADERS[strings.header[index]],
      len: strings.length[index],
      alloc: strings.alloc[index],
    });
  }
  return found;
}

describe('analyser', () => {
  const place = temporaryFolder();

  function didi(raw: boolean): { path: string; truth: MemoryTruth } {
    const truth = new MemoryTruth();
    const path = place(raw ? 'didi.bin' : 'didi.core');
    generate({ scenario: 'didi', path, strings: 3000, raw, truth });
    return { path, truth };
  }

  it('finds the strings of a raw range without a base by their bytes, the leaking family on top', () => {
    const { path, truth } = didi(true);
    const base = Number(truth.dump?.raw?.base);
    const end = base + (truth.dump?.raw?.size ?? 0);
    // The headers of jemalloc's chunks, at multiples of 2 MiB, would tell the base.
    const chunk = 2 * 1024 * 1024;
    const bytes = readFileSync(path);
    for (let at = Math.ceil(base / chunk) * chunk; at < end; at += chunk) bytes.fill(0, at - base, at - base + 4096);
    writeFileSync(path, bytes);
    const analyser = new DumpAnalyser();
    const summary = analyser.analyse(path, {}, HOOKS);
    const findings = analyser.findings();
    assert.ok(findings);
    assert.equal(summary.reopen, undefined);
    const found = byAddress(findings, base);
    // What a byte scan promises: strings with text, not freed and overwritten, not empty.
    const promised = truth.strings.filter(
      ({ address, verdict, len, text }: StringTruth) =>
        verdict !== 'freed' && len > 2 && text !== undefined && Number(address) >= base && Number(address) < end,
    );
    assert.ok(promised.length > 3000);
    const missed = promised.filter(string => {
      const hit = found.get(string.address);
      return hit?.header !== string.header || hit.len !== string.len || hit.alloc !== string.alloc;
    });
    assert.equal(missed.length, 0, JSON.stringify(missed[0]));
    const known = new Set(truth.strings.map(({ address }) => address));
    const wrong = [...found.keys()].filter(address => !known.has(address)).length;
    assert.ok(wrong <= found.size / 100, `${wrong} of ${found.size} are no strings`);

    assert.equal(summary.byVerdict.unknown.count, summary.strings);
    assert.match(summary.summary, /^[\d,]+ strings were found by their bytes alone; no allocator was recovered/);
    const [top] = findings.clusters?.rows ?? [];
    assert.equal(top.header, 'sdshdr8');
    assert.ok(top.stride === 80 || top.stride === 96, String(top.stride));
  });

  it('finds the base of a raw range in its memory, and the heap, but calls nothing leaked', async () => {
    const { path, truth } = didi(true);
    const base = Number(truth.dump?.raw?.base);
    const session = new DumpSession(THREADS);
    try {
      assert.equal((await session.open(path)).baseKnown, false);
      const summary = await session.analyse();
      assert.deepEqual(summary.reopen, { base });
      assert.deepEqual([session.opened?.summary.baseKnown, session.opened?.options.base], [true, base]);
      assert.match(summary.notes[0], new RegExp(`^The base 0x${base.toString(16)} of didi.bin was found`));
      assert.equal(summary.allocator?.name, 'jemalloc');
      const { leaked, unknown } = summary.byVerdict;
      assert.equal(leaked.count + summary.byVerdict['leaked-weak'].count, 0);
      const held = truth.strings.filter(({ verdict, address }) => verdict === 'leaked' && Number(address) >= base);
      assert.ok(unknown.count >= held.length - 10 && held.length > 1000, `${unknown.count} of ${held.length}`);
      // The reader answers with the same addresses.
      const { clusters } = await session.clusters(0, 1);
      const { members } = await session.members(clusters[0].id, 0, 1);
      assert.equal((await session.inspect(members[0].offset)).address, members[0].address);
      assert.equal(members[0].address, base + members[0].offset);
    } finally {
      await session.dispose();
    }
  });

  it('recovers the allocator of a core and tells what leaked', () => {
    const { path, truth } = didi(false);
    const analyser = new DumpAnalyser();
    const stages: string[] = [];
    let share = 0;
    const progress = (progress: AnalysisProgress) => {
      if (stages.at(-1) !== progress.stage) stages.push(progress.stage);
      assert.ok(progress.share >= share && progress.share <= 1, `${progress.share} after ${share}`);
      share = progress.share;
    };
    const summary = analyser.analyse(path, { server: 'redis 3.2.8' }, { ...HOOKS, progress });
    assert.deepEqual(stages, ['open', 'carve', 'classify', 'mark', 'judge', 'cluster']);
    assert.equal(summary.allocator?.name, 'jemalloc');
    const leaked = truth.strings.filter(({ verdict }) => verdict === 'leaked').length;
    const { byVerdict } = summary;
    assert.equal(byVerdict.leaked.count + byVerdict['leaked-indirect'].count + byVerdict['leaked-weak'].count, leaked);
    assert.match(summary.summary, /^[\d,]+ strings were found; 3,000 of them leaked, [\d.]+ KiB in all\./);
    const findings = analyser.findings();
    assert.ok(findings?.clusters);
    const [top] = findings.clusters.rows;
    assert.deepEqual([top.header, top.stride], ['sdshdr8', top.sizeClass]);
    assert.ok(top.byVerdict.leaked.count > 1000);
    for (const column of [findings.strings.address, findings.strings.verdict, findings.clusters.members]) {
      assert.ok(column.buffer instanceof SharedArrayBuffer);
    }
  });

  it('stops within a tenth of a second of a cancel, with what it found until then', () => {
    const path = place('large.bin');
    const bytes = Buffer.alloc(64 << 20);
    for (let at = 0; at < bytes.length; at += 64) bytes.write('\x0b\x0b\x01hello world\0', at, 'latin1');
    writeFileSync(path, bytes);
    const analyser = new DumpAnalyser();
    let cancelledAt: number | undefined;
    const summary = analyser.analyse(
      path,
      { base: 0x7f00_0000_0000 },
      {
        progress({ stage, share }) {
          if (stage === 'classify' && share > 0.4) cancelledAt ??= process.cpuUsage().user;
        },
        cancelled: () => cancelledAt !== undefined,
      },
    );
    const spent = (process.cpuUsage().user - (cancelledAt ?? 0)) / 1000;
    assert.ok(spent < 100, `${spent} ms after the cancel`);
    assert.equal(summary.complete, false);
    assert.ok(summary.strings > 0 && summary.strings < 1 << 20, String(summary.strings));
    assert.ok(summary.notes.includes('The analysis was cancelled before its end.'));
    assert.match(summary.summary, /not complete/);
  });

  it('works in its thread, and the reader answers from what it found', async () => {
    const { path } = didi(false);
    const session = new DumpSession(THREADS);
    try {
      await session.open(path);
      const shares: number[] = [];
      const summary = await session.analyse({ onProgress: ({ share }) => shares.push(share) });
      assert.ok(shares.length >= 6);
      const { total, clusters } = await session.clusters(0, 3);
      assert.equal(total, summary.clusters);
      assert.match(clusters[0].samples[0], /^[\w:.{}-]{61,}/);
      const { members } = await session.members(clusters[0].id, 0, 5);
      assert.equal(members.length, 5);
      const decoded = await session.decode(members[0].offset);
      assert.ok(decoded.found);
      assert.equal(decoded.sds.len, members[0].length);
    } finally {
      await session.dispose();
    }
  });
});

describe('summary of an analysis', () => {
  const place = temporaryFolder();

  it('does not say that nothing leaked when it was cancelled', () => {
    const path = place('cancelled.core');
    generate({ scenario: 'healthy', path, strings: 500, truth: new MemoryTruth() });
    for (const last of ['open', 'carve', 'classify', 'mark', 'judge', 'cluster']) {
      let reached = false;
      const summary = new DumpAnalyser().analyse(
        path,
        {},
        {
          progress({ stage }) {
            reached ||= stage === last;
          },
          cancelled: () => reached,
        },
      );
      // So small a heap may be through before it is asked again; then nothing is missing.
      if (summary.complete && ['judge', 'cluster'].includes(last)) continue;
      assert.equal(summary.complete, false, last);
      assert.doesNotMatch(summary.summary, /no leak/, last);
      assert.ok(
        summary.notes.some(note => note.startsWith('The analysis was cancelled')),
        last,
      );
    }
  });

  it('says that a healthy server leaks nothing', () => {
    const path = place('healthy.core');
    generate({ scenario: 'healthy', path, strings: 500, truth: new MemoryTruth() });
    const summary = new DumpAnalyser().analyse(path, {}, HOOKS);
    assert.match(summary.summary, /^[\d,]+ strings were found; no leak\.$/);
  });
});
