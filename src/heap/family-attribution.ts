import { HASH_SLOTS } from '../layout/hash-slot.ts';
import { SDS_5, SDS_MAX_LENGTH, sdsRequest } from '../layout/sds.ts';
import type { SlabAttribution, SlotAttribution, TextAttribution } from './attribution.ts';
import { NO_DATABASE } from './findings.ts';
import { MET } from './leaked-texts.ts';
import { slotRanges } from './slot-ranges.ts';

const MOST_RANGES = 32;
const MOST_DATABASES = 16;

/** Which of Redis's ways of making a string gives this `alloc`. */
export class AllocCounts {
  exact = 0;
  usable = 0;
  doubled = 0;
  other = 0;
  none = 0;

  /** `regionSize` is 0 where it is not known or holds more than the string. */
  add(header: number, length: number, alloc: number, regionSize: number): void {
    if (header === SDS_5) this.none++;
    else if (
      regionSize > 0 &&
      (sdsRequest(header, alloc) === regionSize || alloc === SDS_MAX_LENGTH[header]) &&
      alloc > length
    )
      this.usable++;
    else if (alloc === length) this.exact++;
    else if (alloc === 2 * length) this.doubled++;
    else this.other++;
  }

  counts(): { exact: number; usable: number; doubled: number; other: number; none: number } {
    const { exact, usable, doubled, other, none } = this;
    return { exact, usable, doubled, other, none };
  }
}

/** In which hash slots the texts lie, were they keys. */
export class SlotCounts {
  readonly #seen = new Uint8Array(HASH_SLOTS);
  readonly #foreign = new Uint8Array(HASH_SLOTS);
  readonly #owned: Uint8Array | undefined;
  readonly #known: SlotAttribution['known'];
  #ownedCount = 0;
  #foreignCount = 0;

  constructor(owned: Uint8Array | undefined, known: SlotAttribution['known']) {
    this.#owned = owned;
    this.#known = owned === undefined ? 'none' : known;
  }

  add(slot: number): void {
    this.#seen[slot] = 1;
    if (this.#owned === undefined) return;
    if (this.#owned[slot] === 1) this.#ownedCount++;
    else {
      this.#foreignCount++;
      this.#foreign[slot] = 1;
    }
  }

  counts(): SlotAttribution {
    return {
      distinct: this.#seen.reduce((sum, one) => sum + one, 0),
      known: this.#known,
      owned: this.#ownedCount,
      foreign: this.#foreignCount,
      foreignRanges: slotRanges(this.#foreign, MOST_RANGES),
    };
  }
}

/** What else in the dump has the same texts. */
export class TextCounts {
  compared = 0;
  readonly #texts = new Map<number, number>();
  readonly #databases = new Frequencies();
  #liveKey = 0;
  #liveValue = 0;
  #otherLive = 0;
  #freed = 0;
  #none = 0;

  /** `text` is its number, `met` the bits of MET, `database` a live key's or NO_DATABASE. */
  add(text: number, met: number, database: number): void {
    if (database !== NO_DATABASE) this.#databases.add(database);
    this.compared++;
    this.#texts.set(text, (this.#texts.get(text) ?? 0) + 1);
    if (met & MET.liveKey) this.#liveKey++;
    if (met & MET.liveValue) this.#liveValue++;
    if (met & MET.otherLive) this.#otherLive++;
    if (met & MET.freed) this.#freed++;
    if (met === 0) this.#none++;
  }

  counts(): TextAttribution {
    let mostCopies = 0;
    for (const copies of this.#texts.values()) if (copies > mostCopies) mostCopies = copies;
    return {
      compared: this.compared,
      liveKey: this.#liveKey,
      liveValue: this.#liveValue,
      otherLive: this.#otherLive,
      freed: this.#freed,
      none: this.#none,
      databases: this.#databases.top(MOST_DATABASES).map(([database, count]) => ({ database, count })),
      distinct: this.#texts.size,
      mostCopies,
    };
  }
}

/** How densely, and in what order, leaked strings fill their slabs. They are added by ascending address. */
export class SlabCounts {
  #slabs = 0;
  #slots = 0;
  #members = 0;
  #followed = 0;
  #slab = -1;

  /** `followed`: the next region holds a leaked string too, of whatever family. */
  add(slab: number, slots: number, followed: boolean): void {
    this.#members++;
    if (slab !== this.#slab && slots > 1) {
      this.#slabs++;
      this.#slots += slots;
    }
    if (followed) this.#followed++;
    this.#slab = slab;
  }

  counts(): SlabAttribution {
    return {
      count: this.#slabs,
      share: this.#slots === 0 ? 0 : Math.min(1, this.#members / this.#slots),
      followed: this.#members === 0 ? 0 : this.#followed / this.#members,
    };
  }
}

/** How often each number occurs. */
export class Frequencies {
  readonly #times = new Map<number, number>();

  add(one: number): void {
    this.#times.set(one, (this.#times.get(one) ?? 0) + 1);
  }

  /** The `most` most frequent ones. */
  top(most: number): [one: number, count: number][] {
    return [...this.#times].sort((a, b) => b[1] - a[1]).slice(0, most);
  }
}
