import { strict as assert } from 'node:assert';
import { analyseHeap } from '../../src/heap/analyse-heap.ts';
import { VERDICTS } from '../../src/heap/findings.ts';
import { HandMade, quiet } from './hand-made.ts';

const HEAP = 0x7f00_0010_0000;
const DATA = 0x5555_0000_0000;
const STACK = 0x7fff_0000_0000;
const LARGE = HEAP + 0x10000;
const SMALL = HEAP + 0x18000;

describe('the radix tree of a stream', () => {
  it('takes no value for a node: what that points at is alive', () => {
    const [stream, rax, node] = [HEAP, HEAP + 80, HEAP + 160];
    const [object, empty] = [SMALL, SMALL + 16];
    const one = new HandMade()
      .segment(HEAP, 0x20000)
      .segment(DATA, 0x1000, 'file', '/usr/bin/redis-server')
      .segment(STACK, 0x2000, 'stack', '[stack]')
      .slab(HEAP, 80, 64)
      .slab(LARGE, 640, 16)
      .slab(SMALL, 16, 256)
      .thread(STACK + 0x1000)
      .word(DATA, object);
    // robj: type 6, encoding 10, one reference (redis src/server.h at 7.0.15).
    one.bytes(object, Buffer.from([0xa6, 0, 0, 0, 1, 0, 0, 0])).word(object + 8, stream);
    one.word(stream, rax).word(stream + 8, 1);
    one
      .word(rax, node)
      .word(rax + 8, 1)
      .word(rax + 16, 1);
    // A key without edges: its value is behind the padded header (src/rax.h).
    one.bytes(node, Buffer.from([1, 0, 0, 0])).word(node + 8, LARGE);
    // The value begins with 9, as a client of that number does; as a node's header it would be a key with one edge.
    one.word(LARGE, 9);
    const payload = one.sds(empty, '', 0);
    one.word(LARGE + 56, payload);
    const { strings } = analyseHeap(one.dump(), one.regions(), quiet, 'redis 6.0.16');
    const place = strings.address.indexOf(payload);
    assert.ok(place >= 0);
    assert.equal(VERDICTS[strings.verdict[place]], 'live');
  });
});
