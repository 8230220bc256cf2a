import { escapeText } from './escape-text.ts';
import { MOST_BYTES, TemplateTokens, TOKEN } from './template-tokens.ts';
import type { Leaf } from './template-tree.ts';

/** What stands for the strings that are like no other. */
export const ANY_TEXT = '{text}';
export const ANY_BYTES = '{bytes}';
const WORDS_IN_A_ROW = /\{word\}(?:[ ,.]+\{word\}){2,}/g;

/** The template as people write it, from the text (or its first bytes) of a string that has it. `length` is the whole text's. */
export function templateText(bytes: Uint8Array, length: number, { written, short }: Leaf): string {
  const tokens = new TemplateTokens();
  tokens.read(bytes, 0, length);
  let text = '';
  let at = 0;
  for (const [place, how] of written.entries()) {
    const start = tokens.start[place];
    const end = start + tokens.length[place];
    text += escapeText(bytes.subarray(at, start));
    const isBytes = tokens.kind[place] === TOKEN.bytes;
    if (how === 'literal')
      text += escapeText(bytes.subarray(start, isBytes ? Math.min(start + 2, end) : end)) + (isBytes ? ANY_BYTES : '');
    else if (how === 'named') text += `${escapeText(bytes.subarray(start, lettersEnd(bytes, start, end)))}{n}`;
    else text += `{${how}}`;
    at = end;
  }
  const end = short ? tokens.shortEnd : tokens.covered;
  text += escapeText(bytes.subarray(Math.min(at, MOST_BYTES), end));
  if (short || tokens.cut) text += '…';
  return text.replace(WORDS_IN_A_ROW, ANY_TEXT);
}

function lettersEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] < 0x30 || bytes[at] > 0x39)) at++;
  return at;
}
