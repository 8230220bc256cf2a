import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DumpAnalyser } from '../../src/analysis/analyser.ts';
import type { Findings } from '../../src/heap/findings.ts';
import { generate, type Scenario } from '../generate/scenarios.ts';
import { type DumpTruth, MemoryTruth, type StringTruth } from '../generate/truth.ts';

/** A dump of known content, analysed, with its bytes by address for a test that reads them itself. */
export interface GeneratedDump {
  readonly path: string;
  readonly strings: readonly StringTruth[];
  readonly truth: DumpTruth;
  readonly findings: Findings;
  /** File offset of an address in a segment. */
  offsetOf(address: number): number;
  word(offset: number): number;
  remove(): void;
}

export function generatedDump(scenario: Scenario, server: string, strings: number): GeneratedDump {
  const folder = mkdtempSync(join(tmpdir(), 'hexheap-generated-'));
  const path = join(folder, 'redis.core');
  const sink = new MemoryTruth();
  const { truth, segments } = generate({ scenario, server, path, strings, truth: sink });
  const bytes = readFileSync(path);
  const analyser = new DumpAnalyser();
  analyser.analyse(path, {}, { progress: () => {}, cancelled: () => false });
  return {
    path,
    strings: sink.strings,
    truth,
    findings: analyser.findings()!,
    offsetOf: address => {
      const one = segments.find(each => address >= each.start && address < each.start + each.fileSize);
      if (one === undefined) throw new Error(`0x${address.toString(16)} is in no segment`);
      return one.offset + address - one.start;
    },
    word: offset => Number(bytes.readBigUInt64LE(offset)),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
