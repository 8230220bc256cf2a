import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { type ByteSource, DumpError, type Problem } from './dump.ts';
import { countText, sizeText } from './size-text.ts';

/** What may be said of one open file: who it is on the disk, how long, and when it was last written. */
interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: number;
  readonly modified: bigint;
}

/**
 * A regular file on the disk, opened for reading only: the path is never created and the file never written to.
 * Nothing is cached, so a read shows what is in the file now.
 */
export class FileSource implements ByteSource {
  readonly path: string;
  /** Bytes when it was opened. */
  readonly size: number;
  readonly #opened: FileIdentity;
  #handle: number | undefined;

  private constructor(path: string, handle: number, opened: FileIdentity) {
    this.path = path;
    this.size = opened.size;
    this.#opened = opened;
    this.#handle = handle;
  }

  /** Opens `path`. Throws DumpError when it is missing, not readable, or not a regular file. */
  static open(path: string): FileSource {
    let handle: number | undefined;
    try {
      // A pipe would block the open itself, so look before opening.
      refuseIrregular(path, statSync(path, { bigint: true }));
      handle = openSync(path, 'r');
      const status = fstatSync(handle, { bigint: true });
      refuseIrregular(path, status);
      return new FileSource(path, handle, identityOf(status));
    } catch (error) {
      if (handle !== undefined) closeSync(handle);
      throw error instanceof DumpError ? error : new DumpError(openingFailed(path, error));
    }
  }

  read(offset: number, into: Uint8Array): number {
    if (this.#handle === undefined) throw new DumpError(`${this.path} is closed.`);
    let done = 0;
    try {
      while (done < into.length) {
        const count = readSync(this.#handle, into, done, into.length - done, offset + done);
        if (count === 0) break;
        done += count;
      }
    } catch (error) {
      throw new DumpError(
        `${this.path} could not be read at offset ${countText(offset + done)} (${codeOf(error)}). ` +
          'Check the disk or the network share it lies on; other parts of the file may still be readable.',
      );
    }
    return done;
  }

  /** Looks at the open file and at its path: what happened to them since the opening, or undefined when nothing did. */
  changed(): Problem | undefined {
    if (this.#handle === undefined) return undefined;
    const now = identityOf(fstatSync(this.#handle, { bigint: true }));
    if (now.size < this.size) {
      return {
        what: 'changed',
        message:
          `The file became shorter while it was open: ${sizeText(now.size)} are left of ${sizeText(this.size)}. ` +
          'Bytes past its end are shown as cut off; what is left can still be read.',
      };
    }
    const elsewhere = this.#pathChanged();
    if (elsewhere !== undefined) return { what: 'changed', message: elsewhere };
    if (now.size > this.size) {
      return {
        what: 'changed',
        message:
          `The file grew while it was open, from ${sizeText(this.size)} to ${sizeText(now.size)}: it may still be being written. ` +
          'Its first part is shown; open it again to see all of it.',
      };
    }
    if (now.modified !== this.#opened.modified) {
      return {
        what: 'changed',
        message:
          'The file was written to while it was open. Its present bytes are shown, but findings made before may not fit them: open it again.',
      };
    }
    return undefined;
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #pathChanged(): string | undefined {
    try {
      const there = identityOf(statSync(this.path, { bigint: true }));
      if (there.device === this.#opened.device && there.inode === this.#opened.inode) return undefined;
      return 'Another file has taken the place of this one. The bytes shown are still those of the file that was opened; open it again to see the new one.';
    } catch (error) {
      if (codeOf(error) === 'ENOENT') {
        return 'The file was deleted or moved while it was open. All of it can still be read until it is closed here, but not be opened again.';
      }
      return `The file can no longer be found at its path (${codeOf(error)}). It can still be read until it is closed here.`;
    }
  }
}

function identityOf(status: BigIntStats): FileIdentity {
  return { device: status.dev, inode: status.ino, size: Number(status.size), modified: status.mtimeNs };
}

function refuseIrregular(path: string, status: BigIntStats): void {
  if (status.isDirectory()) {
    throw new DumpError(`${path} is a directory, not a file. Choose the dump inside it.`);
  }
  if (!status.isFile()) {
    throw new DumpError(`${path} is a device, pipe or socket, not a regular file. Copy its content to a file first.`);
  }
  if (status.size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new DumpError(`${path} says it is ${status.size} bytes long: no such file can be addressed.`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}

function openingFailed(path: string, error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return `${path} does not exist. Check the path; it may have been moved or deleted.`;
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be read by this user (permission denied). Cores are often readable by their owner or root only: change its owner or mode, or copy it.`;
    case 'ENOTDIR':
      return `${path} does not exist: a part of the path before the last is not a directory.`;
    case 'ELOOP':
      return `${path} is a symbolic link that leads in a circle.`;
    case 'ENAMETOOLONG':
      return 'The path is longer than the file system allows.';
    case 'EMFILE':
    case 'ENFILE':
      return `${path} could not be opened because too many files are open. Close some editors and try again.`;
    case 'ERR_INVALID_ARG_VALUE':
      return 'The path contains a NUL character: no file has such a name.';
    default:
      return `${path} could not be opened (${codeOf(error)}).`;
  }
}
