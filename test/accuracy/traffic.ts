import { random } from '../real/fill.ts';
import type { RespClient } from '../real/resp.ts';
import type { RealServer } from '../real/server.ts';

export interface Traffic {
  /** Commands answered so far. */
  answered(): number;
  stop(): Promise<void>;
}

/** Commands under way at any time: the server always has one to work on. */
const UNDER_WAY = 400;

/**
 * A client that keeps writing until it is stopped: every type grows and shrinks, keys come, change, expire and go.
 * Returns when the first commands were answered.
 */
export async function writeWithoutEnd(server: RealServer, seed = 1): Promise<Traffic> {
  const client: RespClient = await server.connect();
  const next = random(seed);
  let running = true;
  let answered = 0;
  const batch = async () => {
    answered += (await client.callAll(Array.from({ length: UNDER_WAY }, () => anyCommand(next)))).length;
  };
  await batch();
  const done = (async () => {
    while (running) await batch();
  })();
  return {
    answered: () => answered,
    stop: async () => {
      running = false;
      await done;
      client.close();
    },
  };
}

function anyCommand(next: () => number): (string | number)[] {
  const pick = Math.floor(next() * 400);
  const key = (kind: string) => `traffic:${kind}:${pick}`;
  const text = (length: number) => `${pick}:`.padEnd(Math.floor(next() * length), 'abcdefghijklmnopqrstuvwxyz');
  const commands: (() => (string | number)[])[] = [
    () => ['SET', key('string'), text(300)],
    () => ['SET', key('string'), text(40), 'PX', 1 + Math.floor(next() * 50)],
    () => ['SET', key('large'), text(30_000)],
    () => ['APPEND', key('string'), text(100)],
    () => ['SETRANGE', key('string'), Math.floor(next() * 600), text(50)],
    () => ['GETSET', key('string'), text(200)],
    () => ['DEL', key('string'), key('large')],
    () => ['UNLINK', key('hash'), key('set')],
    () => ['HSET', key('hash'), `field:${text(40)}`, text(150)],
    () => ['HDEL', key('hash'), `field:${pick}:`],
    () => ['SADD', key('set'), text(100), text(30)],
    () => ['SPOP', key('set')],
    () => ['ZADD', key('zset'), Math.floor(next() * 1e6), text(120)],
    () => ['ZREMRANGEBYRANK', key('zset'), 0, 1],
    () => ['RPUSH', key('list'), text(80), text(80)],
    () => ['LPOP', key('list')],
    () => ['XADD', key('stream'), 'MAXLEN', 20, '*', 'field', text(60)],
    () => ['EVAL', "return redis.call('set', KEYS[1], ARGV[1])", 1, key('script'), text(90)],
    () => ['PEXPIRE', key('list'), 20],
    () => ['GET', key('string')],
    () => ['HGETALL', key('hash')],
  ];
  return commands[Math.floor(next() * commands.length)]();
}
