import type { Overlay, OverlayField } from '../analysis/api.ts';
import type { ReportedRegion } from './report.ts';

/** Fields that a masked hexdump may show: they hold lengths, flags and zeros, and no data. */
const STRUCTURE: ReadonlySet<OverlayField> = new Set(['sds.len', 'sds.alloc', 'sds.flags', 'sds.nul']);

/** Bytes that may be data whatever else has been decoded over them. */
const DATA: ReadonlySet<OverlayField> = new Set(['sds.payload', 'sds.slack']);

/**
 * Which bytes of a region a masked report may show: those known to be structure, and of them none that any decoded string
 * counts among its text. All others may be somebody's data.
 */
export function revealedBytes({ bytes, offset, overlays, decoded }: ReportedRegion): (index: number) => boolean {
  const revealed = new Uint8Array(bytes.length);
  if (decoded !== undefined) {
    const nul = decoded.payload + decoded.len;
    revealed.fill(1, 0, decoded.payload);
    if (bytes[nul] === 0) revealed.fill(1, nul, nul + 1);
  } else if (offset !== undefined) {
    paint(revealed, offset, overlays, STRUCTURE, 1);
    paint(revealed, offset, overlays, DATA, 0);
  }
  return index => revealed[index] === 1;
}

function paint(
  bytes: Uint8Array,
  offset: number,
  overlays: readonly Overlay[],
  fields: ReadonlySet<OverlayField>,
  value: 0 | 1,
): void {
  for (const { field, start, end } of overlays) {
    if (fields.has(field)) bytes.fill(value, Math.max(0, start - offset), Math.max(0, end - offset));
  }
}
