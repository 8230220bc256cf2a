import type { Heap } from './heap.ts';
import { hex } from './heap.ts';
import type { ProcessImage } from './process-image.ts';
import type { Profile } from './profiles.ts';
import type { Random } from './random.ts';
import type { DumpTruth, StringTruth, TruthSink, TruthVerdict } from './truth.ts';

/** A server being laid out: its memory, allocator and version, and the truth as it grows. */
export class ServerImage {
  readonly image: ProcessImage;
  readonly heap: Heap;
  readonly profile: Profile;
  readonly random: Random;
  readonly #sink: TruthSink;
  /** Strings that may still change, by sds address. */
  readonly #open = new Map<number, StringTruth>();
  /** Freed strings whose bytes are still whole, by region start. */
  readonly #stale = new Map<number, StringTruth>();
  readonly counts: Record<TruthVerdict, { count: number; bytes: number }> = {
    live: { count: 0, bytes: 0 },
    leaked: { count: 0, bytes: 0 },
    'leaked-indirect': { count: 0, bytes: 0 },
    freed: { count: 0, bytes: 0 },
  };
  readonly leakedObjects: { address: string; string: string | null }[] = [];
  keys = 0;

  constructor(image: ProcessImage, heap: Heap, profile: Profile, sink: TruthSink) {
    this.image = image;
    this.heap = heap;
    this.profile = profile;
    this.random = image.random;
    this.#sink = sink;
  }

  get space() {
    return this.image.space;
  }

  /** zmalloc; what was stale there is no string any more. */
  malloc(size: number): number {
    const address = this.heap.malloc(size);
    this.#stale.delete(address);
    return address;
  }

  /** zcalloc. */
  calloc(size: number): number {
    const address = this.malloc(size);
    this.space.fill(address, size, 0);
    return address;
  }

  free(address: number): void {
    this.heap.free(address);
  }

  /** Records a string; `settled` ones are written out at once and cannot be freed any more. */
  record(record: StringTruth, settled: boolean): StringTruth {
    if (settled) this.#emit(record);
    else this.#open.set(Number(record.address), record);
    return record;
  }

  /** Writes an open string's truth out: it will not be freed. */
  settle(address: number): void {
    this.#emit(this.#open.get(address)!);
    this.#open.delete(address);
  }

  /** Frees the region of a string that was recorded unsettled: its bytes stay until the region is used again. */
  freeString(address: number): void {
    const record = this.#open.get(address);
    if (!record) throw new Error(`${hex(address)} is no open string`);
    this.#open.delete(address);
    this.#stale.set(Number(record.region), { ...record, verdict: 'freed', owner: null });
    this.free(Number(record.region));
  }

  /** The same for a string inside an object (EMBSTR): freeing the object frees it. */
  forgetInside(region: number, address: number): void {
    const record = this.#open.get(address);
    if (!record) return;
    this.#open.delete(address);
    this.#stale.set(region, { ...record, verdict: 'freed', owner: null });
  }

  /** Settles all open strings and the allocator; call once, last. */
  finish(scenario: string, seed: number): DumpTruth {
    for (const record of this.#open.values()) this.#emit(record);
    for (const record of this.#stale.values()) this.#emit(record);
    const { name, version } = this.profile;
    const truth: DumpTruth = {
      scenario,
      seed,
      server: { name, version },
      allocator: this.heap.finish(),
      counts: this.counts,
      leakedObjects: this.leakedObjects,
      keys: this.keys,
    };
    this.#sink.finish(truth);
    return truth;
  }

  #emit(record: StringTruth): void {
    const tally = this.counts[record.verdict];
    tally.count++;
    tally.bytes += record.sizeClass;
    this.#sink.string(record);
  }
}
