import type { RespClient } from './resp.ts';

/** What the test put into a server, so that it knows what must be found. Texts are latin1 strings of the exact bytes. */
export interface KnownData {
  /** Database keys that live: each is an SDS of its own (before Redis 8.2 and Valkey 8.0). */
  readonly keys: Set<string>;
  /** Values that Redis stores as an SDS: raw or embstr, and members or fields of hashtable-encoded sets and hashes, skiplist members. */
  readonly strings: Set<string>;
  /** Texts leaked with DEBUG LEAK. */
  readonly leaked: Set<string>;
  /** Keys and values deleted again: allowed as freed, never as live or leaked. */
  readonly deleted: Set<string>;
}

export interface FillPlan {
  readonly seed?: number;
  /** Number of plain string keys; the other types get a share of it. */
  readonly keys: number;
  readonly leaks: number;
  /** Share of the string keys that are deleted again: 0…1. */
  readonly deletes?: number;
  /** False for servers before 5.0, which have no streams. */
  readonly streams?: boolean;
}

/** A small seeded generator (mulberry32), so that a failing run can be repeated. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

function text(next: () => number, length: number): string {
  let out = '';
  while (out.length < length) out += ALPHABET[Math.floor(next() * ALPHABET.length)];
  return out;
}

/** Lengths that reach every header: 1…31 (5), …255 (8), …65535 (16), more (32), with the borders themselves. */
export const BORDER_LENGTHS = [
  1, 2, 7, 8, 12, 13, 28, 29, 30, 31, 32, 33, 43, 44, 45, 60, 61, 62, 76, 77, 92, 93, 124, 251, 252, 253, 254, 255, 256,
  257, 1023, 4090, 16_380, 65_534, 65_535, 65_536, 70_000,
];

/**
 * Fills the server with known data of all types and leaks `plan.leaks` strings of 61…87 characters.
 * With leaks, DEBUG LEAK (Redis >= 6.0.6) has to be enabled; without, any server since 2.6 will do.
 */
export async function fill(client: RespClient, plan: FillPlan): Promise<KnownData> {
  const next = random(plan.seed ?? 1);
  const known: KnownData = { keys: new Set(), strings: new Set(), leaked: new Set(), deleted: new Set() };
  const commands: (string | Buffer | number)[][] = [];
  const add = (...command: (string | Buffer | number)[]) => commands.push(command);

  const plain: string[] = [];
  const values = new Map<string, string>();
  for (let i = 0; i < plan.keys; i++) {
    const key = KEY_SHAPES[i % KEY_SHAPES.length](i, next);
    const value = `v${i}-${text(next, 5 + Math.floor(next() * 120))}`;
    plain.push(key);
    values.set(key, value);
    if (i % 10 === 3) add('SET', key, value, 'EX', 100_000);
    else add('SET', key, value);
  }
  for (const length of BORDER_LENGTHS) {
    const key = `border:${length}:`.padEnd(Math.max(length, 14), 'k');
    const value = `V${length}:`.padEnd(length, 'x').slice(0, length);
    add('SET', key, value);
    known.keys.add(key);
    if (!/^\d+$/.test(value) && value.length > 1) known.strings.add(value);
  }
  const binary = Buffer.from(Array.from({ length: 300 }, (_, i) => i & 0xff));
  add('SET', 'binary:value', binary);
  known.keys.add('binary:value');
  known.strings.add(binary.toString('latin1'));

  const groups = Math.max(1, Math.floor(plan.keys / 400));
  for (let g = 0; g < groups; g++) {
    const fields: string[] = [];
    const members: string[] = [];
    const scores: (string | number)[] = [];
    for (let i = 0; i < 200; i++) {
      const field = `field:${g}:${i}:${text(next, 4)}`;
      const value = `hv:${g}:${i}:${text(next, 70)}`; // longer than hash-max-listpack-value, so the hash is a hashtable
      fields.push(field, value);
      const member = `member:${g}:${i}:${text(next, 8)}`;
      members.push(member);
      const ranked = `ranked:${g}:${i}:${text(next, 60)}`;
      scores.push(i, ranked);
      for (const one of [field, value, member, ranked]) known.strings.add(one);
    }
    add('HMSET', `hash:${g}`, ...fields);
    add('SADD', `set:${g}`, ...members);
    add('ZADD', `zset:${g}`, ...scores);
    add('RPUSH', `list:${g}`, ...Array.from({ length: 40 }, (_, i) => `item:${g}:${i}:${text(next, 20)}`));
    add('SADD', `intset:${g}`, 1, 2, 3, g + 1000);
    add('HMSET', `small:${g}`, 'a', 'b', 'c', 'd');
    for (const type of ['hash', 'set', 'zset', 'list', 'intset', 'small']) known.keys.add(`${type}:${g}`);
    if (plan.streams === false) continue;
    add('XADD', `stream:${g}`, '*', 'temperature', String(g), 'unit', 'kelvin');
    known.keys.add(`stream:${g}`);
  }
  await client.callAll(commands);

  const doomed = new Set<string>();
  const share = plan.deletes ?? 0;
  for (const key of plain) if (next() < share) doomed.add(key);
  const gone = [...doomed];
  const deletions: string[][] = [];
  for (let i = 0; i < gone.length; i += 50) deletions.push(['DEL', ...gone.slice(i, i + 50)]);

  const leaks: string[][] = [];
  for (let i = 0; i < plan.leaks; i++) {
    const leak = `leak:order:${String(i).padStart(8, '0')}:${text(next, 41 + Math.floor(next() * 27))}`;
    known.leaked.add(leak);
    leaks.push(['DEBUG', 'LEAK', leak]);
  }
  // deletes before, between and after the leaks, so that leaked strings lie among reused slots
  const half = Math.floor(deletions.length / 2);
  await client.callAll(deletions.slice(0, half));
  await client.callAll(leaks);
  await client.callAll(deletions.slice(half));

  for (const key of plain) {
    const value = values.get(key)!;
    if (doomed.has(key)) {
      known.deleted.add(key);
      known.deleted.add(value);
    } else {
      known.keys.add(key);
      known.strings.add(value);
    }
  }
  return known;
}

const KEY_SHAPES: ((i: number, next: () => number) => string)[] = [
  i => `user:${i}:cart`,
  (i, next) => `session:${text(next, 8)}-${text(next, 4)}-${text(next, 12)}:${i}`,
  i => `shop:${i.toString(16).padStart(8, '0')}:stock`,
  (i, next) => `warehouse:section:${text(next, 24)}:shelf:${i}:${text(next, 16)}`,
  i => `k${i}`,
];
