import type { SlabColumns } from '../allocator/regions.ts';
import { slabOfRegion } from '../allocator/regions.ts';
import { NO_REGION } from './findings.ts';

/** What slabOf answers for NO_REGION. */
export const NO_SLAB = -1;

/** Finds the slab of each region id of a mostly ascending sequence in constant time. */
export class SlabWalk {
  readonly #slabs: SlabColumns;
  #slab = 0;
  #first = 0;
  #end = 0;

  constructor(slabs: SlabColumns) {
    this.#slabs = slabs;
  }

  /** Index of the slab that region `id` lies in, or NO_SLAB for NO_REGION. */
  slabOf(id: number): number {
    if (id === NO_REGION) return NO_SLAB;
    if (id < this.#first || id >= this.#end) {
      this.#slab = slabOfRegion(this.#slabs, id);
      this.#first = this.#slabs.firstRegion[this.#slab];
      this.#end = this.#first + this.#slabs.regions[this.#slab];
    }
    return this.#slab;
  }
}
