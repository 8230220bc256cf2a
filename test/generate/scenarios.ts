import { boot } from './boot.ts';
import { type CoreOptions, type CoreSegment, writeCore } from './core-writer.ts';
import { Keyspace, stringValue } from './keyspace.ts';
import { longKey, prose, shortKey } from './names.ts';
import { ENCODING, newObject, TYPE } from './objects.ts';
import { profile } from './profiles.ts';
import { newSds } from './sds.ts';
import type { DumpTruth, TruthSink } from './truth.ts';

export const SCENARIOS = ['didi'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface GenerateOptions {
  readonly scenario: Scenario;
  readonly path: string;
  readonly seed?: number;
  /** Leaked strings, or keys where nothing leaks. */
  readonly strings?: number;
  readonly server?: string;
  readonly core?: Partial<CoreOptions>;
  readonly truth: TruthSink;
}

export interface Generated {
  readonly truth: DumpTruth;
  readonly segments: readonly CoreSegment[];
}

/** Writes one dump and its truth. */
export function generate(options: GenerateOptions): Generated {
  const seed = options.seed ?? 1;
  const strings = options.strings ?? 60_000;
  const booted = boot(profile(options.server ?? 'redis-3.2.8'), seed, options.truth);
  const { server, image } = booted;
  try {
    const keys = Math.max(100, Math.min(10_000, Math.floor(strings / 6)));
    const keyspace = new Keyspace(booted, keys);
    for (let i = 0; i < keys; i++) addKey(keyspace, i);
    for (let i = 0; i < strings; i++) newSds(server, longKey(server.random), { verdict: 'leaked', settled: true });
    keyspace.finish();
    const truth = server.finish(options.scenario, seed);
    const segments = writeCore(image, options.path, { style: 'gcore', ...options.core });
    return { truth, segments };
  } finally {
    image.space.close();
  }
}

function addKey(keyspace: Keyspace, number: number): void {
  const { server } = keyspace;
  const { random } = server;
  const name = random.chance(0.5) ? longKey(random) : shortKey(random, number);
  const dice = random.below(10);
  const value =
    dice < 2
      ? newObject(server, TYPE.string, ENCODING.int, 10_000 + random.below(1e6))
      : dice < 3
        ? keyspace.sharedIntegers[random.below(10_000)]
        : stringValue(keyspace, prose(random, random.between(1, dice < 8 ? 44 : 400)), true);
  const expires = random.chance(0.1) ? { expireAt: 1_790_000_000_000 + random.below(1e9) } : {};
  keyspace.add(name, value, { settled: true, ...expires });
}
