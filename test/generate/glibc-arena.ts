import { CHUNK_HEADER, type Chunk, NON_MAIN_ARENA, PREV_INUSE, protect, writeSize } from './glibc-chunk.ts';
import type { Module } from './module-image.ts';
import type { ProcessImage } from './process-image.ts';

const TCACHE_MAX = 1040;
const TCACHE_COUNT = 7;
const FAST_MAX = 128;
const STATE_BYTES = 2200;
/** struct heap_info at the start of a non-main arena's heap (2.35 on). */
const HEAP_INFO = 48;
const HEAP_ALIGNMENT = 64 * 1024 * 1024;
const GROW = 0x21000;
/** Offsets in malloc_state (malloc.c at 2.36). */
const STATE = { fastBins: 16, top: 96, bins: 112, next: 2160, systemMemory: 2184 };

/** One malloc_state, the thread cache of its thread, and the chunks between its start and its top. */
export class GlibcArena {
  /** Address of the malloc_state. */
  readonly state: number;
  /** Address of the tcache_perthread_struct. */
  readonly cache: number;
  readonly #image: ProcessImage;
  readonly #flags: number;
  /** Chunks in address order, without the top. */
  readonly #chunks: Chunk[] = [];
  readonly #tcache = new Map<number, Chunk[]>();
  readonly #fast = new Map<number, Chunk[]>();
  readonly #free = new Set<Chunk>();
  readonly #key: bigint;
  readonly #start: number;
  #top: number;
  #end: number;

  constructor(image: ProcessImage, libc: Module, index: number) {
    this.#image = image;
    this.#flags = index === 0 ? 0 : NON_MAIN_ARENA;
    this.#key = (BigInt(image.random.word()) << 32n) | BigInt(image.random.word());
    if (index === 0) {
      this.state = libc.reserve('data', STATE_BYTES, 32);
      this.#top = image.sbrk(GROW);
      this.#end = this.#top + GROW;
    } else {
      const heap = image.mmap(GROW, HEAP_ALIGNMENT);
      this.state = heap + HEAP_INFO;
      image.space.write64(heap, this.state);
      image.space.write64(heap + 16, GROW);
      image.space.write64(heap + 24, GROW);
      image.space.write64(heap + 32, image.pageSize);
      this.#top = Math.ceil((this.state + STATE_BYTES) / 16) * 16;
      this.#end = heap + GROW;
    }
    this.#start = this.#top;
    const cache = this.#fromTop(0x290, true);
    this.cache = cache.address + CHUNK_HEADER;
  }

  linkNext(state: number): void {
    this.#image.space.write64(this.state + STATE.next, state);
  }

  /** From the thread cache, the fast bins, the first free chunk that is large enough, or the top. */
  allocate(bytes: number): Chunk {
    const parked = this.#tcache.get(bytes)?.pop() ?? this.#fast.get(bytes)?.pop();
    if (parked) {
      parked.state = 'used';
      return parked;
    }
    for (const chunk of this.#free) {
      if (chunk.bytes < bytes) continue;
      this.#free.delete(chunk);
      if (chunk.bytes - bytes >= 32) this.#splitFree(chunk, bytes);
      chunk.state = 'used';
      return chunk;
    }
    return this.#fromTop(bytes, false);
  }

