import type { DecodeResult } from '../../analysis/api.ts';
import { DumpReader } from '../../analysis/reader.ts';
import { shapeOf } from '../../report/redaction.ts';
import { labelled, outputWidth } from '../columns.ts';
import { locate } from '../locate.ts';
import { type DumpChoice, openOptions } from '../options.ts';
import { printJson, printLines } from '../print.ts';

/** `hexheap decode`: the string a byte belongs to, or why it belongs to none. */
export async function decode(
  path: string,
  place: string,
  choice: DumpChoice & { json?: boolean; mask?: boolean },
): Promise<void> {
  const reader = new DumpReader();
  reader.open(path, openOptions(choice));
  const result = masked(await reader.decode(locate(reader, place).offset), choice.mask === true);
  reader.close();
  if (choice.json) printJson(result.found ? result.sds : result.refusal);
  else printLines(result.found ? describe(result) : refuse(result));
}

function masked(result: DecodeResult, mask: boolean): DecodeResult {
  if (!mask || !result.found) return result;
  const { sds } = result;
  const payload = (name: string) => /payload|text|slack/i.test(name);
  return {
    found: true,
    sds: {
      ...sds,
      text: shapeOf(sds.text),
      fields: sds.fields.map(field => (payload(field.name) ? { ...field, value: shapeOf(field.value) } : field)),
    },
  };
}

const mark = (holds: boolean | undefined) => (holds === undefined ? '?' : holds ? '+' : '-');

function describe({ sds }: DecodeResult & { found: true }): string[] {
  return [
    `${sds.header} at ${sds.address}: len ${sds.len}, alloc ${sds.alloc} (whether it leaked, "hexheap why" tells)`,
    `"${sds.text}"${sds.textTruncated ? ' …' : ''}`,
    ...labelled(
      sds.evidence.map(({ check, holds, detail }) => [`${mark(holds)} ${check}`, detail]),
      outputWidth(),
    ),
  ];
}

function refuse({ refusal }: DecodeResult & { found: false }): string[] {
  const reasons = refusal.refusals.map(({ header, check, detail }) => [`- ${header}`, `${check}: ${detail}`] as const);
  const same = reasons.every(([, reason]) => reason === reasons[0][1]);
  return [
    `No string at ${refusal.address || `offset ${refusal.offset}`}.`,
    ...labelled(same && reasons.length > 0 ? [['- any header', reasons[0][1]]] : reasons, outputWidth()),
  ];
}
