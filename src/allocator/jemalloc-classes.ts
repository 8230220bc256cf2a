import { jemallocClass, slabBytes } from '../layout/size-classes.ts';

/** jemalloc's size classes by index (szind_t), as one build of it has them. */
export interface ClassTable {
  readonly quantum: number;
  readonly pageSize: number;
  /** Bytes of class i. */
  readonly size: Float64Array;
  /** Bytes of a slab of class i, for small classes. */
  readonly slab: Float64Array;
  /** Number of small classes, those that live in slabs: below four pages. */
  readonly smallClasses: number;
}

/** Classes up to 2^46 bytes; what is larger than a process's address space is of no use here. */
const LARGEST = 2 ** 46;

/** jemalloc 4 and 5: 8, the multiples of the quantum to four quanta (and 64), then four classes to each doubling (sc.c at 5.3.0). */
export function classTable(quantum: number, pageSize: number): ClassTable {
  const sizes: number[] = [];
  for (let size = 8; size <= LARGEST; size = jemallocClass(size + 1, quantum)) sizes.push(size);
  const smallClasses = sizes.findIndex(size => size >= 4 * pageSize);
  const slabs = sizes.slice(0, smallClasses).map(size => slabBytes(size, pageSize));
  return { quantum, pageSize, size: Float64Array.from(sizes), slab: Float64Array.from(slabs), smallClasses };
}

/** jemalloc's number of size classes (SC_NSIZES), the index that an extent without a class has: 232 with quantum 16, 235 with 8. */
export function classCount(quantum: number): number {
  return quantum === 8 ? 235 : 232;
}
