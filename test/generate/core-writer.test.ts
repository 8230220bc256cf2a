import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { withSample } from './dumps.ts';
import { gdb, hasTool } from './tools.ts';

const NT_PRSTATUS = 1;
const SMALL = { scenario: 'healthy', server: 'redis-3.2.8', strings: 200 } as const;

describe('generated cores', () => {
  it('in the style of gcore: notes at the end, offsets off the page grid, nothing undumped', () => {
    withSample(SMALL, ({ core, path }) => {
      const end = Math.max(...core.segments.map(segment => segment.offset + segment.fileSize));
      assert.equal(core.notesOffset, end);
      assert.equal(core.segments[0].offset, 64 + 56 * (core.segments.length + 1));
      assert.ok(core.segments.every(segment => segment.offset % 4096 !== 0 && segment.alignment === 1));
      assert.ok(core.segments.every(segment => segment.fileSize === segment.end - segment.start));
      assert.equal(core.header.readUInt16LE(16), 4);
      const notes = core.notes.map(note => note.type);
      assert.deepEqual(notes.slice(0, 2), [3, NT_PRSTATUS]);
      assert.equal(statSync(path).size, end + noteBytes(core.notes));
    });
  });

  it('in the style of the kernel: notes first, page-aligned offsets, text without its bytes', () => {
    withSample({ ...SMALL, core: { style: 'kernel', signal: 6 } }, ({ core }) => {
      assert.ok(core.notesOffset < core.segments[0].offset);
      assert.ok(core.segments.every(segment => segment.offset % 4096 === 0 && segment.alignment === 4096));
      assert.ok(core.segments.some(segment => segment.flags === 5 && segment.fileSize === 0));
      assert.ok(core.segments.some(segment => segment.flags === 0 && segment.fileSize === 0));
      const status = core.notes.find(note => note.type === NT_PRSTATUS)!;
      assert.equal(core.notes[0], status);
      assert.equal(status.descriptor.length, 336);
      assert.equal(status.descriptor.readUInt16LE(12), 6);
    });
  });

  it('truncated: the headers promise more than the file holds', () => {
    withSample({ ...SMALL, core: { truncate: 0.5 } }, ({ core }) => {
      const last = core.segments.at(-1)!;
      assert.ok(core.size < last.offset);
      assert.ok(core.segments[0].offset < core.size);
    });
  });

  it('with the number of ranges in section header 0', () => {
    withSample({ ...SMALL, core: { extendedCount: true } }, ({ core }) => {
      assert.equal(core.header.readUInt16LE(56), 0xffff);
      assert.ok(core.segments.length > 10);
      assert.equal(core.notes.filter(note => note.type === NT_PRSTATUS).length, 2);
    });
  });

  it('ranges do not overlap, and each stack pointer lies in a writable one', () => {
    withSample({ ...SMALL, server: 'redis-7.0.15-debian' }, ({ core }) => {
      const { segments } = core;
      for (let i = 1; i < segments.length; i++) assert.ok(segments[i - 1].end <= segments[i].start);
      for (const note of core.notes.filter(note => note.type === NT_PRSTATUS)) {
        const stackPointer = Number(note.descriptor.readBigUInt64LE(112 + 8 * 19));
        const segment = segments.find(({ start, end }) => stackPointer >= start && stackPointer < end);
        assert.equal(segment?.flags, 6);
      }
    });
  });

  it('the same seed gives the same bytes, another seed others', () => {
    const digest = (seed: number) => {
      let hash = '';
      withSample({ ...SMALL, seed }, ({ path }) => {
        hash = createHash('sha256').update(readFileSync(path)).digest('hex');
      });
      return hash;
    };
    assert.equal(digest(7), digest(7));
    assert.notEqual(digest(7), digest(8));
  });

  it('gdb reads registers, threads and bytes as they were written', function () {
    if (!hasTool('gdb')) return this.skip();
    this.timeout(20_000);
    for (const style of ['gcore', 'kernel'] as const) {
      withSample({ ...SMALL, core: { style } }, ({ core, path, strings }) => {
        const string = strings.find(({ owner, len }) => owner?.kind === 'key' && len > 60)!;
        const status = core.notes.filter(note => note.type === NT_PRSTATUS)[0].descriptor;
        const word = (register: number) => `0x${status.readBigUInt64LE(112 + 8 * register).toString(16)}`;
        const printed = gdb(path, ['info threads', 'p/x $rsp', 'p/x $rip', `x/s ${string.address}`]);
        assert.match(printed, new RegExp(`= ${word(19)}\\b`));
        assert.match(printed, new RegExp(`= ${word(16)}\\b`));
        assert.equal(printed.match(/LWP \d+\s/g)?.length, 2);
        assert.ok(printed.includes(`"${string.text}"`), printed);
      });
    }
  });
});

function noteBytes(notes: readonly { readonly descriptor: Buffer }[]): number {
  return notes.reduce((sum, note) => sum + 20 + Math.ceil(note.descriptor.length / 4) * 4, 0);
}
