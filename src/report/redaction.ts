/**
 * Masking: what a report may still say of text that nobody may read. Words and their lengths, that there is a number,
 * and the punctuation between them: `session:12345` becomes `{word7}:{n}`.
 */
const PARTS =
  /(?<bytes>(?:\\x[0-9a-f]{2})+)|(?<word>\p{L}[\p{L}\p{M}]*)|(?<number>\p{N}+)|(?<marks>[ -/:-@[-`{-~]+)|(?<other>[^\p{L}\p{N} -~]+)/giu;

/** So many marks in a row are punctuation; more could be the text itself. */
const MOST_MARKS = 3;

export function shapeOf(text: string): string {
  return text.replace(PARTS, (part: string, ...rest: unknown[]) => {
    const { bytes, word, number, marks } = rest.at(-1) as Partial<Record<string, string>>;
    if (bytes !== undefined) return `{byte${bytes.length / 4}}`;
    if (word !== undefined) return `{word${lengthOf(word)}}`;
    if (number !== undefined) return '{n}';
    if (marks !== undefined) return marks.length <= MOST_MARKS ? marks : `{mark${marks.length}}`;
    return `{other${lengthOf(part)}}`;
  });
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** A quotation shorter than this gives nothing away that a shape does not. */
const QUOTE = 4;

/**
 * Finds in what people wrote (labels, notes) the pieces that they copied out of the dump. It holds the people's text, which
 * is small, and is shown the dump's, which may not be.
 */
export class QuotationMask {
  readonly #pieces = new Map<string, boolean>();

  /** @param written everything that `mask` will be asked about. */
  constructor(written: readonly string[]) {
    for (const text of written) for (const piece of piecesOf(text)) this.#pieces.set(piece, false);
  }

  /** Learns that this is text of the dump. */
  learn(text: string): void {
    if (this.#pieces.size === 0) return;
    for (const piece of piecesOf(text)) if (this.#pieces.has(piece)) this.#pieces.set(piece, true);
  }

  /** As `learn`, for bytes that may be text in UTF-8 or in any one-byte encoding. */
  learnBytes(bytes: Uint8Array): void {
    this.learn(new TextDecoder('latin1').decode(bytes));
    if (bytes.some(byte => byte >= 0x80)) this.learn(new TextDecoder().decode(bytes));
  }

  /** `text` with every quotation of four characters or more replaced by its shape. */
  mask(text: string): string {
    const quoted = new Uint8Array(text.length);
    let at = 0;
    for (const piece of piecesOf(text)) {
      if (this.#pieces.get(piece)) quoted.fill(1, at, at + QUOTE);
      at++;
    }
    let masked = '';
    for (let start = 0, end = 0; start < text.length; start = end) {
      while (end < text.length && quoted[end] === quoted[start]) end++;
      const part = text.slice(start, end);
      masked += quoted[start] ? shapeOf(part) : part;
    }
    return masked;
  }
}

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at + QUOTE <= text.length; at++) yield text.slice(at, at + QUOTE);
}
