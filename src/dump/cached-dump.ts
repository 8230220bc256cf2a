import { CachedMemory } from './cached-memory.ts';
import type { Dump } from './dump.ts';
import { SegmentedDump } from './segmented-dump.ts';

/** A dump whose `bytes` come through a page cache, for code that looks at many small things close to each other. */
export class CachedDump extends SegmentedDump {
  readonly #memory: CachedMemory;

  constructor(dump: Dump, pages?: number) {
    super(dump);
    this.#memory = new CachedMemory(dump, pages);
  }

  override bytes(address: number, length: number): Uint8Array | undefined {
    return this.#memory.bytes(address, length);
  }

  /** As in CachedMemory: the next reads see the file as it is then. */
  forget(): void {
    this.#memory.forget();
  }
}
