import type { Jemalloc4Base } from './jemalloc4-base.ts';
import {
  CHUNK,
  type ChunkShape,
  markFree,
  markLarge,
  markSmall,
  NODE,
  type Span,
  writeExtentNode,
} from './jemalloc4-chunk.ts';
import type { ProcessImage } from './process-image.ts';

/** The page level of one arena at 4.0.3: chunks, and the free spans in them, first best fit (arena_run_first_best_fit). */
export class Jemalloc4Pages {
  readonly #image: ProcessImage;
  readonly #shape: ChunkShape;
  readonly #base: Jemalloc4Base;
  readonly #arena: number;
  /** Free spans, in no order. */
  readonly #spans: Span[] = [];
  /** extent_node_t of each huge allocation. */
  readonly hugeNodes: number[] = [];
  hugeBytes = 0;
  chunks = 0;
  activePages = 0;

  constructor(image: ProcessImage, shape: ChunkShape, base: Jemalloc4Base, arena: number) {
    this.#image = image;
    this.#shape = shape;
    this.#base = base;
    this.#arena = arena;
  }

  get dirtySpans(): Span[] {
    return this.#spans.filter(span => span.dirty);
  }

  /** First page of a new small run. */
  allocateSmall(pages: number, bin: number): number {
    const { chunk, page } = this.#take(pages);
    markSmall(this.#image.space, this.#shape, chunk, page, pages, bin);
    return chunk + page * this.#shape.pageSize;
  }

  allocateLarge(pages: number): number {
    const { chunk, page } = this.#take(pages);
    markLarge(this.#image.space, this.#shape, chunk, page, pages);
    return chunk + page * this.#shape.pageSize;
  }

  /** Whole chunks; the node lies in ordinary memory of the heap (huge_palloc). */
  allocateHuge(size: number, node: number): number {
    const bytes = Math.ceil(size / CHUNK) * CHUNK;
    const address = this.#image.mmap(bytes, CHUNK);
    writeExtentNode(this.#image.space, node, { arena: this.#base.arenas[this.#arena], address, size, chunk: false });
    this.#base.register(address, node);
    this.hugeNodes.push(node);
    this.hugeBytes += size;
    this.activePages += bytes / this.#shape.pageSize;
    return address;
  }

  /** Gives the run's pages back as a dirty span, merged with dirty neighbours. The bytes stay. */
  free(address: number, pages: number): void {
    const chunk = address - (address % CHUNK);
    const span: Span = { chunk, page: (address - chunk) / this.#shape.pageSize, pages, dirty: true };
    this.activePages -= pages;
    for (const before of [true, false]) {
      const at = this.#spans.findIndex(
        other =>
          other.dirty &&
          other.chunk === chunk &&
          (before ? other.page + other.pages === span.page : span.page + span.pages === other.page),
      );
      if (at < 0) continue;
      const [other] = this.#spans.splice(at, 1);
      span.page = Math.min(span.page, other.page);
      span.pages += other.pages;
    }
    this.#spans.push(span);
    for (let i = 0; i < span.pages; i++) this.#image.space.write64(this.#shape.bitsAt(chunk, span.page + i), 0);
    markFree(this.#image.space, this.#shape, span);
  }

  #take(pages: number): Span {
    let best: Span | undefined;
    for (const span of this.#spans) {
      if (span.pages < pages) continue;
      if (!best || span.pages < best.pages || (span.pages === best.pages && place(span) < place(best))) best = span;
    }
    best ??= this.#newChunk();
    const taken = { ...best, pages };
    best.page += pages;
    best.pages -= pages;
    if (best.pages === 0) this.#spans.splice(this.#spans.indexOf(best), 1);
    else markFree(this.#image.space, this.#shape, best);
    this.activePages += pages;
    return taken;
  }

  #newChunk(): Span {
    const chunk = this.#image.mmap(CHUNK, CHUNK);
    const node = { arena: this.#base.arenas[this.#arena], address: chunk, size: CHUNK, chunk: true };
    writeExtentNode(this.#image.space, chunk, node);
    this.#base.register(chunk, chunk);
    this.chunks++;
    const span = { chunk, page: this.#shape.bias, pages: this.#shape.pages - this.#shape.bias, dirty: false };
    if (this.#shape.bitsAt(chunk, this.#shape.bias) !== chunk + NODE)
      throw new Error('map_bits is not behind the node');
    markFree(this.#image.space, this.#shape, span);
    this.#spans.push(span);
    return span;
  }
}

function place(span: Span): number {
  return span.chunk + span.page;
}
