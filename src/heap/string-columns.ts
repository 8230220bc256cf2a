import { NO_REGION, type StringColumns } from './findings.ts';
import { GrowingF64, GrowingU8, GrowingU32 } from './growing.ts';
import { sharedF64, sharedU8, sharedU32 } from './shared-array.ts';

const FIRST_CAPACITY = 1 << 14;
const LARGEST_U32 = 0xffff_ffff;

/** Collects strings, to be added in ascending order of address, into shared columns. */
export class StringCollector {
  readonly #address = new GrowingF64(FIRST_CAPACITY);
  readonly #length = new GrowingU32(FIRST_CAPACITY);
  readonly #alloc = new GrowingU32(FIRST_CAPACITY);
  readonly #header = new GrowingU8(FIRST_CAPACITY);
  readonly #region = new GrowingU32(FIRST_CAPACITY);
  readonly #verdict = new GrowingU8(FIRST_CAPACITY);
  readonly #owner = new GrowingU32(FIRST_CAPACITY);
  readonly #ownerKind = new GrowingU8(FIRST_CAPACITY);

  get count(): number {
    return this.#address.length;
  }

  /** `address` is the payload's; `header`, `verdict` and `ownerKind` are codes as in StringColumns. Lengths from 4 GiB on count as 4 GiB - 1. */
  add(
    address: number,
    length: number,
    alloc: number,
    header: number,
    region: number,
    verdict: number,
    ownerKind: number,
    owner = NO_REGION,
  ): void {
    this.#address.push(address);
    this.#length.push(Math.min(length, LARGEST_U32));
    this.#alloc.push(Math.min(alloc, LARGEST_U32));
    this.#header.push(header);
    this.#region.push(region);
    this.#verdict.push(verdict);
    this.#owner.push(owner);
    this.#ownerKind.push(ownerKind);
  }

  columns(): StringColumns {
    const count = this.count;
    const u32 = (column: GrowingU32) => filled(sharedU32(count), column.view());
    const u8 = (column: GrowingU8) => filled(sharedU8(count), column.view());
    return {
      count,
      address: filled(sharedF64(count), this.#address.view()),
      length: u32(this.#length),
      alloc: u32(this.#alloc),
      header: u8(this.#header),
      region: u32(this.#region),
      verdict: u8(this.#verdict),
      owner: u32(this.#owner),
      ownerKind: u8(this.#ownerKind),
    };
  }
}

function filled<Column extends Uint8Array | Uint32Array | Float64Array>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}

/** Index of the last string whose payload begins at or before `address`, or -1. O(log count). */
export function lastStringAtMost(strings: StringColumns, address: number): number {
  let low = 0;
  let high = strings.count - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (strings.address[middle] <= address) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
