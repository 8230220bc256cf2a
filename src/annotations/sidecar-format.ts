import * as v from 'valibot';
import { type Annotation, compareAnnotations, type DecodedFields } from './annotation.ts';

/**
 * The text of `DUMP.hexheap.json`: JSON, one annotation after the other in their stable order, so that it can be kept in
 * git and compared. It holds addresses, numbers and what a person wrote, and no bytes of the dump.
 */
export const SIDECAR_VERSION = 1;
const FORMAT = 'hexheap annotations';

/** Characters a label or note may have: a file that has more was not written here. */
export const MAX_TEXT = 100_000;
const MAX_ANNOTATIONS = 1_000_000;

const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hex = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]{1,14}$/, 'not a hexadecimal number'),
  v.transform(digits => Number(digits)),
  v.safeInteger(),
);

const decoded = v.object({
  header: text,
  payload: count,
  len: count,
  alloc: count,
  flags: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  verdict: text,
  fields: v.pipe(
    v.array(v.object({ name: text, start: count, end: count, value: v.optional(text) })),
    v.maxLength(100),
  ),
  evidence: v.pipe(v.array(v.object({ check: text, holds: v.nullable(v.boolean()), detail: text })), v.maxLength(100)),
});

const annotation = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'not an id')),
    by: v.picklist(['address', 'offset']),
    start: hex,
    end: hex,
    kind: v.picklist(['selection', 'decode']),
    label: text,
    note: text,
    decoded: v.optional(decoded),
  }),
  v.check(({ start, end }) => start <= end, 'ends before it starts'),
);

const sidecar = v.object({
  format: v.literal(FORMAT),
  version: v.literal(SIDECAR_VERSION),
  annotations: v.pipe(
    v.array(annotation),
    v.maxLength(MAX_ANNOTATIONS),
    v.check(list => new Set(list.map(({ id }) => id)).size === list.length, 'an id occurs twice'),
  ),
});

/** What a sidecar's text says. `newer`: written by a later version of the format, to be left alone. */
export type SidecarContent =
  | { readonly state: 'good'; readonly annotations: readonly Annotation[] }
  | { readonly state: 'damaged'; readonly reason: string }
  | { readonly state: 'newer'; readonly reason: string };

export function parseSidecar(json: string): SidecarContent {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    return { state: 'damaged', reason: `not JSON: ${(error as Error).message}` };
  }
  const newer = v.safeParse(
    v.object({ format: v.literal(FORMAT), version: v.pipe(v.number(), v.minValue(SIDECAR_VERSION + 1)) }),
    data,
  );
  if (newer.success) return { state: 'newer', reason: `version ${newer.output.version} of the format` };

  const result = v.safeParse(sidecar, data);
  if (!result.success) {
    const [issue] = result.issues;
    return { state: 'damaged', reason: `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}` };
  }
  return { state: 'good', annotations: result.output.annotations.map(fromFile).sort(compareAnnotations) };
}

export function formatSidecar(annotations: readonly Annotation[]): string {
  const content = {
    format: FORMAT,
    version: SIDECAR_VERSION,
    annotations: annotations.toSorted(compareAnnotations).map(toFile),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

type InFile = v.InferOutput<typeof annotation>;

function fromFile({ id, by, start, end, kind, label, note, decoded }: InFile): Annotation {
  return { id, place: { by, start, end }, kind, label, note, ...(decoded && { decoded: decodedFromFile(decoded) }) };
}

/** JSON knows no undefined: a check that could not be made is null in the file. */
function decodedFromFile({ flags, fields, evidence, ...rest }: v.InferOutput<typeof decoded>): DecodedFields {
  return {
    ...rest,
    ...(flags !== undefined && { flags }),
    fields: fields.map(({ value, ...field }) => (value === undefined ? field : { ...field, value })),
    evidence: evidence.map(({ check, holds, detail }) => ({ check, holds: holds ?? undefined, detail })),
  };
}

function toFile({ id, place, kind, label, note, decoded }: Annotation) {
  return {
    id,
    by: place.by,
    start: `0x${place.start.toString(16)}`,
    end: `0x${place.end.toString(16)}`,
    kind,
    label,
    note,
    ...(decoded && { decoded: decodedToFile(decoded) }),
  };
}

/** Keys one by one, in one order: the file must not depend on who made the object. */
function decodedToFile({ header, payload, len, alloc, flags, verdict, fields, evidence }: DecodedFields) {
  return {
    header,
    payload,
    len,
    alloc,
    flags,
    verdict,
    fields: fields.map(({ name, start, end, value }) => ({ name, start, end, value })),
    evidence: evidence.map(({ check, holds, detail }) => ({ check, holds: holds ?? null, detail })),
  };
}
