import type { ServerImage } from './server-image.ts';

/** Tags of dicts without values (dict.c): of an even key that is its bucket's word (odd ones need none), and of an entry. */
export interface BareKeys {
  readonly keyTag: 0 | 2;
  readonly entryTag: 2 | 4;
}

/** A dict being filled. Entries go to the bucket their key's text hashes to; the walk of a reader does not depend on the hash. */
export class Dict {
  /** Address of the struct dict. */
  readonly address: number;
  readonly #server: ServerImage;
  readonly #type: number;
  readonly #tables: { readonly address: number; readonly size: number; used: number }[] = [];
  /** Buckets below this have moved to the second table. */
  readonly #rehashed: number;

  readonly #bare: BareKeys | undefined;

  /**
   * `expected` entries decide the table's size; `rehashing` leaves the dict between two tables. `type` is the dictType's
   * address. With `bare` keys the dict has no values, and a key alone in its bucket no entry either.
   */
  constructor(server: ServerImage, type: number, expected: number, rehashing = false, bare?: BareKeys) {
    this.#server = server;
    this.#type = type;
    this.#bare = bare;
    this.address = server.calloc(server.profile.dictBytes);
    let size = 4;
    while (size < expected) size *= 2;
    if (rehashing) this.#addTable(size / 2);
    this.#addTable(size);
    this.#rehashed = rehashing ? size >> 2 : -1;
  }

  /** dictAdd: links an entry at its bucket's head; `value` is a pointer or the 64 bits of a number. Returns the entry's address. */
  add(hash: number, key: number, value: number | bigint): number {
    if (this.#bare) return this.#addBare(hash, key, this.#bare);
    const entry = this.#server.malloc(24);
    this.link(hash, entry, 16, 0);
    this.#server.space.write64(entry, key);
    this.#server.space.write64(entry + 8, value);
    return entry;
  }

  /** Puts an entry at the head of its bucket: its `next` lies at `nextOffset`, pointers to it carry `tag` in their low bits. */
  link(hash: number, entry: number, nextOffset: number, tag: number): void {
    const { space } = this.#server;
    const slot = this.#slot(hash);
    space.write64(entry + nextOffset, space.read64(slot));
    space.write64(slot, entry + tag);
  }

  /** A key alone in its bucket is the bucket's word; others get a dictEntryNoValue { key, next }. Returns what holds the key. */
  #addBare(hash: number, key: number, bare: BareKeys): number {
    const { space } = this.#server;
    const slot = this.#slot(hash);
    if (space.read64(slot) === 0) {
      space.write64(slot, key % 2 === 1 ? key : key + bare.keyTag);
      return slot;
    }
    const entry = this.#server.malloc(16);
    space.write64(entry, key);
    space.write64(entry + 8, space.read64(slot));
    space.write64(slot, entry + bare.entryTag);
    return entry;
  }

  /** dictDelete: unlinks the entry of that key and frees it; returns its value. */
  remove(hash: number, key: number): number {
    const { space } = this.#server;
    for (let slot = this.#slot(hash, -1); ; slot = space.read64(slot) + 16) {
      const entry = space.read64(slot);
      if (entry === 0) throw new Error('no such key');
      if (space.read64(entry) !== key) continue;
      space.write64(slot, space.read64(entry + 16));
      const value = space.read64(entry + 8);
      this.#server.free(entry);
      return value;
    }
  }

  /** Writes the struct: dictht[2] to 6.2 (its rehashidx an int to 2.6), ht_table, ht_used, ht_size_exp from 7.0. Call when filled. */
  finish(): void {
    const { space, profile } = this.#server;
    const at = this.address;
    space.write64(at, this.#type);
    this.#tables.forEach((table, i) => {
      if (profile.table === 'dictht') {
        const words = [table.address, table.size, table.size - 1, table.used];
        words.forEach((word, k) => {
          space.write64(at + 16 + 32 * i + 8 * k, word);
        });
      } else {
        space.write64(at + 8 + 8 * i, table.address);
        space.write64(at + 24 + 8 * i, table.used);
      }
    });
    const rehash = this.#rehashed < 0 ? -1n : BigInt(this.#rehashed);
    if (profile.dictBytes === 88) space.write32(at + 80, Number(rehash) >>> 0);
    else if (profile.table === 'dictht') space.write64(at + 80, rehash);
    else {
      space.write64(at + 40, rehash);
      for (let i = 0; i < 2; i++) space.write8(at + 50 + i, this.#tables[i] ? Math.log2(this.#tables[i].size) : 0xff);
    }
  }

  #addTable(size: number): void {
    this.#tables.push({ address: this.#server.calloc(8 * size), size, used: 0 });
  }

  #slot(hash: number, change = 1): number {
    let table = this.#tables[0];
    if (this.#rehashed >= 0 && hash % table.size < this.#rehashed) table = this.#tables[1];
    table.used += change;
    return table.address + 8 * (hash % table.size);
  }
}

/** FNV-1a: spreads keys over buckets. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
