import { random } from './fill.ts';
import type { RespClient } from './resp.ts';
import type { RealServer } from './server.ts';

/**
 * Makes a server live as one in use does: reads and overwrites, keys that expire, streams with groups, scripts, and connections that
 * block, subscribe, watch, queue a transaction or have sent half a command. Returns the connections, which stay open; close them at the end.
 */
export async function keepBusy(server: RealServer, client: RespClient, commands: number): Promise<RespClient[]> {
  const next = random(99);
  const word = (length: number): string => {
    let text = '';
    while (text.length < length) text += Math.floor(next() * 36).toString(36);
    return text;
  };
  const batch: (string | number)[][] = [];
  for (let i = 0; i < commands; i++) {
    switch (i % 10) {
      case 0:
        batch.push(['SET', `busy:expiring:${i}:${word(30)}`, word(70), 'PX', 1 + Math.floor(next() * 300)]);
        break;
      case 1:
        batch.push(['APPEND', `busy:log:${i % 1000}`, word(1 + Math.floor(next() * 120))]);
        break;
      case 2:
        batch.push(['SET', `busy:counter:${i % 500}`, word(10 + Math.floor(next() * 80))]);
        break;
      case 3:
        batch.push(['XADD', `busy:stream:${i % 7}`, '*', 'field', word(20)]);
        break;
      case 4:
        batch.push(['HSET', `busy:hash:${i % 50}`, `f:${word(8)}`, word(75)]);
        break;
      case 5:
        batch.push([
          'EVAL',
          "redis.call('set', KEYS[1], ARGV[1]); return {KEYS[1], ARGV[1]}",
          1,
          `busy:lua:${i % 300}`,
          word(60),
        ]);
        break;
      case 6:
        batch.push(['ZADD', 'busy:ranks', i, `busy:member:${i % 900}:${word(30)}`]);
        break;
      case 7:
        batch.push(['SADD', `busy:set:${i % 20}`, word(40)]);
        break;
      case 8:
        batch.push(['SPOP', `busy:set:${(i * 7) % 20}`]);
        break;
      default:
        batch.push(['GET', `busy:counter:${(i * 3) % 500}`]);
    }
  }
  for (let i = 0; i < 7; i++) {
    batch.push(['XGROUP', 'CREATE', `busy:stream:${i}`, 'readers', '0', 'MKSTREAM']);
    batch.push([
      'XREADGROUP',
      'GROUP',
      'readers',
      `consumer:${word(30)}`,
      'COUNT',
      20,
      'STREAMS',
      `busy:stream:${i}`,
      '>',
    ]);
  }
  for (let i = 0; i < 30; i++) batch.push(['SCRIPT', 'LOAD', `return '${word(100)}'`]);
  await client.callAll(batch);

  const connections: RespClient[] = [];
  const connect = async (): Promise<RespClient> => {
    const one = await server.connect();
    connections.push(one);
    return one;
  };
  for (let i = 0; i < 4; i++) {
    void (await connect()).call('BLPOP', `busy:nothing:${word(50)}`, 0).catch(() => {});
    void (await connect()).call('SUBSCRIBE', `busy:channel:${word(50)}`).catch(() => {});
    void (await connect()).call('PSUBSCRIBE', `busy:pattern:${word(50)}:*`).catch(() => {});
    await (await connect()).call('WATCH', `busy:watched:${word(50)}`);
    await (await connect()).call('CLIENT', 'SETNAME', `busy-client-${word(50)}`);
    const queueing = await connect();
    await queueing.call('MULTI');
    await queueing.call('SET', `busy:queued:${word(50)}`, word(80));
    (await connect()).writeRaw(Buffer.from(`*3\r\n$3\r\nSET\r\n$60\r\nhalf:${word(30)}`));
  }
  await new Promise(resolve => setTimeout(resolve, 700)); // what expires has expired, what blocks is blocked
  return connections;
}
