import { strict as assert } from 'node:assert';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { RespClient } from '../real/resp.ts';
import type { RealServer } from '../real/server.ts';

/** Objects leaked on purpose: key -> the texts it holds, all of them to be found leaked. */
export type LeakedObjects = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Leaks whole objects as a forgotten decrRefCount does: raises the reference count of values (in the running server's memory)
 * and deletes their keys. Strings (raw: an object and its sds; EMBSTR: one block), and a hash, a set and a sorted set with all they hold.
 * `refcountShift`: the flag bits below the count, in the word at +4 of a robj. The server must have nothing else to do meanwhile.
 */
export async function leakObjects(
  server: RealServer,
  client: RespClient,
  refcountShift: number,
  strings: number,
): Promise<LeakedObjects> {
  const objects = new Map<string, Set<string>>();
  const commands: (string | number)[][] = [];
  for (let i = 0; i < strings; i++) {
    const text = i % 2 === 0 ? `object:raw:${i}:`.padEnd(150 + (i % 60), 'r') : `object:short:${i}`;
    objects.set(`forgotten:${i}`, new Set([text]));
    commands.push(['SET', `forgotten:${i}`, text]);
  }
  const numbers = Array.from({ length: 300 }, (_, i) => i);
  // Short fields: from Redis 7.4 on a longer one is no sds but a mstr, which has another header (src/mstr.h).
  const fields = numbers.flatMap(i => [`forgotten:field:${i}`, `forgotten:value:${i}:`.padEnd(100, 'v')]);
  const members = numbers.map(i => `forgotten:member:${i}:`.padEnd(90, 'm'));
  const ranked = numbers.map(i => `forgotten:ranked:${i}:`.padEnd(90, 'z'));
  objects.set('forgotten:hash', new Set(fields));
  objects.set('forgotten:set', new Set(members));
  objects.set('forgotten:zset', new Set(ranked));
  commands.push(
    ['HSET', 'forgotten:hash', ...fields],
    ['SADD', 'forgotten:set', ...members],
    ['ZADD', 'forgotten:zset', ...ranked.flatMap((text, i) => [i, text])],
  );
  await client.callAll(commands);
  const memory = openSync(`/proc/${server.pid}/mem`, 'r+');
  try {
    for (const key of objects.keys()) {
      const [address, before] = await objectOf(client, key);
      const word = Buffer.alloc(4);
      readSync(memory, word, 0, 4, address + 4);
      word.writeUInt32LE(word.readUInt32LE() + (1 << refcountShift));
      writeSync(memory, word, 0, 4, address + 4);
      const [, after] = await objectOf(client, key);
      assert.equal(after, before + 1, `reference count of ${key}`);
    }
  } finally {
    closeSync(memory);
  }
  await client.call('DEL', ...objects.keys());
  return objects;
}

/** Address and reference count of a key's value, by the server's own word. */
async function objectOf(client: RespClient, key: string): Promise<[address: number, refcount: number]> {
  const reply = String(await client.call('DEBUG', 'OBJECT', key));
  const [, address, refcount] = /at:0x([0-9a-f]+) refcount:(\d+)/.exec(reply) ?? [];
  assert.ok(address !== undefined, reply);
  return [Number.parseInt(address, 16), Number(refcount)];
}
