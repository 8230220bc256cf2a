/** A small seeded generator (Marsaglia's xorshift32): the same seed gives the same dump. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ 0x27d4eb2f) >>> 0 || 1;
    for (let i = 0; i < 8; i++) this.word();
  }

  /** An unsigned 32-bit word, never 0. */
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return this.word() % bound;
  }

  /** An integer in [low, high], both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(share: number): boolean {
    return this.word() / 0x1_0000_0000 < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }

  /** `digits` lower-case hex digits. */
  hex(digits: number): string {
    let out = '';
    while (out.length < digits) out += this.word().toString(16).padStart(8, '0');
    return out.slice(0, digits);
  }
}
