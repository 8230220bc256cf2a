import { closeSync, openSync, writeSync } from 'node:fs';
import type { HeapTruth } from './heap.ts';

/**
 * leaked: no word names it exactly; stale ones to its region's start may be left (absent slots of Valkey's hash tables).
 * freed: its bytes are whole and its region is still one; strings inside freed objects included.
 */
export type TruthVerdict = 'live' | 'leaked' | 'leaked-indirect' | 'freed';

/** One string of the generated heap; addresses in hexadecimal. */
export interface StringTruth {
  /** The sds pointer: address of the payload's first byte. */
  readonly address: string;
  readonly header: 'sdshdr5' | 'sdshdr8' | 'sdshdr16' | 'sdshdr32' | 'sdshdr64' | 'sdshdr';
  readonly len: number;
  readonly alloc: number;
  /** First byte of the region it lies in. */
  readonly region: string;
  readonly sizeClass: number;
  owner: { readonly kind: string; readonly address: string } | null;
  verdict: TruthVerdict;
  /** The payload where it is UTF-8; otherwise `base64` has it. */
  readonly text?: string;
  readonly base64?: string;
}

/** What is known of the dump besides its strings. */
export interface DumpTruth {
  readonly scenario: string;
  readonly seed: number;
  /** null, as the allocator's, where the dump holds no server. */
  readonly server: { readonly name: string; readonly version: string } | null;
  readonly allocator: HeapTruth | null;
  readonly counts: Readonly<Record<TruthVerdict, { readonly count: number; readonly bytes: number }>>;
  /** Objects that nothing points at, each with the string it holds, if any. */
  readonly leakedObjects: readonly { readonly address: string; readonly string: string | null }[];
  /** Address of the array of redisDb, which struct redisServer in .bss names; null without a server. */
  readonly databases: string | null;
  /** Keys in database 0. */
  readonly keys: number;
  /** Of a sparse dump: its large range, and where in it there is data. */
  readonly sparse?: { readonly base: string; readonly size: number; readonly islands: readonly number[] };
  /** Of a raw range: the address of its first byte and its size. */
  readonly raw?: { readonly base: string; readonly size: number };
}

/** Takes each string once, when nothing about it will change any more. */
export interface TruthSink {
  string(record: StringTruth): void;
  finish(truth: DumpTruth): void;
}

/** Keeps everything in memory, for tests. */
export class MemoryTruth implements TruthSink {
  readonly strings: StringTruth[] = [];
  dump: DumpTruth | undefined;

  string(record: StringTruth): void {
    this.strings.push(record);
  }

  finish(truth: DumpTruth): void {
    this.dump = truth;
  }
}

/** Keeps nothing: for a dump of which only the counts matter. */
export class NoTruth implements TruthSink {
  string(): void {}
  finish(): void {}
}

/**
 * Streams to a file. `*.ndjson`: a string a line, then one line `{"dump": …}`.
 * Otherwise one JSON object `{"strings": […], …}` with the dump's facts as its other members.
 */
export class FileTruth implements TruthSink {
  readonly #file: number;
  readonly #lines: boolean;
  #pending: string[] = [];
  #pendingBytes = 0;
  #count = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    this.#lines = path.endsWith('.ndjson');
    if (!this.#lines) this.#write('{"strings":[\n');
  }

  string(record: StringTruth): void {
    const separator = this.#lines || this.#count === 0 ? '' : ',\n';
    this.#count++;
    this.#write(`${separator}${JSON.stringify(record)}${this.#lines ? '\n' : ''}`);
  }

  finish(truth: DumpTruth): void {
    if (this.#lines) this.#write(`${JSON.stringify({ dump: truth })}\n`);
    else this.#write(`\n],${JSON.stringify(truth).slice(1)}\n`);
    this.#flush();
    closeSync(this.#file);
  }

  #write(text: string): void {
    this.#pending.push(text);
    this.#pendingBytes += text.length;
    if (this.#pendingBytes > 1 << 20) this.#flush();
  }

  #flush(): void {
    writeSync(this.#file, this.#pending.join(''));
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
