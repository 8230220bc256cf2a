import type { RootContent } from 'mdast';
import { escapeText } from '../heap/escape-text.ts';
import { code, heading, paragraph, quotation, table, words } from './blocks.ts';
import { hexdumpLines } from './hexdump-lines.ts';
import type { Manner } from './markdown.ts';
import { bytesText, count, hex } from './numbers.ts';
import { shortened } from './printable.ts';
import { shapeOf } from './redaction.ts';
import type { ReportedDecode, ReportedRegion } from './report.ts';
import { revealedBytes } from './revealed.ts';

/** A report is read by people: of a larger region the first bytes are shown, and it is said how many. */
const MOST_HEXDUMP_BYTES = 4096;
const MOST_TEXT = 1024;

/** One annotated region: where, its bytes, its decoded fields with their evidence, its note. */
export function regionSection(region: ReportedRegion, number: number, manner: Manner): RootContent[] {
  const { masked, own } = manner;
  return [
    heading(3, `${number}. ${shortened(own(region.label), 200)}`),
    paragraph(position(region)),
    ...hexdump(region, masked),
    ...(region.decoded === undefined ? [] : decodedTables(region, region.decoded, manner)),
    ...(region.note.trim() === '' ? [] : [quotation(own(region.note))]),
  ];
}

function position({ address, offset, length }: ReportedRegion): string {
  const where = [
    address === undefined ? 'Not mapped in the process' : `Address ${hex(address)}`,
    offset === undefined ? 'not in this dump' : `offset ${hex(offset)} (${count(offset)})`,
    bytesText(length),
  ];
  return `${where.join(', ')}.`;
}

function hexdump(region: ReportedRegion, masked: boolean): RootContent[] {
  const { address, offset, length } = region;
  const bytes = region.bytes.subarray(0, MOST_HEXDUMP_BYTES);
  const start = address ?? offset;
  if (start === undefined || bytes.length === 0) {
    return length === 0 ? [] : [paragraph('The dump does not hold these bytes.')];
  }
  const shown = masked ? revealedBytes(region) : () => true;
  const block: RootContent = { type: 'code', value: hexdumpLines(bytes, { start, shown }).join('\n') };
  return bytes.length === length
    ? [block]
    : [block, paragraph(`These are the first ${bytesText(bytes.length)} of ${count(length)}.`)];
}

function decodedTables({ bytes, address, offset }: ReportedRegion, decoded: ReportedDecode, manner: Manner) {
  const first = address ?? offset ?? 0;
  const fields = decoded.fields.map(({ name, start, end, value }) => [
    words(name),
    words(hex(first + start)),
    words(count(end - start)),
    value === undefined ? textCell(bytes.subarray(start, end), end - start, manner) : words(value),
  ]);
  const evidence = decoded.evidence.map(({ check, holds, detail }) => [
    words(check),
    words(holds === undefined ? 'not known' : holds ? 'yes' : 'no'),
    words(detail),
  ]);
  return [
    paragraph(
      `${decoded.header}: len ${count(decoded.len)}, alloc ${count(decoded.alloc)}, payload at ${hex(first + decoded.payload)}; verdict: ${decoded.verdict}.`,
    ),
    table(
      [
        ['Field', 'left'],
        ['At', 'right'],
        ['Bytes', 'right'],
        ['Value', 'left'],
      ],
      fields,
    ),
    table(
      [
        ['Evidence', 'left'],
        ['Holds', 'left'],
        ['Detail', 'left'],
      ],
      evidence,
    ),
  ];
}

/** @param length bytes of the field, of which `bytes` are the first. */
function textCell(bytes: Uint8Array, length: number, { masked }: Manner) {
  const text = escapeText(bytes);
  const cell = shortened(masked ? shapeOf(text) : text, MOST_TEXT);
  return code(bytes.length < length && !cell.endsWith('…') ? `${cell}…` : cell);
}
