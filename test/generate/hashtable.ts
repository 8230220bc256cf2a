import type { ServerImage } from './server-image.ts';

const SLOTS = 7;

/**
 * Valkey 8.1's hash table (src/hashtable.c): buckets of 64 bytes, { u8 chained + presence, 7 hash bytes, 7 pointers }; a
 * full bucket's last pointer becomes a child bucket. struct hashtable: type, rehash_idx, tables[2], used[2], bucket_exp[2],
 * two pauses, child_buckets[2], 80 bytes with its iterators.
 */
export class HashTable {
  readonly address: number;
  readonly #server: ServerImage;
  readonly #type: number;
  readonly #table: number;
  readonly #buckets: number;
  #used = 0;
  #children = 0;

  constructor(server: ServerImage, type: number, expected: number) {
    this.#server = server;
    this.#type = type;
    this.address = server.calloc(80);
    let buckets = 1;
    while (buckets * SLOTS * 0.75 < expected) buckets *= 2;
    this.#buckets = buckets;
    // zcalloc of whole buckets; jemalloc's classes keep them aligned to cache lines.
    this.#table = server.calloc(64 * buckets);
  }

  add(hash: number, pointer: number): void {
    const { space } = this.#server;
    this.#used++;
    let bucket = this.#table + 64 * (hash % this.#buckets);
    for (;;) {
      const head = space.read8(bucket);
      if (head & 1) {
        bucket = space.read64(bucket + 8 + 8 * (SLOTS - 1));
        continue;
      }
      for (let slot = 0; slot < SLOTS; slot++) {
        if (head & (2 << slot)) continue;
        this.#put(bucket, slot, hash, pointer);
        return;
      }
      this.#chain(bucket);
    }
  }

  /** Removes an entry: only its presence bit is cleared, the pointer stays behind, as in the real one. */
  remove(hash: number, pointer: number): void {
    const { space } = this.#server;
    let bucket = this.#table + 64 * (hash % this.#buckets);
    for (;;) {
      const head = space.read8(bucket);
      for (let slot = 0; slot < SLOTS; slot++) {
        if (!(head & (2 << slot)) || space.read64(bucket + 8 + 8 * slot) !== pointer) continue;
        space.write8(bucket, head & ~(2 << slot));
        this.#used--;
        return;
      }
      if (!(head & 1)) throw new Error('no such entry');
      bucket = space.read64(bucket + 8 + 8 * (SLOTS - 1));
    }
  }

  finish(): void {
    const { space } = this.#server;
    space.write64(this.address, this.#type);
    space.write64(this.address + 8, -1n);
    space.write64(this.address + 16, this.#table);
    space.write64(this.address + 32, this.#used);
    space.write8(this.address + 48, Math.log2(this.#buckets));
    space.write8(this.address + 49, 0xff);
    space.write64(this.address + 56, this.#children);
  }

  #put(bucket: number, slot: number, hash: number, pointer: number): void {
    const { space } = this.#server;
    space.write8(bucket, space.read8(bucket) | (2 << slot));
    space.write8(bucket + 1 + slot, hash >>> 24);
    space.write64(bucket + 8 + 8 * slot, pointer);
  }

  /** Moves the last entry of a full bucket into a new child bucket, which takes its place. */
  #chain(bucket: number): void {
    const { space } = this.#server;
    const child = this.#server.calloc(64);
    const last = SLOTS - 1;
    space.write8(child, 2);
    space.write8(child + 1, space.read8(bucket + 1 + last));
    space.write64(child + 8, space.read64(bucket + 8 + 8 * last));
    space.write64(bucket + 8 + 8 * last, child);
    space.write8(bucket, (space.read8(bucket) | 1) & ~(2 << last));
    this.#children++;
  }
}
