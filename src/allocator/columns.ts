/** Growable columns of numbers: what a carver finds before it knows how much there is. Doubling keeps a push cheap. */
export class NumberColumn {
  #values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = new Float64Array(this.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index];
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** A view of what was pushed; good until the next push. */
  values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}

/** As NumberColumn, for 32-bit words. */
export class WordColumn {
  #values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow(this.length + 1);
    this.#values[this.length++] = value;
  }

  /** Appends `count` words of `from`, beginning at `at`. */
  append(from: Uint32Array, at: number, count: number): void {
    if (this.length + count > this.#values.length) this.#grow(this.length + count);
    this.#values.set(from.subarray(at, at + count), this.length);
    this.length += count;
  }

  at(index: number): number {
    return this.#values[index];
  }

  values(): Uint32Array {
    return this.#values.subarray(0, this.length);
  }

  #grow(least: number): void {
    let capacity = this.#values.length;
    while (capacity < least) capacity *= 2;
    const wider = new Uint32Array(capacity);
    wider.set(this.#values.subarray(0, this.length));
    this.#values = wider;
  }
}

/** Bits set in a 32-bit word. */
export function popcount32(word: number): number {
  let v = word - ((word >>> 1) & 0x5555_5555);
  v = (v & 0x3333_3333) + ((v >>> 2) & 0x3333_3333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** Bits set among the first `bits` bits of the words from `at` on. */
export function popcountBits(words: Uint32Array, at: number, bits: number): number {
  let count = 0;
  const whole = bits >>> 5;
  for (let i = 0; i < whole; i++) count += popcount32(words[at + i]);
  const rest = bits & 31;
  return rest === 0 ? count : count + popcount32(words[at + whole] & ((1 << rest) - 1));
}
