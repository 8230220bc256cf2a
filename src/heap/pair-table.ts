/** A hash table from 64-bit keys (two halves) to numbers >= 0, in typed arrays: open addressing, at most half full. */
export class PairTable {
  size = 0;
  #low = new Int32Array(1024);
  #high = new Int32Array(1024);
  /** The value plus one; 0 where the place is free. */
  #value = new Uint32Array(1024);

  /** The value of a key, or -1. */
  get(low: number, high: number): number {
    return this.#value[this.#find(low | 0, high | 0)] - 1;
  }

  set(low: number, high: number, value: number): void {
    if (this.size * 2 >= this.#value.length) this.#grow();
    const place = this.#find(low | 0, high | 0);
    if (this.#value[place] === 0) this.size++;
    this.#low[place] = low;
    this.#high[place] = high;
    this.#value[place] = value + 1;
  }

  #find(low: number, high: number): number {
    const mask = this.#value.length - 1;
    let place = (low ^ Math.imul(high, 0x9e37_79b1)) & mask;
    while (this.#value[place] !== 0 && (this.#low[place] !== low || this.#high[place] !== high))
      place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [low, high, value] = [this.#low, this.#high, this.#value];
    this.#low = new Int32Array(low.length * 2);
    this.#high = new Int32Array(low.length * 2);
    this.#value = new Uint32Array(low.length * 2);
    this.size = 0;
    for (let place = 0; place < value.length; place++) {
      if (value[place] !== 0) this.set(low[place], high[place], value[place] - 1);
    }
  }
}
