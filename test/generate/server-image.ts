import type { Heap } from './heap.ts';
import { hex } from './heap.ts';
import type { ProcessImage } from './process-image.ts';
import type { Profile } from './profiles.ts';
import type { Random } from './random.ts';
import type { DumpTruth, StringTruth, TruthSink, TruthVerdict } from './truth.ts';

const SDS_HEADER_BYTES = { sdshdr5: 1, sdshdr8: 3, sdshdr16: 5, sdshdr32: 9, sdshdr64: 17, sdshdr: 8 };

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
  readonly #stale = new Map<number, StringTruth[]>();
  readonly counts: Record<TruthVerdict, { count: number; bytes: number }> = {
    live: { count: 0, bytes: 0 },
    leaked: { count: 0, bytes: 0 },
    'leaked-indirect': { count: 0, bytes: 0 },
    freed: { count: 0, bytes: 0 },
  };
  readonly leakedObjects: { address: string; string: string | null }[] = [];
  keys = 0;
  /** Address of the array of databases. */
  databases = 0;

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
    this.#emit(this.open(address));
    this.#open.delete(address);
  }

  /** Offset of a robj's pointer: its last word, behind KeyDB's expiry. */
  get objectPointer(): number {
    return this.profile.object === 'keydb' ? 16 : 8;
  }

  isOpen(address: number): boolean {
    return this.#open.has(address);
  }

  /** The record of a string that is still open. */
  open(address: number): StringTruth {
    const record = this.#open.get(address);
    if (!record) throw new Error(`${hex(address)} is no open string`);
    return record;
  }

  /** Frees the region of an open string: its bytes stay until the region is used again. */
  freeString(address: number): void {
    const region = Number(this.open(address).region);
    this.forget(region, address);
    this.free(region);
  }

  /** Marks an open string as freed with the region that is about to be: an EMBSTR's, or a key's inside its object. */
  forget(region: number, address: number): void {
    const record = this.open(address);
    this.#open.delete(address);
    const stale = this.#stale.get(region) ?? [];
    stale.push({ ...record, verdict: 'freed', owner: null });
    this.#stale.set(region, stale);
  }

  /** Settles all open strings and the allocator; call once, last. */
  finish(scenario: string, seed: number, more: Partial<DumpTruth> = {}): DumpTruth {
    for (const record of this.#open.values()) this.#emit(record);
    for (const records of this.#stale.values())
      for (const record of records) if (this.#whole(record)) this.#emit(record);
    const { name, version } = this.profile;
    const truth: DumpTruth = {
      scenario,
      seed,
      server: { name, version },
      allocator: this.heap.finish(),
      counts: this.counts,
      leakedObjects: this.leakedObjects,
      databases: hex(this.databases),
      keys: this.keys,
      ...more,
    };
    this.#sink.finish(truth);
    return truth;
  }

  /** False where a freed string's region is gone or the allocator's links have overwritten its header. */
  #whole(record: StringTruth): boolean {
    const [address, region] = [Number(record.address), Number(record.region)];
    if (!this.heap.isRegion(region)) return false;
    if (address - SDS_HEADER_BYTES[record.header] - region < this.heap.clobbered(region)) return false;
    const payload = record.base64 === undefined ? Buffer.from(record.text!) : Buffer.from(record.base64, 'base64');
    return this.space.readBytes(address, payload.length).equals(payload);
  }

  #emit(record: StringTruth): void {
    const tally = this.counts[record.verdict];
    tally.count++;
    tally.bytes += record.sizeClass;
    this.#sink.string(record);
  }
}
