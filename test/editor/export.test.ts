import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DumpSession } from '../../src/analysis/session.ts';
import type { Annotation } from '../../src/annotations/annotation.ts';
import { PlaceMap } from '../../src/annotations/place-map.ts';
import { collectReport } from '../../src/editor/collect-report.ts';
import { decodeAnnotation } from '../../src/editor/decode-annotation.ts';
import type { OpenDump } from '../../src/editor/dump-document.ts';
import { markdownReport } from '../../src/report/markdown.ts';

const BASE = 0x7f00_0000_0000;
const TEXT = 'order:QZXJ:4711';

/** A page of memory with one sdshdr8 string at 0x40, as sds.h lays it out: len, alloc, flags 1, text, NUL. */
function page(): Uint8Array {
  const bytes = new Uint8Array(4096);
  bytes.set([TEXT.length, TEXT.length, 1], 0x40);
  bytes.set(new TextEncoder().encode(TEXT), 0x43);
  return bytes;
}

describe('an export from an open dump', () => {
  const session = new DumpSession({
    reader: new URL('../../src/analysis/reader-worker.ts', import.meta.url),
    analyser: new URL('../../src/analysis/analysis-worker.ts', import.meta.url),
    explainer: new URL('../../src/analysis/explainer-worker.ts', import.meta.url),
  });
  let folder: string;
  let dump: OpenDump;
  let annotations: Annotation[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hexheap-export-'));
    const file = join(folder, 'range.rdump');
    writeFileSync(file, page());
    const summary = await session.open(file, { base: BASE });
    dump = { session, summary, places: new PlaceMap(summary.segments) };
    const result = await session.decode(0x45);
    assert.ok(result.found);
    annotations = [
      { id: 'a', ...decodeAnnotation(result.sds, dump.places) },
      { id: 'b', kind: 'selection', place: dump.places.placeOf(0x43, 0x48), label: 'it says order:QZXJ', note: '' },
      {
        id: 'c',
        kind: 'selection',
        place: { by: 'address', start: 0x1000, end: 0x1010 },
        label: 'elsewhere',
        note: '',
      },
    ];
  });
  after(async () => {
    await session.dispose();
    rmSync(folder, { recursive: true });
  });

  it('has each region at its address, with its bytes', async () => {
    const { regions } = await collectReport(dump, annotations, { state: 'idle' });
    assert.deepEqual(
      regions.map(({ address, offset, length }) => [address, offset, length]),
      [
        [BASE + 0x40, 0x40, 3 + TEXT.length + 1],
        [BASE + 0x43, 0x43, 5],
        [0x1000, undefined, 0x10],
      ],
    );
    assert.equal(new TextDecoder().decode(regions[1].bytes), 'order');
    const [decoded] = regions;
    assert.deepEqual([decoded.decoded?.header, decoded.decoded?.len], ['sdshdr8', TEXT.length]);
  });

  it('includes the text where that is asked for', async () => {
    const markdown = markdownReport(await collectReport(dump, annotations, { state: 'idle' }), { masked: false });
    assert.match(
      markdown,
      /^7f0000000040 {2}0f 0f 01 6f 72 64 65 72 {2}3a 51 5a 58 4a 3a 34 37 {2}\|\.\.\.order:QZXJ:47\|$/m,
    );
    assert.match(markdown, /`order:QZXJ:4711`/);
    assert.match(markdown, /it says order:QZXJ/);
  });

  it('has none of it when masked', async () => {
    const markdown = markdownReport(await collectReport(dump, annotations, { state: 'idle' }), { masked: true });
    assert.doesNotMatch(markdown, /QZXJ|4711|order|51 5a|6f 72 64/);
    assert.match(markdown, /`\{word5\}:\{word4\}:\{n\}`/);
    assert.match(markdown, /it says \{word5\}:\{word4\}/);
  });

  it('can be given up', async () => {
    const abort = new AbortController();
    const shares: number[] = [];
    const progress = (share: number) => {
      shares.push(share);
      abort.abort();
    };
    await assert.rejects(
      collectReport(dump, annotations, { state: 'idle' }, { progress, cancelled: abort.signal }),
      /abort/,
    );
    assert.deepEqual(shares, [1 / 3]);
  });
});
