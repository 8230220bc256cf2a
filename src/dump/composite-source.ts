import { type ByteSource, DumpError, type Problem } from './dump.ts';
import { FileSource } from './file-source.ts';

/** A source whose file may change while it is open. */
export interface WatchedSource extends ByteSource {
  /** What happened to it since the opening, or undefined when nothing did. */
  changed(): Problem | undefined;
}

/** Several files read as one, one after the other: offsets count through them. */
export class CompositeSource implements WatchedSource {
  readonly size: number;
  readonly #files: readonly FileSource[];
  /** Offset of each file's first byte. */
  readonly #starts: readonly number[];

  private constructor(files: readonly FileSource[]) {
    const starts: number[] = [];
    let size = 0;
    for (const file of files) {
      starts.push(size);
      size += file.size;
    }
    this.#files = files;
    this.#starts = starts;
    this.size = size;
  }

  /** Opens all files, or none. Throws DumpError as FileSource.open does, and for one named twice. */
  static open(paths: readonly string[]): CompositeSource {
    const files: FileSource[] = [];
    try {
      for (const [place, path] of paths.entries()) {
        if (paths.indexOf(path) !== place) throw new DumpError(`${path} is named twice.`);
        files.push(FileSource.open(path));
      }
      return new CompositeSource(files);
    } catch (error) {
      for (const file of files) file.close();
      throw error;
    }
  }

  get files(): readonly FileSource[] {
    return this.#files;
  }

  /** Short where a file ends before the place it ended at when it was opened: what follows would be another file's bytes. */
  read(offset: number, into: Uint8Array): number {
    let done = 0;
    for (let place = this.#placeOf(offset); place < this.#files.length && done < into.length; place++) {
      const file = this.#files[place];
      const within = offset + done - this.#starts[place];
      const length = Math.min(into.length - done, file.size - within);
      const count = file.read(within, into.subarray(done, done + length));
      done += count;
      if (count < length) break;
    }
    return done;
  }

  changed(): Problem | undefined {
    for (const file of this.#files) {
      const problem = file.changed();
      if (problem === undefined) continue;
      return this.#files.length === 1 ? problem : { ...problem, message: `${file.path}: ${problem.message}` };
    }
    return undefined;
  }

  close(): void {
    for (const file of this.#files) file.close();
  }

  /** Place of the file that holds `offset`; the number of files behind the end. */
  #placeOf(offset: number): number {
    let low = 0;
    let high = this.#files.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle] + this.#files[middle].size <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
