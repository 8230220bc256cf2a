import assert from 'node:assert/strict';
import { temporaryFolder } from '../dump/temporary-files.ts';
import { hexheap } from './hexheap.ts';
import { type Known, known } from './samples.ts';

describe('hexheap why and decode', function () {
  this.timeout(30_000);
  const place = temporaryFolder();
  let churned: Known;

  before(() => {
    churned = known({ scenario: 'churned', path: place('churned.core'), strings: 300 });
  });

  const oneThat = (verdict: string, kind?: string) =>
    churned.strings.find(
      one => one.verdict === verdict && one.len > 20 && (kind === undefined || one.owner?.kind === kind),
    )!;

  it('tells the way from the data of the program to a key, and the word that points at it', async () => {
    const key = oneThat('live', 'key');
    const { code, output } = await hexheap(['why', churned.path, key.address]);
    assert.equal(code, 0);
    assert.match(output, new RegExp(`^What +string: ${key.header} of ${key.len} bytes, key of a database`));
    assert.match(output, /^Verdict +live$/m);
    assert.match(output, /^ {2}1\. the data of .*redis/m);
    assert.match(output, /^ {2}\d+\. dictEntry +/m);
    assert.match(output, /^WORD AT +COUNTS +LIES IN +POINTS\n0x[0-9a-f]+ +yes +dictEntry\.key, live +exact/m);
    assert.ok(!output.includes(key.text!.slice(0, 20)), 'no text');
  });

  it('gives the same as JSON, the region asked about last', async () => {
    const key = oneThat('live', 'key');
    const json = JSON.parse((await hexheap(['why', churned.path, key.address, '--json'])).output) as Why;
    assert.deepEqual([json.verdict, json.address, json.path.at(-1)?.address], ['live', key.region, key.region]);
    assert.equal(json.path[0].what, 'root');
    const counting = json.references.filter(({ counts }) => counts);
    assert.equal(counting.length, 1);
    assert.equal(json.path.at(-2)?.address, counting[0].address);
  });

  it('says of a leak that nothing leads to it', async () => {
    const json = JSON.parse((await hexheap(['why', churned.path, oneThat('leaked').address, '--json'])).output) as Why;
    assert.deepEqual([json.verdict, json.path.length], ['leaked', 0]);
    assert.ok(json.references.every(({ counts }) => !counts));
    assert.match(json.pointedAt, /^No word points at it/);
  });

  it('says what it cannot explain', async () => {
    const { code, errors } = await hexheap(['why', churned.path, 'offset:10']);
    assert.equal(code, 2);
    assert.match(errors, /^hexheap: This byte is no memory of the process: [^\n]+\n$/);
  });

  it('decodes a string with its evidence, masked where asked', async () => {
    const key = oneThat('live', 'key');
    const { output } = await hexheap(['decode', churned.path, key.address]);
    assert.match(output, new RegExp(`^${key.header} at ${key.address}: len ${key.len}, alloc ${key.alloc} `));
    assert.ok(output.includes(`"${key.text}"`));
    assert.match(output, /^\+ NUL after the text /m);
    const masked = await hexheap(['decode', churned.path, key.address, '--mask']);
    assert.ok(!masked.output.includes(key.text!));
    const json = JSON.parse((await hexheap(['decode', churned.path, key.address, '--json'])).output) as {
      text: string;
    };
    assert.equal(json.text, key.text);
    const none = await hexheap(['decode', churned.path, 'offset:1']);
    assert.deepEqual([none.code, none.output.split('\n')[0]], [0, 'No string at offset 1.']);
  });
});

interface Why {
  readonly address: string;
  readonly verdict: string;
  readonly pointedAt: string;
  readonly path: readonly { readonly what: string; readonly address: string }[];
  readonly references: readonly { readonly address: string; readonly counts: boolean }[];
}
