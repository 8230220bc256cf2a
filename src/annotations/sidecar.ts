import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Annotation } from './annotation.ts';
import { removeLeftovers, type WriteSteps, writeAtomically } from './atomic-file.ts';
import { mergeAnnotations } from './merge.ts';
import { formatSidecar, parseSidecar } from './sidecar-format.ts';

/** A sidecar larger than this was not written here, and is not read into memory. */
const MAX_BYTES = 256 * 1024 * 1024;

export interface Loaded {
  readonly annotations: readonly Annotation[];
  /** Sentences about files that could not be used. */
  readonly problems: readonly string[];
}

export interface Saved {
  readonly annotations: readonly Annotation[];
  /** Where they were written; undefined when there was nothing to write and no file to write it over. */
  readonly path: string | undefined;
  readonly problems: readonly string[];
}

/**
 * The annotations of one dump, kept in `DUMP.hexheap.json` beside it, or in the extension's own storage while that folder
 * cannot be written. Both places are read, so that nothing is lost when the folder becomes writable; a damaged file is
 * reported and, before anything is written in its place, set aside under another name.
 */
export class Sidecar {
  readonly beside: string;
  readonly stored: string;
  readonly #dump: string;
  readonly #steps: WriteSteps | undefined;
  #base: readonly Annotation[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** @param storage the extension's folder for what cannot lie beside a dump; made when it is needed. */
  constructor(dump: string, storage: string, steps?: WriteSteps) {
    this.#dump = resolve(dump);
    this.beside = `${this.#dump}.hexheap.json`;
    this.stored = join(storage, `${createHash('sha256').update(this.#dump).digest('hex').slice(0, 32)}.hexheap.json`);
    this.#steps = steps;
  }

  /** Reads both places. What cannot be read is named in the problems; it never throws. */
  load(): Promise<Loaded> {
    const loaded = this.#last.then(() => this.#load());
    this.#last = loaded;
    return loaded;
  }

  async #load(): Promise<Loaded> {
    const files = [await readSidecar(this.beside), await readSidecar(this.stored)];
    this.#base = mergeAnnotations([], files[1].annotations, files[0].annotations);
    return { annotations: this.#base, problems: files.flatMap(({ path, problem }) => problemText(path, problem)) };
  }

  /**
   * Writes `ours`, merged with what somebody else may have written since the last load or save. Saves follow one another.
   * Throws when neither place can be written: the annotations are then only in memory.
   */
  save(ours: readonly Annotation[]): Promise<Saved> {
    const saved = this.#last.then(() => this.#save(ours));
    this.#last = saved.catch(() => undefined);
    return saved;
  }

  async #save(ours: readonly Annotation[]): Promise<Saved> {
    const [beside, stored] = [await readSidecar(this.beside), await readSidecar(this.stored)];
    const theirs = mergeAnnotations([], stored.annotations, beside.annotations);
    const readable = beside.state === 'good' || stored.state === 'good';
    const annotations = mergeAnnotations(readable ? this.#base : [], ours, theirs);
    if (annotations.length === 0 && beside.state === 'absent' && stored.state === 'absent') {
      return { annotations, path: undefined, problems: [] };
    }

    const problems: string[] = [];
    let path = this.beside;
    try {
      if (beside.state === 'newer') throw new Error('a later version of Hexheap wrote it');
      if (beside.state === 'unreadable') throw new Error(`what is in it cannot be read: ${beside.problem}`);
      await this.#write(beside, annotations, problems);
      if (stored.state === 'good') await unlink(this.stored);
    } catch (error) {
      problems.push(
        `${this.beside} cannot be written (${(error as Error).message}); the annotations are kept in ${this.stored}.`,
      );
      path = this.stored;
      await mkdir(dirname(this.stored), { recursive: true, mode: 0o700 });
      await this.#write(stored, annotations, problems);
    }
    this.#base = annotations;
    return { annotations, path, problems };
  }

  async #write(file: SidecarFile, annotations: readonly Annotation[], problems: string[]) {
    await removeLeftovers(file.path);
    if (file.state === 'damaged' || file.state === 'newer') {
      const aside = await freeName(`${file.path}.${file.state}`);
      await rename(file.path, aside);
      problems.push(`${file.path} could not be read (${file.problem}); it was set aside as ${aside}.`);
    }
    await writeAtomically(file.path, formatSidecar(annotations), this.#dump, this.#steps);
  }
}

interface SidecarFile {
  readonly path: string;
  readonly state: 'absent' | 'good' | 'damaged' | 'newer' | 'unreadable';
  readonly annotations: readonly Annotation[];
  readonly problem: string | undefined;
}

async function readSidecar(path: string): Promise<SidecarFile> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) return { path, state: 'damaged', annotations: [], problem: `${size} bytes is too large` };
    const content = parseSidecar(await readFile(path, 'utf8'));
    if (content.state === 'good') return { path, state: 'good', annotations: content.annotations, problem: undefined };
    return { path, state: content.state, annotations: [], problem: content.reason };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { path, state: 'absent', annotations: [], problem: undefined };
    return { path, state: 'unreadable', annotations: [], problem: message };
  }
}

function problemText(path: string, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`The annotations in ${path} cannot be read: ${problem}.`];
}

async function freeName(name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    const taken = await stat(candidate).then(
      () => true,
      () => false,
    );
    if (!taken) return candidate;
  }
}
