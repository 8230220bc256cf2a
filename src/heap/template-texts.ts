import type { Dump } from '../dump/dump.ts';
import type { StringColumns } from './findings.ts';
import { ReadAhead } from './read-ahead.ts';
import { MOST_BYTES, TemplateTokens } from './template-tokens.ts';

/** Reads the tokens of the dump's strings, in ascending order of their index. */
export class TemplateTexts {
  readonly tokens = new TemplateTokens();
  readonly #strings: StringColumns;
  readonly #reader: ReadAhead;

  constructor(dump: Dump, strings: StringColumns) {
    this.#strings = strings;
    this.#reader = new ReadAhead(dump, () => {});
  }

  /** Leaves the tokens of string `index` in `tokens`. */
  read(index: number): TemplateTokens {
    const length = this.#strings.length[index];
    const at = this.#reader.at(this.#strings.address[index], Math.min(length, MOST_BYTES));
    this.tokens.read(this.#reader.bytes, at, length);
    return this.tokens;
  }

  /** A copy of the first bytes of string `index`. */
  bytes(index: number): Uint8Array {
    const shown = Math.min(this.#strings.length[index], MOST_BYTES);
    const at = this.#reader.at(this.#strings.address[index], shown);
    return this.#reader.bytes.slice(at, at + shown);
  }
}
