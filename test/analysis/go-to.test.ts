import assert from 'node:assert/strict';
import { goTo } from '../../src/analysis/go-to.ts';
import { DumpError } from '../../src/dump/dump.ts';
import { openDump } from '../../src/dump/open.ts';
import { elfStart, memorySource, pattern } from '../dump/elf-builder.ts';

/** Memory at 0x7f0000000000 (offset 4096, 4096 bytes) and at 0x2000 (offset 8192, 100 of 4096 bytes dumped); the file has 8292 bytes. */
const start = elfStart([
  { offset: 4096, address: 0x7f00_0000_0000, fileSize: 4096 },
  { offset: 8192, address: 0x2000, fileSize: 100, memorySize: 4096 },
]);
const file = pattern(8292);
start.copy(file);
const dump = openDump(memorySource(file));

describe('going to an address or offset', () => {
  const cases: [text: string, from: number, offset: number, label: RegExp][] = [
    ['0x7f0000000010', 0, 4112, /^address 0x7f0000000010 in anonymous memory$/],
    ['7F0000000010', 0, 4112, /^address/],
    ['  0X7f0000000fff ', 0, 8191, /^address/],
    ['0x7f00_0000_0010', 0, 4112, /^address/],
    ['1024', 0, 1024, /^offset 1,024$/],
    ['1,024', 0, 1024, /^offset 1,024$/],
    ['0', 5, 0, /^offset 0$/],
    ['8291', 0, 8291, /^offset 8,291$/],
    // Small hex numbers are offsets where nothing is mapped there, and addresses where something is.
    ['0x400', 0, 0x400, /^offset 1,024$/],
    ['0x2010', 0, 8208, /^address 0x2010/],
    ['offset:0x2010', 0, 0x2010, /^offset 8,208$/],
    ['offset: 16', 0, 16, /^offset 16$/],
    ['address:0x2010', 0, 8208, /^address 0x2010/],
    ['+16', 100, 116, /^\+16 to offset 116$/],
    ['+0x10', 100, 116, /offset 116$/],
    ['-0x20', 100, 68, /offset 68$/],
    ['- 20', 100, 80, /offset 80$/],
  ];
  for (const [text, from, offset, label] of cases) {
    it(`${text.trim()} from ${from}`, () => {
      const target = goTo(dump, text, from);
      assert.equal(target.offset, offset);
      assert.equal(target.address, dump.addressOf(offset));
      assert.match(target.label, label);
    });
  }

  const refusals: [text: string, message: RegExp][] = [
    ['', /Nothing to go to/],
    ['   ', /Nothing to go to/],
    ['offset:', /no address, offset or distance|Nothing to go to/],
    ['hello', /"hello" is no address/],
    ['0x', /is no address/],
    ['0xzz', /is no address/],
    ['1.5', /is no address/],
    ['+-3', /is no address|Nothing to go to/],
    ['8292', /past the end: the file has 8,292 bytes \(last offset 8,291\)/],
    ['-200', /before the start/],
    ['+9000', /past the end/],
    ['offset:-5', /mixes a distance/],
    ['0x7f0000001000', /not in the dump: memory before it ends at 0x7f0000001000 \(0 bytes away\)/],
    ['0x7effffffffff', /memory before it ends at 0x3000 .*, memory after it begins at 0x7f0000000000 \(1 byte away\)/],
    // 2^53 and more have no exact number, so none is echoed and no distance told.
    ['0xffffffffff600000', /^0xffffffffff600000 is not in the dump: it is 2\^53 or more/],
    ['0x123456789abcdef0123', /^0x123456789abcdef0123 is not in the dump: it is 2\^53 or more, [^0-9]*$/],
    ['9007199254740993', /^9007199254740993 is not in the dump/],
    ['offset:0x20000000000000', /^0x20000000000000 is not in the dump/],
    ['+0x20000000000001', /^\+0x20000000000001 is not in the dump/],
    ['0x1fffffffffffff', /^Address 0x1fffffffffffff is not in the dump: memory before it ends at/],
    ['0x2064', /in anonymous memory, but this part of it was not dumped/],
  ];
  for (const [text, message] of refusals) {
    it(`refuses "${text}" with a sentence`, () => {
      assert.throws(
        () => goTo(dump, text, 100),
        (error: unknown) => error instanceof DumpError && message.test(error.message),
      );
    });
  }

  it('says where a truncated file is cut off', () => {
    const cut = openDump(memorySource(file.subarray(0, 5000)));
    assert.throws(() => goTo(cut, '0x7f0000000fff', 0), /the file is cut off before it/);
  });

  it('speaks of offsets alone where nobody has given a base', () => {
    const raw = openDump(memorySource(pattern(8192)));
    assert.deepEqual(goTo(raw, '0x400', 0), { offset: 0x400, address: 0x400, label: 'offset 1,024' });
    const based = openDump(memorySource(pattern(8192)), { base: 0x10000 });
    assert.equal(goTo(based, '0x10400', 0).offset, 0x400);
  });
});
