import assert from 'node:assert/strict';
import type { Dump } from '../../src/dump/dump.ts';
import { openDump } from '../../src/dump/open.ts';
import {
  auxv,
  EXECUTE,
  elfHeader,
  elfStart,
  memorySource,
  NOTE,
  note,
  ntFile,
  type ProgramFields,
  pattern,
  programHeader,
  prpsinfo,
  prstatus,
  READ,
  WRITE,
} from './elf-builder.ts';

const open = (bytes: Uint8Array): Dump => openDump(memorySource(bytes));

/** A core as gcore lays it out: notes behind the memory, segments at unaligned offsets. */
function core(segments: readonly ProgramFields[], notes: Buffer, size: number): Buffer {
  const body = pattern(size);
  const programs = [{ type: NOTE, offset: size, fileSize: notes.length }, ...segments];
  const start = elfStart(programs);
  start.copy(body);
  return Buffer.concat([body, notes]);
}

describe('ELF cores', () => {
  it('finds segments at unaligned offsets, with what was not dumped', () => {
    const bytes = core(
      [
        { offset: 1001, address: 0x20000, fileSize: 300, flags: READ | WRITE },
        { offset: 1301, address: 0x10000, fileSize: 100, memorySize: 4096, flags: READ | EXECUTE },
        { offset: 1401, address: 0x30000, fileSize: 0, memorySize: 4096, flags: 0 },
      ],
      Buffer.alloc(0),
      2000,
    );
    const dump = open(bytes);
    assert.deepEqual(
      dump.segments.map(({ start, end, offset, present, promised, readable, writable, executable }) => ({
        start,
        end,
        offset,
        present,
        promised,
        readable,
        writable,
        executable,
      })),
      [
        {
          start: 0x10000,
          end: 0x11000,
          offset: 1301,
          present: 100,
          promised: 100,
          readable: true,
          writable: false,
          executable: true,
        },
        {
          start: 0x20000,
          end: 0x2012c,
          offset: 1001,
          present: 300,
          promised: 300,
          readable: true,
          writable: true,
          executable: false,
        },
        {
          start: 0x30000,
          end: 0x31000,
          offset: 1401,
          present: 0,
          promised: 0,
          readable: false,
          writable: false,
          executable: false,
        },
      ],
    );
    assert.deepEqual(Buffer.from(dump.bytes(0x20010, 50)!), bytes.subarray(1017, 1067));
    assert.equal(dump.bytes(0x10000 + 99, 2), undefined);
    assert.equal(dump.addressOf(1301), 0x10000);
    assert.equal(dump.addressOf(1300), 0x2012b);
    assert.equal(dump.addressOf(1401), undefined);
    assert.deepEqual(dump.problems, []);
  });

  it('leaves memory above 2^53 out of the addresses', () => {
    const dump = open(
      core(
        [
          { offset: 1000, address: 0x10000, fileSize: 100 },
          { offset: 1100, address: 0xffff_ffff_ff60_0000n, fileSize: 100 },
        ],
        Buffer.alloc(0),
        1200,
      ),
    );
    assert.equal(dump.segments.length, 1);
    assert.equal(dump.addressOf(1150), undefined);
    assert.deepEqual(dump.problems, []);
  });

  for (const [short, commandLine, name] of [
    ['redis-server 127', 'redis-server 127.0.0.1:6379', 'redis-server'],
    ['redis-server *:6', '/usr/bin/redis-server *:6379 [cluster]', 'redis-server'],
    ['redis-server', '/opt/redis/bin/redis-server 0.0.0.0:6379', 'redis-server'],
    ['valkey-benchmar', '/usr/bin/valkey-benchmark -q', 'valkey-benchmark'],
    ['redis-rdb-bgsave', 'redis-rdb-bgsave 127.0.0.1:6379', 'redis-rdb-bgsave'],
    ['bio_lazy_free', 'redis-server 127.0.0.1:6379', 'bio_lazy_free'],
    ['redis', 'redis-server *:6379', 'redis'],
    ['redis-server', '', 'redis-server'],
  ] as const) {
    it(`calls "${short}" of "${commandLine}" ${name}`, () => {
      const dump = open(
        core([{ offset: 1000, address: 0x10000, fileSize: 100 }], prpsinfo(1, short, commandLine), 1200),
      );
      assert.deepEqual(dump.process, { pid: 1, name, arguments: commandLine });
    });
  }

  it('reads threads, process, auxiliary vector and mapped files of x86-64', () => {
    const registers = Array.from({ length: 27 }, (_, place) => BigInt(place) * 0x1111n);
    registers[19] = 0x7ffc_0000_0800n;
    registers[16] = 0x40_1234n;
    const second = registers.with(19, 0xffff_ffff_ffff_fff0n);
    const notes = Buffer.concat([
      prpsinfo(321, 'redis-server', 'redis-server *:6379   '),
      prstatus(321, registers),
      note(2, Buffer.alloc(512)),
      note(1, Buffer.alloc(400, 0x55), 'OTHER'),
      note(0xff000000, Buffer.from('<xml/>'), 'GDB'),
      prstatus(322, second),
      auxv([
        [9, 0x401234],
        [33, 0x7ffd_0000_0000],
        [25, 77],
      ]),
      ntFile([{ start: 0x400000, end: 0x402000, path: '/usr/bin/redis-server' }]),
    ]);
    const dump = open(core([{ offset: 1000, address: 0x10000, fileSize: 100 }], notes, 1200));
    assert.deepEqual(dump.process, { pid: 321, name: 'redis-server', arguments: 'redis-server *:6379' });
    assert.deepEqual(
      dump.threads.map(thread => [thread.id, thread.stackPointer, thread.programCounter]),
      [
        [321, 0x7ffc_0000_0800, 0x401234],
        [322, 2 ** 64, 0x401234],
      ],
    );
    assert.deepEqual([...dump.threads[1].registers], second);
    assert.deepEqual(
      [...dump.auxiliary],
      [
        [9, 0x401234],
        [33, 0x7ffd_0000_0000],
        [25, 77],
      ],
    );
    assert.deepEqual(dump.modules, [{ path: '/usr/bin/redis-server', start: 0x400000, end: 0x402000 }]);
  });

  it('reads the registers of aarch64', () => {
    const registers = Array.from({ length: 34 }, (_, place) => BigInt(place + 1));
    const bytes = Buffer.concat([
      core([{ offset: 1000, address: 0x10000, fileSize: 100 }], prstatus(7, registers), 1200),
    ]);
    bytes.writeUInt16LE(183, 18);
    const [thread] = open(bytes).threads;
    assert.deepEqual([thread.id, thread.stackPointer, thread.programCounter], [7, 32, 33]);
    assert.deepEqual([...thread.registers], registers);
  });

  it('names modules, their .bss, heap, stacks and vdso', () => {
    const registers = (sp: number) => Array.from({ length: 27 }, (_, place) => (place === 19 ? BigInt(sp) : 0n));
    const program = '/usr/bin/redis-server';
    const notes = Buffer.concat([
      prpsinfo(5, 'redis-server', ''),
      prstatus(5, registers(0x7ffc_0000_0800)),
      prstatus(6, registers(0x7f00_0010_0800)),
      auxv([
        [9, 0x400100],
        [33, 0x7ffd_0000_0000],
      ]),
      ntFile([
        { start: 0x400000, end: 0x402000, path: program },
        { start: 0x402000, end: 0x403000, path: program },
        { start: 0x7f00_0020_0000, end: 0x7f00_0020_1000, path: '/lib/libc.so.6' },
      ]),
    ]);
    const at = (address: number, flags = READ | WRITE) => ({
      offset: 1000,
      address,
      fileSize: 0,
      memorySize: 0x1000,
      flags,
    });
    const dump = open(
      core(
        [
          at(0x400000, READ | EXECUTE),
          at(0x402000),
          at(0x403000),
          at(0x90_0000),
          at(0x7f00_0000_0000),
          at(0x7f00_0010_0000),
          at(0x7f00_0020_0000, READ),
          at(0x7f00_0020_1000),
          at(0x7ffc_0000_0000),
          at(0x7ffd_0000_0000, READ | EXECUTE),
        ],
        notes,
        1200,
      ),
    );
    assert.deepEqual(
      dump.segments.map(segment => [segment.start.toString(16), segment.kind, segment.name]),
      [
        ['400000', 'file', program],
        ['402000', 'file', program],
        ['403000', 'file', program],
        ['900000', 'heap', '[heap]'],
        ['7f0000000000', 'anonymous', ''],
        ['7f0000100000', 'stack', '[stack:6]'],
        ['7f0000200000', 'file', '/lib/libc.so.6'],
        // Behind read-only memory of a module there is no .bss.
        ['7f0000201000', 'anonymous', ''],
        ['7ffc00000000', 'stack', '[stack]'],
        ['7ffd00000000', 'vdso', '[vdso]'],
      ],
    );
  });

  it('says what a truncated core still holds, and what its notes lost', () => {
    const notes = prpsinfo(5, 'redis-server', '');
    const whole = core(
      [
        { offset: 1000, address: 0x10000, fileSize: 1000 },
        { offset: 2000, address: 0x20000, fileSize: 1000, memorySize: 4096 },
        { offset: 3000, address: 0x30000, fileSize: 1000 },
      ],
      notes,
      4000,
    );
    const dump = open(whole.subarray(0, 2400));
    assert.deepEqual(
      dump.segments.map(segment => [segment.present, segment.promised]),
      [
        [1000, 1000],
        [400, 1000],
        [0, 1000],
      ],
    );
    assert.deepEqual(Buffer.from(dump.bytes(0x20000, 400)!), whole.subarray(2000, 2400));
    assert.equal(dump.bytes(0x20000, 401), undefined);
    assert.equal(dump.bytes(0x30000, 1), undefined);
    assert.equal(dump.process, undefined);
    const messages = dump.problems.map(problem => `${problem.what}: ${problem.message}`);
    assert.ok(
      messages.some(message =>
        /^truncated: .*file ends at 2\.3 KiB, and 1\.6 KiB of 2 of its 3 segments/.test(message),
      ),
      messages.join('\n'),
    );
    assert.ok(
      messages.some(message => /^truncated: Some notes/.test(message)),
      messages.join('\n'),
    );
  });

  it('clips segments that overlap in memory, and gives bytes claimed twice to the first', () => {
    const dump = open(
      core(
        [
          { offset: 1000, address: 0x10000, fileSize: 100 },
          { offset: 1050, address: 0x10020, fileSize: 100 },
          { offset: 1000, address: 0x10010, fileSize: 8 },
        ],
        Buffer.alloc(0),
        1200,
      ),
    );
    assert.deepEqual(
      dump.segments.map(({ start, end, offset, present }) => [start, end, offset, present]),
      [
        [0x10000, 0x10064, 1000, 100],
        [0x10064, 0x10084, 1118, 32],
      ],
    );
    assert.ok(
      dump.problems.some(
        problem => problem.what === 'damaged' && /2 of the core's segments overlap/.test(problem.message),
      ),
    );
  });

  it('bounds sizes that are not possible', () => {
    const dump = open(
      core(
        [
          { offset: 1000, address: 0x10000, fileSize: 0xffff_ffff_ffff_ffffn, memorySize: 4096 },
          { offset: 0xffff_ffff_ffff_0000n, address: 0x20000, fileSize: 4096 },
          { offset: 1000, address: 0x1f_ffff_ffff_f000n, fileSize: 4096, memorySize: 0xffff_ffff_ffff_ffffn },
          { offset: 1000, address: 0x40000, fileSize: 100, memorySize: 0xffff_ffff_ffff_ffffn },
        ],
        Buffer.alloc(0),
        1200,
      ),
    );
    assert.deepEqual(
      dump.segments.map(({ start, end, present }) => [start, end, present]),
      [
        [0x10000, 0x11000, 200],
        [0x20000, 0x21000, 0],
        [0x40000, 0x40064, 100],
      ],
    );
    assert.ok(dump.problems.some(problem => problem.what === 'damaged'));
  });

  it('keeps the first of mapped files that are said to overlap', () => {
    const notes = ntFile([
      { start: 0x3000, end: 0x5000, path: '/second' },
      { start: 0x1000, end: 0x2000, path: '/first' },
      { start: 0x4000, end: 0x9000, path: '/overlapping' },
      { start: 0x9000, end: 0x9000, path: '/empty' },
    ]);
    const dump = open(core([{ offset: 1000, address: 0x10000, fileSize: 100 }], notes, 1200));
    assert.deepEqual(
      dump.modules.map(module => module.path),
      ['/first', '/second'],
    );
  });

  it('goes on without notes that make no sense', () => {
    const lying = Buffer.alloc(12);
    lying.writeUInt32LE(5, 0);
    lying.writeUInt32LE(0xffff_fff0, 4);
    lying.writeUInt32LE(1, 8);
    const segment = { offset: 1000, address: 0x10000, fileSize: 100 };
    const cases: Buffer[] = [
      lying,
      Buffer.alloc(4000),
      ntFile([{ start: 1, end: 2, path: 'x' }], 2 ** 40),
      note(1, Buffer.alloc(10)),
      note(3, Buffer.alloc(3)),
      note(0x46494c45, Buffer.alloc(5)),
    ];
    for (const notes of cases) {
      const dump = open(core([segment], notes, 1200));
      assert.equal(dump.segments.length, 1);
      assert.equal(dump.threads.length, 0);
    }
  });

  it('reads program headers of a larger entry size and refuses a smaller one', () => {
    const wide = Buffer.concat([programHeader({ offset: 400, address: 0x10000, fileSize: 8 }), Buffer.alloc(8)]);
    const bytes = Buffer.concat([elfHeader({ programCount: 2, programEntrySize: 64 }), wide, wide, pattern(400)]);
    bytes.writeBigUInt64LE(0x20000n, 64 + 64 + 16);
    assert.deepEqual(
      open(bytes).segments.map(segment => segment.start),
      [0x10000, 0x20000],
    );
    bytes.writeUInt16LE(40, 54);
    const refused = open(bytes);
    assert.equal(refused.format, 'raw');
    assert.match(refused.problems[0].message, /40 bytes/);
  });
});
