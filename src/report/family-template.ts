import { shapeOf } from './redaction.ts';

/** What templates write for what varies. */
const VARIABLE = /(\{(?:n|hex|id|word|base64|date|uuid|bytes|text)\}|…)/;

/** A template without the dump's text: of its words only the shape is left, what varies stays as it is. */
export function templateShape(template: string): string {
  return template
    .split(VARIABLE)
    .map((part, at) => (at % 2 === 1 ? part : shapeOf(part)))
    .join('');
}
