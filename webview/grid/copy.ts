import { formatHex, formatText } from './format.ts';
import type { Pane } from './keyboard.ts';
import { columnsIn } from './overlays.ts';
import type { Range } from './selection.ts';
import type { RowStore } from './store.ts';

/**
 * The selected bytes as the pane shows them: hex digits with blanks, or text. The clipboard has to be answered at once, so
 * only what is loaded around the caret's row can be had; undefined where the selection reaches beyond.
 */
export function selectedText(
  store: RowStore,
  caretRow: number | undefined,
  range: Range,
  pane: Pane,
): string | undefined {
  if (caretRow === undefined) return undefined;
  const { start, end } = range;
  let first = caretRow;
  while (first > 0 && store.get(first - 1)) first--;
  const parts: string[] = [];
  let found = 0;
  for (let number = first; found < end - start; number++) {
    const stored = store.get(number);
    if (!stored) return undefined;
    const columns = columnsIn(stored.row, start, end);
    if (!columns || stored.row.kind !== 'bytes') continue;
    const bytes = stored.bytes.subarray(columns.from - stored.row.lead, columns.to - stored.row.lead);
    parts.push(pane === 'hex' ? formatHex(bytes, 0, false).replaceAll('  ', ' ') : formatText(bytes, 0));
    found += bytes.length;
  }
  return parts.join(pane === 'hex' ? ' ' : '');
}
