import type { ClusterRow } from './clusters.ts';
import { VERDICTS } from './findings.ts';
import { verdictCode } from './kinds.ts';

const LEAKED = [verdictCode('leaked'), verdictCode('leaked-indirect'), verdictCode('leaked-weak')];
const FREED = verdictCode('freed');

/** Members further apart than this are no neighbours. */
const FURTHEST = 1 << 20;
/** Distances below this are counted in a dense table, the few larger ones by name. */
const DENSE = 4096;
const GRANULE = 8;
/** Without slabs, a run of members ends where this many slots in a row hold none. */
const LONGEST_HOLE = 16;

/** What is summed up for the strings of one cluster, which come in ascending order of their addresses. */
export class ClusterGroup {
  readonly header: string;
  readonly sizeClass: number;
  count = 0;
  bytes = 0;
  minLength = Number.POSITIVE_INFINITY;
  maxLength = 0;
  first = 0;
  readonly countBy = new Float64Array(VERDICTS.length);
  readonly bytesBy = new Float64Array(VERDICTS.length);
  #last = Number.NEGATIVE_INFINITY;
  /** Slots of the slabs that hold members; 0 where no slab holds more than one region. */
  #slabSlots = 0;
  /** Slots between neighbours, where there are no slabs to count them. */
  #slots = 0;
  #passed: number | undefined;
  #stride: number | undefined;
  /** How often each distance between neighbours occurs; the dense table counts in granules. */
  #near: Uint32Array | undefined;
  #far: Map<number, number> | undefined;

  constructor(header: string, sizeClass: number) {
    this.header = header;
    this.sizeClass = sizeClass;
  }

  add(address: number, length: number, bytes: number, verdict: number): void {
    if (this.count++ === 0) this.first = address;
    this.bytes += bytes;
    this.countBy[verdict]++;
    this.bytesBy[verdict] += bytes;
    if (length < this.minLength) this.minLength = length;
    if (length > this.maxLength) this.maxLength = length;
    const distance = address - this.#last;
    this.#last = address;
    if (distance < DENSE) {
      this.#near ??= new Uint32Array(DENSE / GRANULE);
      this.#near[distance >>> 3]++;
    } else if (distance <= FURTHEST) {
      this.#far ??= new Map();
      this.#far.set(distance, (this.#far.get(distance) ?? 0) + 1);
    }
  }

  /** A further slab holds members: one of `slots` regions. Slabs of one region say nothing of neighbours: 0. */
  addSlab(slots: number): void {
    this.#slabSlots += slots;
  }

  /** No slab tells the slots: once all members were added, each has to be passed to passSlot, in order. */
  get needsSlots(): boolean {
    return this.#slabSlots === 0 && this.stride > 0;
  }

  passSlot(address: number): void {
    const steps = (address - (this.#passed ?? Number.NEGATIVE_INFINITY)) / this.stride;
    // Another run begins: its first member is a slot of its own.
    this.#slots += Number.isInteger(steps) && steps <= LONGEST_HOLE ? steps : 1;
    this.#passed = address;
  }

  /** The most frequent distance, the smaller of two equally frequent ones; 0 for none. To be asked when all members were added. */
  get stride(): number {
    if (this.#stride !== undefined) return this.#stride;
    let stride = 0;
    let most = 0;
    for (const [place, times] of (this.#near ?? []).entries()) {
      if (times > most) [stride, most] = [place * GRANULE, times];
    }
    for (const [distance, times] of this.#far ?? []) {
      if (times > most || (times === most && distance < stride)) [stride, most] = [distance, times];
    }
    this.#stride = stride;
    return stride;
  }

  get leakedCount(): number {
    return LEAKED.reduce((sum, verdict) => sum + this.countBy[verdict], 0);
  }

  get leaked(): number {
    return LEAKED.reduce((sum, verdict) => sum + this.bytesBy[verdict], 0);
  }

  get inUse(): number {
    return this.bytes - this.bytesBy[FREED];
  }

  row(id: number): ClusterRow {
    const { header, sizeClass, stride, count, bytes, minLength, maxLength, first } = this;
    const fill = count / (this.#slabSlots || this.#slots || count);
    const byVerdict = verdictRecord(this.countBy, this.bytesBy);
    return { id, header, sizeClass, stride, count, bytes, minLength, maxLength, fill, byVerdict, first };
  }
}

/** Counts and bytes by code as a record by name, without verdicts that nothing has. */
export function verdictRecord(countBy: Float64Array, bytesBy: Float64Array): ClusterRow['byVerdict'] {
  const byVerdict: Record<string, { count: number; bytes: number }> = {};
  for (const [code, verdict] of VERDICTS.entries()) {
    if (countBy[code] > 0) byVerdict[verdict] = { count: countBy[code], bytes: bytesBy[code] };
  }
  return byVerdict;
}
