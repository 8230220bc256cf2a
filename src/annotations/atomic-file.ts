import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The steps of a write that a test lets fail; the real ones by default. */
export interface WriteSteps {
  rename(from: string, to: string): Promise<void>;
}

/**
 * Writes `text` (pieces of it are joined) to `path` so that whoever reads it, now or after a crash, finds the old content or the new one and nothing
 * between: a temporary file in the same folder, synced, then renamed. The file gets the permissions (and, where this
 * process may give it, the owner) of `like`, never wider ones. Throws the system's error, and leaves no temporary file then.
 */
export async function writeAtomically(
  path: string,
  text: string | Iterable<string>,
  like: string,
  steps: WriteSteps = { rename },
) {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    try {
      await file.writeFile(text, 'utf8');
      await givePermissions(file, like);
      await file.sync();
    } finally {
      await file.close();
    }
    await steps.rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes temporary files of `path` that a crash left behind: those older than `age` milliseconds, since a younger one may be another window's write under way. */
export async function removeLeftovers(path: string, age = 60_000) {
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  const names = (await readdir(folder).catch(() => [])).filter(name => /^[0-9a-f]{12}\.tmp$/.test(cut(name, prefix)));
  for (const name of names) {
    const leftover = join(folder, name);
    const { mtimeMs } = await stat(leftover).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > age) await unlink(leftover).catch(() => undefined);
  }
}

function cut(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : '';
}

/** The dump may be gone by now: the file then stays its owner's alone. Where the group cannot be made the same, the group gets nothing: another group's members must not read what the dump's may. */
async function givePermissions(file: FileHandle, like: string) {
  if (process.platform === 'win32') return;
  const model = await stat(like).catch(() => undefined);
  if (model === undefined) return;
  const own = await file.stat();
  let mode = model.mode & 0o666;
  if (own.uid !== model.uid || own.gid !== model.gid) {
    const given = await file.chown(model.uid, model.gid).then(
      () => true,
      () => false,
    );
    if (!given) {
      const sameGroup = await file.chown(own.uid, model.gid).then(
        () => true,
        () => false,
      );
      if (!sameGroup) mode &= ~0o060;
    }
  }
  await file.chmod(mode);
}

/** A rename is only on the disk when its folder is; some file systems cannot sync a folder, and then nothing is lost by not doing it. */
async function syncFolder(folder: string) {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}
