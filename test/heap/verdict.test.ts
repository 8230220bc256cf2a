import { strict as assert } from 'node:assert';
import { regionAt } from '../../src/allocator/regions.ts';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { type Findings, NO_REGION, OWNER_KINDS, REGION_KINDS, VERDICTS } from '../../src/heap/findings.ts';
import { HandMade, quiet } from './hand-made.ts';

const HEAP = 0x7f00_0010_0000;
const DATA = 0x5555_0000_0000;
const STACK = 0x7fff_0000_0000;
const SMALL = HEAP + 0x10000;

/** Text of 76 characters: with header and NUL just 80 bytes, as usable-size allocs have it. */
const text = (name: string) => name.padEnd(76, '.');

/** 64 regions of 80 bytes, 256 of 16, a page of data, a stack with its pointer in the middle. */
function process(): HandMade {
  return new HandMade()
    .segment(HEAP, 0x20000)
    .segment(DATA, 0x1000, 'file', '/usr/bin/redis-server')
    .segment(STACK, 0x2000, 'stack', '[stack]')
    .slab(HEAP, 80, 64)
    .slab(SMALL, 16, 256)
    .thread(STACK + 0x1000);
}

const region = (n: number) => HEAP + n * 80;
const small = (n: number) => SMALL + n * 16;

function analyse(one: HandMade, server = 'redis 7.0.15') {
  const regions = one.regions();
  const findings = analyseHeap(one.dump(), regions, quiet, server);
  return {
    findings,
    verdictOf: (address: number) => verdictAt(findings, address),
    kindOf: (address: number) => REGION_KINDS[findings.regionKind[regionAt(regions, address)]],
    regionVerdict: (address: number) => VERDICTS[findings.regionVerdict[regionAt(regions, address)]],
    regionOf: (address: number) => regionAt(regions, address),
  };
}

function stringAt(findings: Findings, address: number): number {
  return findings.strings.address.indexOf(address);
}

function verdictAt(findings: Findings, address: number): string | undefined {
  const place = stringAt(findings, address);
  return place < 0 ? undefined : VERDICTS[findings.strings.verdict[place]];
}