  /** To the thread cache while it has room, then by size to the fast bins or the unsorted list, merged with free neighbours. */
  release(chunk: Chunk): void {
    if (chunk.bytes <= TCACHE_MAX && listOf(this.#tcache, chunk.bytes).length < TCACHE_COUNT) {
      chunk.state = 'tcache';
      listOf(this.#tcache, chunk.bytes).push(chunk);
    } else if (chunk.bytes <= FAST_MAX) {
      chunk.state = 'fast';
      listOf(this.#fast, chunk.bytes).push(chunk);
    } else {
      chunk.state = 'free';
      this.#free.add(chunk);
      this.#merge(chunk);
    }
  }

  /** False where the chunk was merged into another. */
  holds(chunk: Chunk): boolean {
    return this.#chunks[this.#place(chunk)] === chunk;
  }

  /** Writes sizes, lists, thread cache and arena; returns all chunks. */
  finish(): Chunk[] {
    const { space } = this.#image;
    let previous: Chunk | undefined;
    for (const chunk of this.#chunks) {
      const before = previous?.state === 'free' ? 0 : PREV_INUSE;
      if (previous?.state === 'free') space.write64(chunk.address, previous.bytes);
      writeSize(space, chunk, before | this.#flags);
      previous = chunk;
    }
    if (previous?.state === 'free') space.write64(this.#top, previous.bytes);
    const inUse = previous?.state === 'free' ? 0 : PREV_INUSE;
    space.write64(this.#top + 8, this.#end - this.#top + inUse);
    space.write64(this.state + STATE.top, this.#top);
    space.write64(this.state + STATE.systemMemory, this.#end - this.#start);
    this.#writeBins();
    this.#writeCache();
    return this.#chunks;
  }

  #fromTop(bytes: number, metadata: boolean): Chunk {
    while (this.#end - this.#top < bytes + 32) this.#growTop(bytes);
    const chunk: Chunk = { address: this.#top, bytes, state: 'used', mapped: false, metadata };
    this.#chunks.push(chunk);
    this.#top += bytes;
    return chunk;
  }

  #growTop(bytes: number): void {
    if (this.#flags !== 0) throw new RangeError(`a thread's arena has no room for ${bytes} bytes`);
    this.#image.sbrk(GROW);
    this.#end += GROW;
  }

  /** The rest behind a chunk cut to `bytes` stays free, as the last remainder does. */
  #splitFree(chunk: Chunk, bytes: number): void {
    const address = chunk.address + bytes;
    const rest: Chunk = { address, bytes: chunk.bytes - bytes, state: 'free', mapped: false, metadata: false };
    this.#chunks.splice(this.#place(chunk) + 1, 0, rest);
    this.#free.add(rest);
    chunk.bytes = bytes;
  }

  /** Merges a free chunk with free neighbours; merged chunks leave their old headers behind, as in the real one. */
  #merge(chunk: Chunk): void {
    const place = this.#place(chunk);
    const next = this.#chunks[place + 1];
    if (next?.state === 'free') {
      chunk.bytes += next.bytes;
      this.#free.delete(next);
      this.#chunks.splice(place + 1, 1);
    }
    const before = this.#chunks[place - 1];
    if (before?.state === 'free') {
      before.bytes += chunk.bytes;
      this.#free.delete(chunk);
      this.#chunks.splice(place, 1);
    }
  }

  #place(chunk: Chunk): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#chunks[middle].address < chunk.address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Fast bins: heads name chunk headers, links are protected. Bin 1, the unsorted list: a ring of fd and bk. */
  #writeBins(): void {
    const { space } = this.#image;
    for (const [bytes, chunks] of this.#fast) {
      let next = 0;
      for (const chunk of chunks) {
        const user = chunk.address + CHUNK_HEADER;
        space.write64(user, protect(user, next));
        next = chunk.address;
      }
      space.write64(this.state + STATE.fastBins + 8 * (bytes / 16 - 2), next);
    }
    // Each bin is the fd and bk of a chunk header that would begin 16 bytes before it.
    for (let i = 0; i < 127; i++) {
      const head = this.state + STATE.bins + 16 * i - 16;
      space.write64(head + 16, head);
      space.write64(head + 24, head);
    }
    const ring = [this.state + STATE.bins - 16, ...[...this.#free].map(chunk => chunk.address)];
    ring.forEach((address, i) => {
      space.write64(address + 16, ring[(i + 1) % ring.length]);
      space.write64(address + 24, ring[(i + ring.length - 1) % ring.length]);
    });
  }

  /** tcache_perthread_struct { u16 counts[64], entries[64] }; a parked chunk holds its protected next and the key. */
  #writeCache(): void {
    const { space } = this.#image;
    for (const [bytes, chunks] of this.#tcache) {
      const bin = bytes / 16 - 2;
      let next = 0;
      for (const chunk of chunks) {
        const user = chunk.address + CHUNK_HEADER;
        space.write64(user, protect(user, next));
        space.write64(user + 8, this.#key);
        next = user;
      }
      space.write16(this.cache + 2 * bin, chunks.length);
      space.write64(this.cache + 128 + 8 * bin, next);
    }
  }
}

function listOf(lists: Map<number, Chunk[]>, bytes: number): Chunk[] {
  let list = lists.get(bytes);
  if (!list) {
    list = [];
    lists.set(bytes, list);
  }
  return list;
}
