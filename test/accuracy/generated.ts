import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate, type Scenario } from '../generate/scenarios.ts';
import { MemoryTruth, type StringTruth } from '../generate/truth.ts';
import { type Analysed, analyse, isLeaked } from './analysed.ts';
import { type BinAgreement, compareBins } from './bins.ts';

/** How the engine's verdicts agree with a generated dump's truth, string by string, by address. */
export interface GeneratedAgreement {
  readonly strings: number;
  readonly live: number;
  /** Strings that live, by the truth. */
  readonly known: number;
  readonly missedLive: readonly string[];
  readonly planted: number;
  readonly missedLeaks: readonly string[];
  readonly falseLeaks: readonly string[];
}

export interface MeasuredDump {
  readonly analysed: Analysed;
  readonly agreement: GeneratedAgreement;
  readonly bins: BinAgreement;
}

export interface GeneratedCase {
  readonly server: string;
  readonly scenario: Scenario;
  /** What the engine does not find yet, in words and as the lines that may then be missing. */
  readonly limits?: { readonly what: string; readonly allowed: RegExp };
}

/** KeyDB keeps short texts where other servers' objects have their pointer: nothing but the object's owner tells them. */
const KEYDB = { what: 'short texts inside objects', allowed: /^sdshdr8 of \d\d? at 0x[0-9a-f]+: no string$/ };

/** Servers and allocators that cannot be had as a package. On libc nothing is freed in a leak of objects, so its thread cache cannot be told. */
export const GENERATED_CASES: readonly GeneratedCase[] = [
  { server: 'redis-2.6.17', scenario: 'churned' },
  { server: 'redis-2.8.24', scenario: 'churned' },
  { server: 'redis-3.2.8', scenario: 'churned' },
  { server: 'redis-3.2.8', scenario: 'didi' },
  { server: 'redis-3.2.8', scenario: 'object-leak' },
  { server: 'redis-3.2.8-libc', scenario: 'churned' },
  { server: 'redis-4.0.14', scenario: 'churned' },
  { server: 'redis-4.0.14', scenario: 'unpadded-rax' },
  { server: 'redis-5.0.14', scenario: 'churned' },
  { server: 'redis-5.0.14', scenario: 'object-leak' },
  { server: 'redis-6.2.14', scenario: 'churned' },
  { server: 'redis-6.2.14', scenario: 'object-leak' },
  { server: 'redis-7.0.15', scenario: 'churned' },
  { server: 'redis-7.4.1', scenario: 'churned' },
  { server: 'redis-7.4.1', scenario: 'object-leak' },
  { server: 'redis-8.2.0', scenario: 'object-leak' },
  { server: 'keydb-6.3.4', scenario: 'churned', limits: KEYDB },
  { server: 'keydb-6.3.4', scenario: 'object-leak', limits: KEYDB },
];

/** jemalloc with pages of other sizes than 4 KiB, as distributions configure it for arm64: servers of which there is a row above. */
export const PAGE_CASES: readonly GeneratedCase[] = [
  { server: 'redis-3.2.8-64k-pages', scenario: 'didi' },
  { server: 'redis-5.0.14-64k-pages', scenario: 'churned' },
  { server: 'redis-7.0.15-16k-pages', scenario: 'object-leak' },
  { server: 'redis-7.0.15-64k-pages', scenario: 'didi' },
  { server: 'redis-7.0.15-64k-pages', scenario: 'healthy' },
];

/** Generates a dump of this server and scenario, analyses it without any hint, and compares. */
export function measureGenerated(server: string, scenario: Scenario, strings: number, seed = 1): MeasuredDump {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-generated-'));
  try {
    const path = join(folder, 'dump.core');
    const truth = new MemoryTruth();
    const { allocator } = generate({ scenario, server, strings, seed, path, truth }).truth;
    const analysed = analyse(path);
    const live = new Map(allocator!.bins.map(bin => [bin.size, bin.live]));
    const small = (analysed.findings.regions?.bins ?? []).filter(bin => live.has(bin.size));
    return { analysed, agreement: compare(analysed, truth.strings), bins: compareBins(small, live) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(analysed: Analysed, truth: readonly StringTruth[]): GeneratedAgreement {
  const known = new Map(truth.map(each => [Number(each.address), each]));
  const right = new Set<number>();
  const judged = new Map<number, string>();
  const falseLeaks: string[] = [];
  let strings = 0;
  let live = 0;
  for (const { address, verdict, header, text } of analysed.strings()) {
    strings++;
    const expected = known.get(address);
    judged.set(address, `${verdict} ${header}`);
    if (verdict === 'live') live++;
    if (isLeaked(verdict)) {
      if (expected !== undefined && isLeaked(expected.verdict)) right.add(address);
      else falseLeaks.push(`${verdict} ${header} at 0x${address.toString(16)}: ${JSON.stringify(text.slice(0, 60))}`);
    } else if (expected?.verdict === verdict) right.add(address);
  }
  const missed = (of: readonly StringTruth[]) =>
    of
      .filter(({ address }) => !right.has(Number(address)))
      .map(
        ({ address, header, len }) =>
          `${header} of ${len} at ${address}: ${judged.get(Number(address)) ?? 'no string'}`,
      );
  const planted = truth.filter(({ verdict }) => isLeaked(verdict));
  const alive = truth.filter(({ verdict }) => verdict === 'live');
  return {
    strings,
    live,
    known: alive.length,
    missedLive: missed(alive),
    planted: planted.length,
    missedLeaks: missed(planted),
    falseLeaks,
  };
}