describe('verdicts on strings', () => {
  it('live: an exact word in data, in a register, on the stack and in the red zone below it', () => {
    const one = process();
    const inData = one.sds(region(0), text('data'), 76);
    const inRegister = one.sds(region(1), text('register'), 76);
    const onStack = one.sds(region(2), text('stack'), 76);
    const inRedZone = one.sds(region(3), text('red zone'), 76);
    one
      .word(DATA + 0x100, inData)
      .word(STACK + 0x1800, onStack)
      .word(STACK + 0x1000 - 128, inRedZone);
    one.thread(STACK + 0x1000, [0n, BigInt(inRegister)]);
    const { verdictOf } = analyse(one);
    for (const address of [inData, inRegister, onStack, inRedZone]) assert.equal(verdictOf(address), 'live');
  });

  it('leaked: no word at all, or only in free regions, thread caches and the allocator’s own memory', () => {
    const one = process();
    const unnamed = one.sds(region(0), text('unnamed'), 76);
    const short = one.sds(small(9), 'hello:world');
    const inFree = one.sds(region(1), text('in a free region'), 76);
    const inCache = one.sds(region(2), text('in a cached region'), 76);
    const inMetadata = one.sds(region(3), text('in metadata'), 76);
    one.word(small(0), inFree).freed(small(0));
    one.word(small(1), inCache).parked(small(1)).word(DATA, small(1));
    one.word(DATA + 0x800, region(3)).own(DATA + 0x800, DATA + 0x900);
    const { verdictOf } = analyse(one);
    for (const address of [unnamed, short, inFree, inCache, inMetadata]) assert.equal(verdictOf(address), 'leaked');
  });

  it('leaked-indirect: the only exact word is in a leaked region, which is named', () => {
    const one = process();
    const held = one.sds(region(0), text('held'), 76);
    one.word(small(5), 0).word(small(5) + 8, held);
    const { verdictOf, regionVerdict, findings, regionOf } = analyse(one);
    assert.equal(verdictOf(held), 'leaked-indirect');
    assert.equal(regionVerdict(small(5)), 'leaked');
    assert.equal(findings.strings.owner[stringAt(findings, held)], regionOf(small(5)));
  });

  it('a leaked object leaks its string: both parts count', () => {
    const one = process();
    const held = one.sds(region(0), text('value of a leaked object'), 76);
    one.bytes(small(5), Buffer.from([0x00, 1, 2, 3, 1, 0, 0, 0])).word(small(5) + 8, held);
    const { verdictOf, regionVerdict, kindOf, findings } = analyse(one);
    assert.equal(kindOf(small(5)), 'robj');
    assert.equal(regionVerdict(small(5)), 'leaked');
    assert.equal(verdictOf(held), 'leaked-indirect');
    assert.equal(OWNER_KINDS[findings.strings.ownerKind[stringAt(findings, held)]], 'object');
  });

  it('leaked-weak: only a word to its middle, below the stack pointer, or inside a live string’s text', () => {
    const one = process();
    const middle = one.sds(region(0), text('middle'), 76);
    const below = one.sds(region(1), text('below'), 76);
    const inText = one.sds(region(2), text('in text'), 76);
    const holder = one.sds(region(3), text('holder'), 76);
    one
      .word(DATA, region(0) + 40)
      .word(STACK + 0x800, below)
      .word(DATA + 8, holder)
      .word(region(3) + 40, inText);
    const { verdictOf } = analyse(one);
    assert.equal(verdictOf(holder), 'live');
    for (const address of [middle, below, inText]) assert.equal(verdictOf(address), 'leaked-weak');
  });

  it('a region whose start is pointed at is no string, whatever its bytes look like', () => {
    const one = process();
    one.sds(region(0), text('looks like one'), 76);
    one.word(DATA, region(0));
    const { findings, regionVerdict } = analyse(one);
    assert.equal(findings.strings.count, 0);
    assert.equal(regionVerdict(region(0)), 'live');
  });

  it('an unreferenced sdshdr5 needs text that is plausible', () => {
    const one = process();
    one.bytes(small(3), Buffer.from([0x28, 1, 2, 3, 4, 5, 0]));
    assert.equal(analyse(one).findings.strings.count, 0);
  });

  it('freed: free regions and those in a thread cache', () => {
    const one = process();
    const free = one.freed(region(0)).sds(region(0), text('free'), 76);
    const parked = one.parked(region(1)).sds(region(1), text('parked'), 76);
    one.word(DATA, free).word(DATA + 8, parked);
    const { verdictOf } = analyse(one);
    assert.equal(verdictOf(free), 'freed');
    assert.equal(verdictOf(parked), 'freed');
  });

  it('unknown instead of leaked where a root is missing; what is known to live still does', () => {
    const one = process().segment(DATA + 0x10000, 0x1000, 'file', '/usr/lib/libc.so.6', 0x800);
    const alive = one.sds(region(0), text('alive'), 76);
    const lost = one.sds(region(1), text('lost'), 76);
    one.word(DATA, alive);
    const { verdictOf, findings } = analyse(one);
    assert.equal(verdictOf(alive), 'live');
    assert.equal(verdictOf(lost), 'unknown');
    assert.equal(findings.complete, false);
    assert.match(findings.notes.join('\n'), /libc\.so\.6 .*is not in the file \(2048 bytes\)/);
  });

  it('a module’s data that was never written to is not missed: the kernel leaves it out of its cores', () => {
    const one = process().segment(DATA + 0x10000, 0x1000, 'file', '/usr/bin/redis-server', 0x1000);
    const lost = one.sds(region(1), text('lost'), 76);
    const { verdictOf, findings } = analyse(one);
    assert.equal(verdictOf(lost), 'leaked');
    assert.equal(findings.complete, true);
  });

  it('no verdict without threads: nobody knows what registers and stacks held', () => {
    const one = new HandMade().segment(HEAP, 0x10000).slab(HEAP, 80, 64);
    const lost = one.sds(region(1), text('lost'), 76);
    assert.equal(analyse(one).verdictOf(lost), 'unknown');
  });

  it('Redis 4.0: pointers at any byte of a rax node count', () => {
    const at = (server: string): string | undefined => {
      const one = process();
      const held = one.sds(region(0), text('value in a rax'), 76);
      const pointer = Buffer.alloc(8);
      pointer.writeBigUInt64LE(BigInt(held));
      one.bytes(region(7) + 5, pointer).word(DATA, region(7));
      return analyse(one, server).verdictOf(held);
    };
    assert.equal(at('redis 4.0.14'), 'live');
    assert.equal(at('redis 5.0.14'), 'leaked');
  });

  it('EMBSTR: the object’s reference is the string’s, its own pointer is none', () => {
    const embstr = (one: HandMade, start: number, name: string): number => {
      const payload = Buffer.from(name, 'latin1');
      one.bytes(start, Buffer.from([0x80, 1, 2, 3, 1, 0, 0, 0])).word(start + 8, start + 19);
      one.bytes(start + 16, Buffer.concat([Buffer.from([payload.length, payload.length, 1]), payload]));
      return start + 19;
    };
    const one = process();
    const alive = embstr(one, region(0), 'a live short string');
    const lost = embstr(one, region(1), 'a leaked short string');
    one.word(DATA, region(0));
    const { verdictOf, kindOf } = analyse(one);
    assert.equal(kindOf(region(0)), 'embstr');
    assert.equal(verdictOf(alive), 'live');
    assert.equal(verdictOf(lost), 'leaked');
  });

  it('stops when cancelled, with no verdicts, and says so', () => {
    const one = process();
    one.sds(region(0), text('lost'), 76);
    const hooks = { progress: () => {}, cancelled: () => true };
    const findings = analyseHeap(one.dump(), one.regions(), hooks, 'redis 7.0.15');
    assert.equal(findings.complete, false);
    assert.equal(findings.strings.count, 0);
    assert.match(findings.notes.join(' '), /cancelled/);
    assert.ok(findings.regionVerdict.every(one => VERDICTS[one] === 'unknown'));
  });

  it('hands out shared memory, and no owner where nothing holds a string', () => {
    const one = process();
    const lost = one.sds(region(0), text('lost'), 76);
    const { findings } = analyse(one);
    assert.ok(findings.regionVerdict.buffer instanceof SharedArrayBuffer);
    assert.ok(findings.strings.address.buffer instanceof SharedArrayBuffer);
    assert.equal(findings.strings.owner[stringAt(findings, lost)], NO_REGION);
  });
});
