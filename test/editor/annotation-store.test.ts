import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlaceMap } from '../../src/annotations/place-map.ts';
import { Sidecar } from '../../src/annotations/sidecar.ts';
import { parseSidecar } from '../../src/annotations/sidecar-format.ts';
import { AnnotationStore } from '../../src/editor/annotation-store.ts';

const at = (start: number, label = 'l', note = '') => ({
  place: { by: 'offset' as const, start, end: start + 4 },
  kind: 'selection' as const,
  label,
  note,
});
const nowhere = new PlaceMap([]);

describe('the annotations of an open dump', () => {
  let root: string;
  let dump: string;
  let changes: number;
  let problems: string[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'hexheap-store-'));
    dump = join(root, 'core.1');
    writeFileSync(dump, 'dump');
    changes = 0;
    problems = [];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const open = () =>
    new AnnotationStore(
      new Sidecar(dump, join(root, 'storage')),
      () => changes++,
      problem => problems.push(problem),
    );
  const onDisk = () => {
    const content = parseSidecar(readFileSync(`${dump}.hexheap.json`, 'utf8'));
    assert.ok(content.state === 'good');
    return content.annotations;
  };

  it('are there at once, and on the disk when the promise says so', async () => {
    const store = open();
    const adding = store.add(at(8));
    assert.equal(store.list.length, 1);
    assert.equal(changes, 1);
    const added = await adding;
    assert.deepEqual(onDisk(), [added]);
    await store.remove(added.id);
    assert.deepEqual(onDisk(), []);
    await store.remove('not there');
    assert.equal(changes, 2);
  });

  it('come back when the dump is opened again', async () => {
    const added = await open().add(at(8, 'label', 'note'));
    const again = open();
    await again.load();
    assert.deepEqual(again.list, [added]);
    assert.equal(changes, 2);
  });

  it('keep the id and the note when the same bytes are annotated again', async () => {
    const store = open();
    const first = await store.add(at(8, 'one', 'a note'));
    const second = await store.add(at(8, 'two'));
    assert.deepEqual(store.list, [second]);
    assert.deepEqual([second.id, second.label, second.note], [first.id, 'two', 'a note']);
  });

  it('are all written, also when they come faster than the disk', async () => {
    const store = open();
    await Promise.all(Array.from({ length: 200 }, (_, n) => store.add(at(n * 8))));
    assert.equal(onDisk().length, 200);
  });

  it('are kept together when two windows annotate one dump', async () => {
    const [one, two] = [open(), open()];
    await Promise.all([one.load(), two.load()]);
    const first = await one.add(at(0));
    const second = await two.add(at(8));
    assert.deepEqual(two.list, [first, second]);
    await one.remove(first.id);
    assert.deepEqual(one.list, [second]);
    assert.deepEqual(onDisk(), [second]);
  });

  it('stay in memory, and it is said, where they cannot be written', async () => {
    // A folder in the sidecar's place, and a file in the storage's.
    mkdirSync(`${dump}.hexheap.json`);
    writeFileSync(join(root, 'storage'), '');
    const store = open();
    await store.add(at(8));
    assert.equal(store.list.length, 1);
    assert.match(problems[0], /^The annotations could not be written: /);
  });

  it('are shown as ranges of the file, and only those that this file has', async () => {
    const store = open();
    await store.add(at(0, 'in the file'));
    await store.add(at(100, 'past its end'));
    await store.add({ ...at(0, 'at an address'), place: { by: 'address', start: 0x1000, end: 0x1004 } });
    const views = store.views(nowhere, 50);
    assert.deepEqual(
      views.map(({ start, end, label }) => [start, end, label]),
      [[0, 4, 'in the file']],
    );
  });
});
