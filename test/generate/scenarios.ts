import { boot } from './boot.ts';
import { connectClients } from './clients.ts';
import { type CoreOptions, type CoreSegment, writeCore, writeRaw } from './core-writer.ts';
import { hex } from './heap.ts';
import { type Key, Keyspace } from './keyspace.ts';
import { longKey, prose, shortKey } from './names.ts';
import { encodingOf, newStringObject } from './objects.ts';
import { profile } from './profiles.ts';
import { newRax } from './rax.ts';
import { newSds } from './sds.ts';
import { slotKey } from './slots.ts';
import { generateSparseCore, generateSparseRaw } from './sparse.ts';
import { leaveInfo } from './traces.ts';
import type { DumpTruth, TruthSink } from './truth.ts';
import { anyString, anyValue } from './values.ts';

export const SCENARIOS = ['didi', 'healthy', 'churned', 'object-leak', 'unpadded-rax', 'sparse'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface GenerateOptions {
  readonly scenario: Scenario;
  readonly path: string;
  readonly seed?: number;
  /** Leaked strings, or keys where nothing leaks. */
  readonly strings?: number;
  /** A profile's id. */
  readonly server?: string;
  readonly core?: Partial<CoreOptions>;
  /** Only the largest mapping of the heap, as a raw range. */
  readonly raw?: boolean;
  /** Bytes of a sparse dump. */
  readonly size?: number;
  readonly truth: TruthSink;
}

export interface Generated {
  readonly truth: DumpTruth;
  readonly segments: readonly CoreSegment[];
}

const DEFAULTS: Readonly<Record<Scenario, { readonly server: string; readonly strings: number }>> = {
  didi: { server: 'redis-3.2.8', strings: 60_000 },
  healthy: { server: 'redis-7.0.15', strings: 5_000 },
  churned: { server: 'redis-7.0.15', strings: 5_000 },
  'object-leak': { server: 'redis-3.2.8', strings: 5_000 },
  'unpadded-rax': { server: 'redis-4.0.14', strings: 5_000 },
  sparse: { server: 'redis-7.0.15', strings: 1_000 },
};

/** Writes one dump and its truth. */
export function generate(options: GenerateOptions): Generated {
  const { scenario, seed = 1 } = options;
  const { server: id, strings } = { ...DEFAULTS[scenario], ...defined(options) };
  const { size = 6 * 2 ** 30 } = options;
  if (scenario === 'sparse' && options.raw) return generateSparseRaw(options.path, seed, size, options.truth);
  const booted = boot(profile(id), seed, options.truth);
  const { server, image } = booted;
  try {
    const leaking = scenario === 'didi' || scenario === 'object-leak';
    const keys = leaking ? Math.max(100, Math.min(10_000, Math.floor(strings / 6))) : strings;
    const keyspace = new Keyspace(booted, keys, scenario === 'churned' && server.profile.keys === 'sds');
    FILL[scenario](keyspace, keys, strings);
    connectClients(keyspace, [['GET', 'user:1'], ['SET', longKey(server.random), prose(server.random, 90)], ['PING']]);
    keyspace.finish();
    leaveInfo(server);
    const core = { style: 'gcore' as const, ...options.core };
    if (scenario === 'sparse') return generateSparseCore(server, options.path, { seed, size, core });
    const heap = image
      .sorted()
      .filter(mapping => mapping.kind === 'anonymous' || mapping.kind === 'heap')
      .reduce((best, mapping) => (mapping.end - mapping.start > best.end - best.start ? mapping : best));
    const raw = { base: hex(heap.start), size: heap.end - heap.start };
    const truth = server.finish(scenario, seed, options.raw ? { raw } : {});
    if (!options.raw) return { truth, segments: writeCore(image, options.path, core) };
    writeRaw(image, options.path, heap);
    return { truth, segments: [] };
  } finally {
    image.space.close();
  }
}

function defined(options: GenerateOptions): { server?: string; strings?: number } {
  const { server, strings } = options;
  return { ...(server === undefined ? {} : { server }), ...(strings === undefined ? {} : { strings }) };
}

const HUGE_TEXT = 3_000_000;

type Fill = (keyspace: Keyspace, keys: number, strings: number) => void;

const FILL: Readonly<Record<Scenario, Fill>> = {
  didi(keyspace, keys, strings) {
    addKeys(keyspace, keys);
    // The copies follow each other with only a little traffic between, so they fill their slabs densely.
    for (let i = 0; i < strings; i++) {
      newSds(keyspace.server, longKey(keyspace.server.random), { verdict: 'leaked', settled: true });
    }
  },
  healthy(keyspace, keys) {
    addKeys(keyspace, keys);
    // Large enough for jemalloc's chunks and glibc's mappings to hold nothing else.
    const text = prose(keyspace.server.random, HUGE_TEXT);
    if (keys >= 5_000) keyspace.add('report:whole', newStringObject(keyspace.server, text), { settled: true });
  },
  sparse: addKeys,
  churned: churn,
  'object-leak'(keyspace, keys, strings) {
    addKeys(keyspace, keys);
    for (let i = 0; i < strings; i++) leakObject(keyspace);
  },
  'unpadded-rax': indexKeys,
};

/** Adds keys with values of all types; one in ten expires. */
function addKeys(keyspace: Keyspace, keys: number): void {
  for (let i = 0; i < keys; i++)
    keyspace.add(anyKey(keyspace, i), anyValue(keyspace, true), { settled: true, ...expiry(keyspace) });
}

function anyKey(keyspace: Keyspace, number: number): string {
  const { random } = keyspace.server;
  return random.chance(0.5) ? longKey(random) : shortKey(random, number);
}

function expiry(keyspace: Keyspace): { expireAt?: number } {
  const { random } = keyspace.server;
  return random.chance(0.1) ? { expireAt: 1_790_000_000_000 + random.below(1e9) } : {};
}

/** A third of the string keys is deleted, a tenth as many new ones come after, and a twentieth leaks in between. */
function churn(keyspace: Keyspace, keys: number): void {
  const { server } = keyspace;
  const { random } = server;
  const mortal: { key: Key; shared: boolean }[] = [];
  const shared = new Set(keyspace.sharedIntegers);
  for (let i = 0; i < keys; i++) {
    const value = anyString(keyspace, false);
    const key = keyspace.add(anyKey(keyspace, i), value, { settled: false, ...expiry(keyspace) });
    mortal.push({ key, shared: shared.has(value) });
    if (i % 20 === 0) newSds(server, longKey(random), { verdict: 'leaked', settled: true });
  }
  for (const { key, shared } of mortal) {
    if (!random.chance(0.33)) continue;
    const value = keyspace.remove(key);
    if (value !== undefined && !shared) freeObject(keyspace, value);
  }
  for (let i = 0; i < keys / 10; i++) {
    keyspace.add(anyKey(keyspace, keys + i), anyString(keyspace, true), { settled: true });
    if (i % 2 === 0) newSds(server, longKey(random), { verdict: 'leaked', settled: true });
  }
}

/** decrRefCount to 0 of a string object: its sds first, then the object. */
function freeObject(keyspace: Keyspace, object: number): void {
  const { server } = keyspace;
  const encoding = encodingOf(server, object);
  const pointer = server.space.read64(object + server.objectPointer);
  if (encoding === 0) server.freeString(pointer);
  // An EMBSTR's text lies at the same place in every version, also where nothing points at it (KeyDB).
  if (encoding === 8 && server.isOpen(object + 19)) server.forget(object, object + 19);
  server.free(object);
}

/** createStringObject whose result nobody keeps: the object is leaked, and a separate string only reached from it. */
function leakObject(keyspace: Keyspace): void {
  const { server } = keyspace;
  const text = server.random.chance(0.8) ? longKey(server.random) : prose(server.random, 30);
  const embedded = Buffer.byteLength(text) <= server.profile.embstrLimit;
  const object = newStringObject(server, text, { verdict: embedded ? 'leaked' : 'leaked-indirect', settled: true });
  const pointer = embedded ? object + 19 : server.space.read64(object + server.objectPointer);
  server.leakedObjects.push({ address: hex(object), string: hex(pointer) });
}

/** Cluster state of Redis 4.0: slots_to_keys, and a rax whose values are strings: both with pointers at any byte. */
function indexKeys(keyspace: Keyspace, keys: number): void {
  const { server } = keyspace;
  const names: Buffer[] = [];
  const values: [Buffer, number][] = [];
  for (let i = 0; i < keys; i++) {
    const name = anyKey(keyspace, i);
    keyspace.add(name, anyValue(keyspace, true), { settled: true });
    names.push(slotKey(name));
    if (i % 4 !== 0) continue;
    const owner = { kind: 'rax', address: '' };
    const text = newSds(server, longKey(server.random), { owner });
    values.push([Buffer.from(`index:${i}`), text]);
  }
  const index = newRax(server, values);
  for (const [, address] of values) {
    server.open(address).owner = { kind: 'rax', address: hex(index) };
    server.settle(address);
  }
  keyspace.setGlobal(
    0xac8,
    newRax(
      server,
      names.map(name => [name, undefined] as const),
    ),
  );
  keyspace.setGlobal(0xad0, index);
}
