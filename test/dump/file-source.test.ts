import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { DumpError } from '../../src/dump/dump.ts';
import { FileSource } from '../../src/dump/file-source.ts';
import { pattern } from './elf-builder.ts';
import { temporaryFolder } from './temporary-files.ts';

describe('the file behind a dump', () => {
  const path = temporaryFolder();
  const bytes = pattern(10_000);

  function opened(name: string): FileSource {
    writeFileSync(path(name), bytes);
    return FileSource.open(path(name));
  }

  it('reads at any place, short only where the file ends', () => {
    const source = opened('read');
    assert.equal(source.size, 10_000);
    const into = new Uint8Array(100);
    assert.equal(source.read(4000, into), 100);
    assert.deepEqual(Buffer.from(into), bytes.subarray(4000, 4100));
    assert.equal(source.read(9990, into), 10);
    assert.deepEqual(Buffer.from(into.subarray(0, 10)), bytes.subarray(9990));
    assert.equal(source.read(10_000, into), 0);
    assert.equal(source.read(2 ** 50, into), 0);
    source.close();
    assert.throws(() => source.read(0, into), DumpError);
  });

  it('says what is wrong with a path, and never creates it', () => {
    refused(path('missing.core'), /missing\.core does not exist/);
    assert.equal(existsSync(path('missing.core')), false);
    mkdirSync(path('folder'));
    refused(path('folder'), /is a directory/);
    writeFileSync(path('plain'), 'x');
    refused(path('plain/core'), /not a directory/);
    symlinkSync(path('circle'), path('circle'));
    refused(path('circle'), /circle/);
    refused('a\0b', /NUL/);
    refused(`/${'x'.repeat(5000)}`, /longer than the file system allows/);
    refused('/dev/null', /not a regular file/);
  });

  it('does not wait for the writer of a pipe', function () {
    if (process.platform === 'win32') return this.skip();
    execFileSync('mkfifo', [path('pipe')]);
    refused(path('pipe'), /pipe or socket/);
  });

  it('says that permission is missing', function () {
    if (process.platform === 'win32') return this.skip();
    writeFileSync(path('secret'), 'x');
    chmodSync(path('secret'), 0);
    if (process.getuid?.() !== 0) {
      refused(path('secret'), /permission denied/);
      return;
    }
    // Root may read everything, so somebody else tries (where they may read this checkout).
    chmodSync(path('.'), 0o755);
    const program = `import { FileSource } from ${JSON.stringify(new URL('../../src/dump/file-source.ts', import.meta.url).href)};
      try { FileSource.open(${JSON.stringify(path('secret'))}); } catch (error) { console.log(error.name, error.message); }`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-'], { input: program, uid: 65534, gid: 65534 });
    if (run.status !== 0) return this.skip();
    assert.match(run.stdout.toString(), /^DumpError .*secret may not be read by this user \(permission denied\)/);
  });

  it('leaves the file and its times alone', () => {
    writeFileSync(path('evidence'), bytes);
    const before = statSync(path('evidence'));
    const source = FileSource.open(path('evidence'));
    source.read(0, new Uint8Array(100));
    source.close();
    const after = statSync(path('evidence'));
    assert.deepEqual([after.mtimeMs, after.size, after.ctimeMs], [before.mtimeMs, before.size, before.ctimeMs]);
  });

  describe('notices', () => {
    it('nothing, when nothing happened', () => {
      const source = opened('same');
      assert.equal(source.changed(), undefined);
      source.close();
    });

    it('a file that became shorter', () => {
      const source = opened('shorter');
      truncateSync(path('shorter'), 5000);
      assert.match(source.changed()!.message, /became shorter.* 4\.9 KiB are left of 9\.8 KiB/);
      assert.equal(source.read(4990, new Uint8Array(100)), 10);
      source.close();
    });

    it('a file that was deleted, and still reads it', () => {
      const source = opened('deleted');
      unlinkSync(path('deleted'));
      assert.match(source.changed()!.message, /was deleted or moved/);
      const into = new Uint8Array(10_000);
      assert.equal(source.read(0, into), 10_000);
      assert.deepEqual(Buffer.from(into), bytes);
      source.close();
    });

    it('another file in its place, and still reads the first', () => {
      const source = opened('replaced');
      writeFileSync(path('newer'), Buffer.alloc(10_000, 1));
      renameSync(path('newer'), path('replaced'));
      assert.match(source.changed()!.message, /Another file has taken the place/);
      const into = new Uint8Array(16);
      source.read(0, into);
      assert.deepEqual(Buffer.from(into), bytes.subarray(0, 16));
      source.close();
    });

    it('a file that grew', () => {
      const source = opened('grown');
      appendFileSync(path('grown'), 'more');
      assert.match(source.changed()!.message, /grew while it was open/);
      source.close();
    });

    it('a file that was written over in place', () => {
      const source = opened('written');
      writeFileSync(path('written'), Buffer.alloc(10_000, 7));
      utimesSync(path('written'), new Date(), new Date(Date.now() + 10_000));
      assert.match(source.changed()!.message, /was written to/);
      const into = new Uint8Array(4);
      source.read(0, into);
      assert.deepEqual([...into], [7, 7, 7, 7]);
      source.close();
    });
  });

  function refused(name: string, message: RegExp): void {
    assert.throws(
      () => FileSource.open(name),
      (error: unknown) => error instanceof DumpError && message.test(error.message),
    );
  }
});
