import { GrowingF64, GrowingU8, GrowingU32 } from './growing.ts';
import type { TemplateTokens } from './template-tokens.ts';

/** 53 bits of a 64-bit hash, to be the key of a Map. */
export function keyOf(low: number, high: number): number {
  return (low >>> 0) * 0x20_0000 + ((high >>> 0) & 0x1f_ffff);
}

/** The tokens of a sample of texts, in columns; a sample is named by its number. */
export class TemplateSample {
  readonly #first = new GrowingU32();
  readonly #weight = new GrowingF64();
  readonly #leaked = new GrowingU8();
  readonly #string = new GrowingU32();
  readonly #kind = new GrowingU8();
  readonly #length = new GrowingU32();
  readonly #low = new GrowingU32();
  readonly #high = new GrowingU32();
  readonly #prefix = new GrowingF64();

  get count(): number {
    return this.#weight.length;
  }

  /** Adds string `index`, whose tokens were just read and which stands for `weight` strings; gives its number. */
  add(tokens: TemplateTokens, index: number, weight: number, leaked: boolean): number {
    this.#first.push(this.#kind.length);
    this.#weight.push(weight);
    this.#leaked.push(leaked ? 1 : 0);
    this.#string.push(index);
    for (let at = 0; at < tokens.count; at++) {
      this.#kind.push(tokens.kind[at]);
      this.#length.push(tokens.length[at]);
      this.#low.push(tokens.low[at] >>> 0);
      this.#high.push(tokens.high[at] >>> 0);
      this.#prefix.push(keyOf(tokens.prefixLow[at], tokens.prefixHigh[at]));
    }
    return this.#weight.length - 1;
  }

  /** Read-only views of the columns; token `place` of sample `s` is entry first[s] + place. */
  columns() {
    return {
      first: this.#first.view(),
      weight: this.#weight.view(),
      leaked: this.#leaked.view(),
      string: this.#string.view(),
      kind: this.#kind.view(),
      length: this.#length.view(),
      low: this.#low.view(),
      high: this.#high.view(),
      prefix: this.#prefix.view(),
    };
  }
}

export type SampleColumns = ReturnType<TemplateSample['columns']>;
