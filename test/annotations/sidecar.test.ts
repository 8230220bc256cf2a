import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeLeftovers, writeAtomically } from '../../src/annotations/atomic-file.ts';
import { Sidecar } from '../../src/annotations/sidecar.ts';
import { annotation } from './annotations.ts';

const a = annotation('a');
const b = annotation('b');

describe('the sidecar of a dump', () => {
  let root: string;
  let dump: string;
  let storage: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'hexheap-sidecar-'));
    mkdirSync(join(root, 'dumps'));
    dump = join(root, 'dumps', 'core.1');
    storage = join(root, 'storage');
    writeFileSync(dump, 'bytes of the dump');
    chmodSync(dump, 0o640);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const open = (steps?: ConstructorParameters<typeof Sidecar>[2]) => new Sidecar(dump, storage, steps);
  const inFolder = () => readdirSync(join(root, 'dumps')).sort();
  const loaded = async () => (await open().load()).annotations;

  it('is not written before there is an annotation', async () => {
    const sidecar = open();
    assert.deepEqual(await sidecar.load(), { annotations: [], problems: [] });
    assert.equal((await sidecar.save([])).path, undefined);
    assert.deepEqual(inFolder(), ['core.1']);
  });

  it('brings back what was saved, and lies beside the dump with its permissions', async () => {
    const sidecar = open();
    await sidecar.load();
    const { path } = await sidecar.save([a, b]);
    assert.equal(path, `${dump}.hexheap.json`);
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.deepEqual(await loaded(), [a, b]);
    await sidecar.save([]);
    assert.deepEqual(await loaded(), []);
    assert.deepEqual(inFolder(), ['core.1', 'core.1.hexheap.json']);
  });

  it('gives no permission that the dump does not give, whatever the umask', async () => {
    for (const [mode, umask] of [
      [0o600, 0],
      [0o444, 0o077],
      [0o777, 0],
    ]) {
      chmodSync(dump, mode);
      const before = process.umask(umask);
      const { path } = await open().save([a, annotation(`m${mode}`)]);
      process.umask(before);
      assert.equal(statSync(path!).mode & 0o777, mode & 0o666);
    }
  });

  it('saves in the order it is asked to', async () => {
    const sidecar = open();
    await sidecar.load();
    await Promise.all([sidecar.save([a]), sidecar.save([a, b]), sidecar.save([b])]);
    assert.deepEqual(await loaded(), [b]);
  });

  it('keeps what another window wrote meanwhile', async () => {
    const [one, two] = [open(), open()];
    await one.load();
    await two.load();
    await one.save([a]);
    assert.deepEqual((await two.save([b])).annotations, [a, b]);
    assert.deepEqual((await one.save([])).annotations, [b]);
  });

  it('keeps the annotations when somebody deleted the file', async () => {
    const sidecar = open();
    await sidecar.save([a]);
    rmSync(`${dump}.hexheap.json`);
    await sidecar.save([a, b]);
    assert.deepEqual(await loaded(), [a, b]);
  });

  it('reports a damaged file and sets it aside before it writes', async () => {
    const damaged = '{"format": "hexheap annotations", "ver';
    writeFileSync(`${dump}.hexheap.json`, damaged);
    const sidecar = open();
    const { annotations, problems } = await sidecar.load();
    assert.deepEqual(annotations, []);
    assert.match(problems[0], /core\.1\.hexheap\.json cannot be read: not JSON/);
    assert.equal(readFileSync(`${dump}.hexheap.json`, 'utf8'), damaged, 'reading changes nothing');

    const saved = await sidecar.save([a]);
    assert.match(saved.problems[0], /set aside as .*core\.1\.hexheap\.json\.damaged/);
    assert.equal(readFileSync(`${dump}.hexheap.json.damaged`, 'utf8'), damaged);
    assert.deepEqual(await loaded(), [a]);
  });

  it('sets a second damaged file aside under a name of its own', async () => {
    writeFileSync(`${dump}.hexheap.json.damaged`, 'the first');
    writeFileSync(`${dump}.hexheap.json`, 'the second');
    await open().save([a]);
    assert.equal(readFileSync(`${dump}.hexheap.json.damaged`, 'utf8'), 'the first');
    assert.equal(readFileSync(`${dump}.hexheap.json.damaged-2`, 'utf8'), 'the second');
  });

  it('never touches the file of a later version', async () => {
    const later = '{"format": "hexheap annotations", "version": 9, "colours": true}';
    writeFileSync(`${dump}.hexheap.json`, later);
    const { path, problems } = await open().save([a]);
    assert.equal(readFileSync(`${dump}.hexheap.json`, 'utf8'), later);
    assert.ok(path?.startsWith(storage));
    assert.match(problems[0], /a later version of Hexheap wrote it/);
    assert.deepEqual(await loaded(), [a]);
  });

  it("uses the extension's storage while the folder cannot be written, and loses nothing when it can", async () => {
    const blocked = open({
      rename: async (from, to) => {
        if (to.startsWith(storage)) return rename(from, to);
        throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
      },
    });
    const { path, problems } = await blocked.save([a]);
    assert.ok(path?.startsWith(storage));
    assert.match(problems[0], /cannot be written \(EROFS: read-only file system\); the annotations are kept in/);
    assert.deepEqual(inFolder(), ['core.1']);
    assert.equal(statSync(storage).mode & 0o777, 0o700);

    const later = open();
    assert.deepEqual((await later.load()).annotations, [a]);
    await later.save([a, b]);
    assert.deepEqual(inFolder(), ['core.1', 'core.1.hexheap.json']);
    assert.deepEqual(readdirSync(storage), []);
    assert.deepEqual(await loaded(), [a, b]);
  });

  it('leaves nothing behind and changes nothing when the disk refuses', async () => {
    await open().save([a]);
    const before = readFileSync(`${dump}.hexheap.json`, 'utf8');
    const broken = open({ rename: () => Promise.reject(new Error('ENOSPC: no space left on device')) });
    await broken.load();
    await assert.rejects(broken.save([a, b]), /ENOSPC/);
    assert.deepEqual(inFolder(), ['core.1', 'core.1.hexheap.json']);
    assert.equal(readFileSync(`${dump}.hexheap.json`, 'utf8'), before);
  });

  it('is the old one when the writer is killed before the rename, and the leftover goes with the next save', async () => {
    await open().save([a]);
    const path = `${dump}.hexheap.json`;
    const program = fileURLToPath(new URL('./killed-writer.ts', import.meta.url));
    const killed = spawnSync(process.execPath, [program, path, dump], { encoding: 'utf8' });
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);

    const leftover = inFolder().find(name => name.endsWith('.tmp'))!;
    assert.equal(readFileSync(join(root, 'dumps', leftover), 'utf8'), 'the new content');
    assert.deepEqual(await loaded(), [a]);

    await removeLeftovers(path);
    assert.ok(existsSync(join(root, 'dumps', leftover)), 'it might be a write under way');
    const old = new Date(Date.now() - 120_000);
    utimesSync(join(root, 'dumps', leftover), old, old);
    await open().save([a, b]);
    assert.deepEqual(inFolder(), ['core.1', 'core.1.hexheap.json']);
  });

  it('is readable by nobody else when the dump is gone', async () => {
    const sidecar = open();
    rmSync(dump);
    const { path } = await sidecar.save([a]);
    assert.equal(statSync(path!).mode & 0o777, 0o600);
  });
});

describe('an atomic write', () => {
  it('never shows a reader half a file', async () => {
    const root = mkdtempSync(join(tmpdir(), 'hexheap-atomic-'));
    const path = join(root, 'file');
    const contents = ['a'.repeat(200_000), 'b'.repeat(300_000)];
    await writeAtomically(path, contents[0], root);
    let reads = 0;
    let done = false;
    const writing = (async () => {
      for (let at = 1; at < 12; at++) await writeAtomically(path, contents[at % 2], root);
      done = true;
    })();
    while (!done) {
      assert.ok(contents.includes(readFileSync(path, 'utf8')));
      reads++;
      await new Promise(resolve => setImmediate(resolve));
    }
    await writing;
    assert.ok(reads > 3);
    rmSync(root, { recursive: true });
  });
});
