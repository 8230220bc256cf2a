import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { analyse, isLeaked } from '../accuracy/analysed.ts';
import { type Traffic, writeWithoutEnd } from '../accuracy/traffic.ts';
import { describeWith } from '../house/needs.ts';
import { fill } from './fill.ts';
import type { RespClient } from './resp.ts';
import { type RealServer, startServer } from './server.ts';

/** Takes a core and asserts that nothing in it is called leaked, and that nothing was missing to say so. */
async function assertHealthy(server: RealServer, atLeast = 5_000): Promise<void> {
  const analysed = analyse(await server.takeCore());
  const leaked = [...analysed.strings()].filter(({ verdict }) => isLeaked(verdict));
  assert.deepEqual(leaked.slice(0, 20), []);
  assert.equal(analysed.findings.complete, true);
  assert.ok(analysed.summary.strings >= atLeast, `only ${analysed.summary.strings} strings`);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not happen within 20 s`);
}

describeWith(['redis', 'gdb'], 'a real Redis that leaked nothing', function () {
  this.timeout(120_000);
  let server: RealServer;
  let client: RespClient;
  const open: { destroy(): void }[] = [];

  before(async () => {
    server = await startServer();
    client = await server.connect();
    await fill(client, { keys: 5_000, leaks: 0, deletes: 0.3, seed: 31 });
  });

  after(async () => {
    for (const one of open) one.destroy();
    client?.close();
    await server?.stop();
  });

  async function rawConnection(): Promise<Socket> {
    const socket = createConnection({ host: '127.0.0.1', port: server.port });
    await once(socket, 'connect');
    open.push(socket);
    return socket;
  }

  const info = async (from: RespClient, section: string) => String(await from.call('INFO', section));

  it('at rest after a load with deletes and expiries', () => assertHealthy(server));

  for (const seed of [1, 2, 3]) {
    it(`in the midst of traffic, at moment ${seed}`, async () => {
      const traffic: Traffic = await writeWithoutEnd(server, seed);
      await new Promise(resolve => setTimeout(resolve, 100 * seed));
      const before = traffic.answered();
      await assertHealthy(server);
      await traffic.stop();
      assert.ok(traffic.answered() > before, 'no traffic while the core was taken');
    });
  }

  it('while large requests are half here and large replies half read', async () => {
    const value = Buffer.alloc(3_000_000, 'large ');
    await client.call('SET', 'large:value', value);
    await client.call('RPUSH', 'large:list', ...Array.from({ length: 3_000 }, (_, i) => `large:item:${i}`));
    for (let i = 0; i < 3; i++) {
      const half = await rawConnection();
      half.write(`*3\r\n$3\r\nSET\r\n$11\r\nlarge:half:${i}\r\n$2000000\r\n`.replace('$11', '$12'));
      half.write(value.subarray(0, 900_000 + i));
      const deaf = await rawConnection();
      deaf.pause();
      deaf.write('GET large:value\r\nLRANGE large:list 0 -1\r\nGET large:value\r\n'.repeat(5));
    }
    await until(
      async () => /omem=[1-9]\d{5}/.test(String(await client.call('CLIENT', 'LIST'))),
      'a full output buffer',
    );
    await assertHealthy(server);
  });

  it('with a monitor, tracking clients, users, functions, settings and a slow log', async () => {
    const monitor = await server.connect();
    await monitor.call('MONITOR');
    open.push({ destroy: () => monitor.close() });
    const tracking = await rawConnection();
    tracking.write('HELLO 3\r\nCLIENT TRACKING ON BCAST PREFIX tracked:\r\n');
    await client.callAll([
      ['CONFIG', 'SET', 'slowlog-log-slower-than', '0'],
      ['CONFIG', 'SET', 'latency-monitor-threshold', '1'],
      ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'],
      ['ACL', 'SETUSER', 'reader-of-everything-there-is', 'on', '>a-password-of-some-length', '~pattern:*', '+@read'],
      ['FUNCTION', 'LOAD', "#!lua name=library\nredis.register_function('answer', function() return 42 end)"],
      ['FCALL', 'answer', 0],
      ...Array.from({ length: 300 }, (_, i) => ['SET', `tracked:${i}`, `seen by the slow log, number ${i}`]),
    ]);
    await assertHealthy(server);
    await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '-1');
  });

  it('while a background thread frees what was unlinked', async () => {
    for (let round = 0; round < 4; round++) {
      const members = Array.from({ length: 50_000 }, (_, i) => `unlinked:${round}:${i}:with some text behind`);
      await client.call('SADD', `lazy:${round}`, ...members);
    }
    await client.call('UNLINK', 'lazy:0', 'lazy:1', 'lazy:2', 'lazy:3');
    await assertHealthy(server);
  });

  it('with a replica: the master, its backlog and buffers, and the replica itself', async () => {
    const replica = await startServer({ settings: ['--replicaof', '127.0.0.1', String(server.port)] });
    try {
      const ofReplica = await replica.connect();
      const linked = async () => /master_link_status:up/.test(await info(ofReplica, 'replication'));
      await until(linked, 'the replication');
      await client.callAll(Array.from({ length: 2_000 }, (_, i) => ['SET', `replicated:${i}`, `value ${i}`.repeat(9)]));
      await assertHealthy(server);
      await assertHealthy(replica);
      ofReplica.close();
    } finally {
      await replica.stop();
    }
  });

  it('after snapshots, a rewrite of the append-only file, a flush and a new load', async () => {
    await client.call('CONFIG', 'SET', 'appendonly', 'yes');
    const idle = async () => /aof_rewrite_in_progress:0/.test(await info(client, 'persistence'));
    await until(idle, 'the rewrite');
    await client.call('SAVE');
    await client.call('FLUSHALL');
    await fill(client, { keys: 3_000, leaks: 0, deletes: 0.5, seed: 32 });
    await client.call('BGREWRITEAOF');
    await until(idle, 'the rewrite');
    await assertHealthy(server);
  });
});
