import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dump, Segment } from '../../src/dump/dump.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { openDump } from '../../src/dump/open.ts';
import { describeWith } from '../house/needs.ts';
import { type RealServer, startServer } from '../real/server.ts';

/** A line of /proc/PID/maps. */
interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly permissions: string;
  readonly name: string;
}

function mappingsOf(pid: number): Mapping[] {
  const text = readFileSync(`/proc/${pid}/maps`, 'utf8');
  return [...text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *(.*)$/gm)].map(
    ([, start, end, permissions, name]) => ({
      start: Number.parseInt(start, 16),
      end: Number.parseInt(end, 16),
      permissions,
      name,
    }),
  );
}

/** The name that the kernel gives to the same range; .bss and thread stacks have none there. */
function checkAgainst(mappings: readonly Mapping[], segment: Segment): void {
  const mapping = mappings.find(one => segment.start >= one.start && segment.end <= one.end);
  assert.ok(mapping !== undefined, `${segment.start.toString(16)} is not mapped`);
  assert.equal(segment.writable, mapping.permissions[1] === 'w');
  assert.equal(segment.executable, mapping.permissions[2] === 'x');
  if (mapping.name !== '') {
    // Newer kernels tell a second kind of the vdso's data apart by name alone.
    assert.equal(segment.name, mapping.name.startsWith('[vvar') ? '[vvar]' : mapping.name);
    return;
  }
  if (segment.kind === 'file') {
    const before = mappings.find(one => one.end === mapping.start);
    assert.equal(before?.name, segment.name, '.bss lies behind the data of its module');
    assert.ok(before.permissions.startsWith('rw'));
  } else {
    assert.ok(segment.kind === 'anonymous' || /^\[stack:\d+\]$/.test(segment.name), segment.name);
  }
}

function gdb(...commands: string[]): string {
  return execFileSync('gdb', ['-nx', '-batch', ...commands.flatMap(command => ['-ex', command])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describeWith(['redis', 'gdb'], 'a core of a real server', function () {
  this.timeout(60_000);
  let server: RealServer;
  let dump: Dump;
  let core: string;
  let mappings: Mapping[];
  let tasks: string[];

  before(async () => {
    server = await startServer();
    const client = await server.connect();
    await client.call('SET', 'a-key-to-be-found', 'v'.repeat(70_000));
    client.close();
    mappings = mappingsOf(server.pid);
    tasks = readdirSync(`/proc/${server.pid}/task`);
    core = await server.takeCore();
    dump = openDump(FileSource.open(core));
  });
  after(async () => {
    dump?.source.close();
    await server?.stop();
  });

  it('opens without complaint, and knows its process and threads', () => {
    assert.equal(dump.format, 'elf-core');
    assert.deepEqual(dump.problems, []);
    assert.equal(dump.process?.pid, server.pid);
    assert.deepEqual(dump.threads.map(thread => `${thread.id}`).sort(), [...tasks].sort());
    assert.match(dump.process?.arguments ?? '', /redis-server/);
  });

  it('has the registers that gdb reads from it', () => {
    const words = dump.machine === 'aarch64' ? '$sp, $pc' : '$rsp, $rip';
    const text = gdb(`core-file ${core}`, `thread apply all printf "@%d %lx %lx\\n", $_thread, ${words}`);
    const read = [...text.matchAll(/^@\d+ ([0-9a-f]+) ([0-9a-f]+)$/gm)].map(([, sp, pc]) => `${sp} ${pc}`).sort();
    const ours = dump.threads.map(
      thread => `${thread.stackPointer.toString(16)} ${thread.programCounter.toString(16)}`,
    );
    assert.deepEqual(ours.sort(), read);
  });

  it('names every segment as /proc/PID/maps does', () => {
    assert.ok(dump.segments.length > 20);
    for (const segment of dump.segments) checkAgainst(mappings, segment);
    for (const wanted of ['[stack]', '[vdso]'])
      assert.ok(
        dump.segments.some(segment => segment.name === wanted),
        wanted,
      );
    assert.equal(
      dump.segments.some(segment => segment.kind === 'heap'),
      mappings.some(mapping => mapping.name === '[heap]'),
    );
    assert.equal(dump.segments.filter(segment => segment.kind === 'stack').length, tasks.length);
  });

  it('holds the bytes that gdb’s dump memory writes, which open as a raw range at their base', () => {
    const segment = dump.segments.find(one => one.writable && one.kind === 'file' && one.present >= 4096)!;
    const file = join(server.folder, 'range.rdump');
    const end = segment.start + segment.present;
    gdb(`core-file ${core}`, `dump memory ${file} 0x${segment.start.toString(16)} 0x${end.toString(16)}`);
    const raw = openDump(FileSource.open(file), { base: segment.start });
    assert.equal(raw.format, 'raw');
    assert.deepEqual(
      raw.segments.map(one => [one.start, one.end]),
      [[segment.start, end]],
    );
    assert.deepEqual(
      Buffer.from(raw.bytes(segment.start, segment.present)!),
      Buffer.from(dump.bytes(segment.start, segment.present)!),
    );
    raw.source.close();
  });
});

describe('a core that the kernel writes', function () {
  this.timeout(30_000);

  it('names every segment as /proc/PID/maps does, and says what was not dumped', async function () {
    const pattern = process.platform === 'linux' ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() : '|';
    // Elsewhere the kernel hands its cores to a program, or puts them where tests have no business.
    if (pattern.includes('|') || pattern.includes('/')) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'hexheap-test-'));
    try {
      const child = spawn('sh', ['-c', 'ulimit -c unlimited && echo ready && exec sleep 60'], { cwd: folder });
      await once(child.stdout, 'data');
      let mappings: Mapping[] = [];
      do {
        await new Promise(resolve => setTimeout(resolve, 50));
        mappings = mappingsOf(child.pid!);
      } while (
        !mappings.some(mapping => mapping.name.endsWith('/sleep')) ||
        !mappings.some(mapping => /libc/.test(mapping.name))
      );
      child.kill('SIGQUIT');
      await once(child, 'exit');
      const [name] = readdirSync(folder);
      if (name === undefined) return this.skip();
      const dump = openDump(FileSource.open(join(folder, name)));
      assert.deepEqual(dump.problems, []);
      assert.equal(dump.process?.name, 'sleep');
      assert.equal(dump.process.pid, child.pid);
      for (const segment of dump.segments) checkAgainst(mappings, segment);
      for (const wanted of ['[stack]', '[heap]', '[vdso]']) {
        assert.ok(
          dump.segments.some(segment => segment.name === wanted),
          wanted,
        );
      }
      const text = dump.segments.filter(segment => segment.executable && segment.kind === 'file');
      assert.ok(text.length > 0 && text.every(segment => segment.present === 0 && segment.promised === 0));
      dump.source.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
